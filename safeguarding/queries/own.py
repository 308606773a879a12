"""What somebody outside the team sees: what they wrote and how far it has got; what was shared with them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from safeguarding.models import Concern, Draft, Entry, Share, ShareEntry
from safeguarding.queries.emergency import Heard, HereNow, here_now, needs_numbers, telephone_numbers, told_of
from safeguarding.queries.record import ShownEntry, shown_entries
from safeguarding.querysets import OWN

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class OwnConcern:
    """A concern as its reporter sees it: their own words and the state, nothing that was added later."""

    concern: Concern
    student: str
    addenda: list[Entry] = field(default_factory=list)
    told: dict[str, Heard] = field(default_factory=dict)
    here: HereNow | None = None
    numbers: list[tuple[str, str]] = field(default_factory=list)
    needs_numbers: bool = False
    moved: bool = False  # the team moved it to another student's file; whose, its reporter is not told


def own_concerns(user: "User") -> list[OwnConcern]:
    """The concerns that somebody raised, newest first."""
    found = Concern.objects.visible_to(user, OWN).select_related("student").order_by("-recorded_at")
    moved = _moved_away()
    return [OwnConcern(concern, named(concern), moved=concern.pk in moved) for concern in found]


def _moved_away() -> set[UUID]:
    """Which of one's own concerns the team has moved to another student's file. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(safeguarding_moved_away())")
        return {row[0] for row in cursor.fetchall()}


def own_concern(user: "User", concern: Concern) -> OwnConcern:
    """One of them, with what they added to it."""
    addenda = Entry.objects.visible_to(user, OWN).filter(concern=concern).order_by("recorded_at")
    told, here = told_of(concern), here_now(concern)
    needed = needs_numbers(concern, here)
    numbers = telephone_numbers(here) if needed else []
    return OwnConcern(
        concern, named(concern), list(addenda), told, here, numbers, needed, moved=concern.pk in _moved_away()
    )


def named(concern: Concern) -> str:
    """The student as the reporter named them."""
    words = concern.words
    return str(words.get("student_name") or words.get("student_name_then") or "")


def unfinished(user: "User") -> list[dict[str, Any]]:
    """The drafts that somebody has not raised yet, newest first."""
    drafts = Draft.objects.visible_to(user, OWN).order_by("-updated_at")
    return [{"token": draft.pk, "updated_at": draft.updated_at, "typed": draft.words} for draft in drafts]


@dataclass(frozen=True)
class SharedConcern:
    """What was shared with somebody: perhaps the report, perhaps some entries, and the note that came with it."""

    share: Share
    report: Concern | None
    student: str
    entries: list[ShownEntry]

    @property
    def shared_at(self) -> datetime:
        """When it was shared."""
        return self.share.shared_at


def shares_with(user: "User") -> list[Share]:
    """What is shared with somebody today."""
    return list(Share.objects.visible_to(user, OWN).select_related("shared_by").order_by("-shared_at"))


def shared_concern(user: "User", share: Share) -> SharedConcern:
    """What one share shows: the report if it covers it, and the entries chosen for it."""
    report = Concern.objects.shared_with(user).filter(pk=share.concern_id).first() if share.covers_report else None
    chosen = ShareEntry.objects.filter(share=share).values("entry_id")
    return SharedConcern(
        share=share,
        report=report,
        student=named(report) if report else "",
        entries=shown_entries(Entry.objects.filter(pk__in=chosen)),
    )
