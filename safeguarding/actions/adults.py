"""Concerns about an adult who works here."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from audit import record
from caseload.models import Reach
from core import clock
from safeguarding import choices, rules
from safeguarding.actions.faults import AlreadyClosed, NobodyToTell
from safeguarding.actions.telling import tell_handler
from safeguarding.choices import AdultState
from safeguarding.models import AdultConcern, AdultEntry
from safeguarding.models.base import day_alone

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class AdultReport:
    """What a member of staff writes about an adult."""

    what: str
    subject: User | None = None
    subject_name: str = ""
    about_head: bool = False
    context: str = ""
    witnesses: str = ""
    occurred_at: datetime | None = None
    time_said: bool = True


def holders(role: str) -> list[User]:
    """Who holds a role for the whole college today."""
    held: Iterable[int] = Reach.objects.filter(
        role__name=role, kind="college", period__contains=clock.today()
    ).values_list("user_id", flat=True)
    return list(User.objects.working_here().filter(pk__in=held).order_by("sort_key"))


@transaction.atomic
def raise_adult_concern(by: User, report: AdultReport, *, token: UUID) -> AdultConcern:
    """Raise a concern about an adult. The head alone is told; when it is about the head, the chair of governors alone."""
    rules.require_permission(by, rules.RAISE)
    before = AdultConcern.objects.filter(reporter=by, token=token).first()
    if before is not None:
        return before
    heads = holders("head")
    about_head = report.about_head or report.subject in heads
    handlers = [
        person for person in (holders("chair_of_governors") if about_head else heads) if person != report.subject
    ]
    if not handlers:
        raise NobodyToTell
    concern = AdultConcern(
        token=token,
        reporter=by,
        subject=report.subject,
        about_head=about_head,
        occurred_at=report.occurred_at,
        recorded_at=clock.now(),
        state_at=clock.now(),
    )
    name = report.subject.full_name if report.subject else report.subject_name
    concern.seal_words(
        what=report.what,
        context=report.context,
        witnesses=report.witnesses,
        subject_name=name,
        **day_alone(report.time_said),
    )
    try:
        with transaction.atomic():
            AdultConcern.objects.bulk_create([concern])
    except IntegrityError:
        twin = AdultConcern.objects.filter(reporter=by, token=token).first()
        if twin is None:
            raise
        return twin
    record.record(by, choices.ADULT_RAISED, choices.ADULT_CONCERN, concern.pk, walled=True)
    tell_handler(concern.pk, handlers)
    return concern


def open_adult_concern(by: User, concern: AdultConcern) -> None:
    """Note a reading, before the page is drawn; the reporter is told that it was read."""
    rules.require_adult(by, concern)
    record.record(by, choices.ADULT_READ, choices.ADULT_CONCERN, concern.pk, walled=True)
    if AdultConcern.objects.filter(pk=concern.pk, state=AdultState.RECEIVED).update(
        state=AdultState.READ, state_at=clock.now()
    ):
        concern.state = AdultState.READ


@transaction.atomic
def note_adult_concern(
    by: User, concern: AdultConcern, text: str, level: str = "", *, closes: bool = False
) -> AdultEntry:
    """Add a dated entry to a concern about an adult; the last one may close it, with its reason."""
    rules.require_adult(by, concern)
    open_now = AdultConcern.objects.select_for_update().filter(pk=concern.pk).exclude(state=AdultState.CLOSED)
    if not list(open_now.values_list("pk", flat=True)):
        raise AlreadyClosed("This concern is closed. Nothing was changed.")
    entry = AdultEntry(concern=concern, level=level, closes=closes, by=by)
    entry.seal_words(text=text)
    AdultEntry.objects.bulk_create([entry])
    if closes:
        AdultConcern.objects.filter(pk=concern.pk).update(state=AdultState.CLOSED, state_at=clock.now())
        concern.state = AdultState.CLOSED
    verb = choices.ADULT_CLOSED if closes else choices.ADULT_NOTED
    record.record(by, verb, choices.ADULT_CONCERN, concern.pk, details={"level": level}, walled=True)
    return entry
