"""Raise a concern, add to one's own, and keep what is unfinished."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import record
from caseload.models import Student
from core import clock
from core.actors import SystemActor
from safeguarding import choices, rules
from safeguarding.actions.faults import NobodyLeft
from safeguarding.actions.telling import tell_team
from safeguarding.actions.writing import write_entry
from safeguarding.models import Concern, Draft, Entry, Exclusion
from safeguarding.models.base import day_alone

if TYPE_CHECKING:
    from accounts.models import User

SYSTEM_DRAFTS = SystemActor("safeguarding-drafts", "removes drafts that were left lying for a month")
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Report:
    """What a member of staff writes about a student."""

    what: str
    safe_now: str
    student: Student | None = None
    student_name: str = ""
    child_words: str = ""
    context: str = ""
    location: str = ""
    who_told: str = ""
    occurred_at: datetime | None = None
    time_said: bool = True
    noticed_at: datetime | None = None
    category_hint: str = ""
    injury: str = ""
    parents_told: str = ""


@transaction.atomic
def raise_concern(by: "User", report: Report, *, token: UUID, hide_from: "User | None" = None) -> Concern:
    """Raise a concern about a student. The safeguarding team is told by mail, without name or content; the draft goes.

    The same form sent twice raises it once. `hide_from` names somebody of the team who must not see it.
    """
    rules.require_permission(by, rules.RAISE)
    before = Concern.objects.filter(reporter=by, token=token).first()
    if before is not None:
        return before
    concern = _written(by, report, token)
    try:
        with transaction.atomic():
            Concern.objects.bulk_create([concern])
    except IntegrityError:
        twin = Concern.objects.filter(reporter=by, token=token).first()
        if twin is None:
            raise
        return twin
    if hide_from is not None:
        _hide(concern, hide_from, by)
    record.record(
        by, choices.CONCERN_RAISED, choices.CONCERN, concern.pk, details={"student": concern.student_id}, walled=True
    )
    tell_team(concern)
    discard_draft(by, token)
    return concern


def _written(by: "User", report: Report, token: UUID) -> Concern:
    moment = clock.now()
    concern = Concern(
        token=token,
        reporter=by,
        reporter_role=by.roles_in_words[:200],
        student=report.student,
        occurred_at=report.occurred_at,
        noticed_at=report.noticed_at or moment,
        recorded_at=moment,
        state_at=moment,
        category_hint=report.category_hint,
        safe_now=report.safe_now,
        injury=report.injury,
        parents_told=report.parents_told,
    )
    concern.seal_words(
        what=report.what,
        child_words=report.child_words,
        context=report.context,
        location=report.location,
        who_told=report.who_told,
        student_name="" if report.student else report.student_name,
        student_name_then=report.student.full_name if report.student else "",
        **day_alone(report.time_said),
    )
    return concern


def _hide(concern: Concern, person: "User", by: "User") -> None:
    exclusion = Exclusion(concern=concern, person=person, excluded_by=by)
    exclusion.seal_words(reason="Named by the person who raised it, when raising it.")
    try:
        with transaction.atomic():
            Exclusion.objects.bulk_create([exclusion])
    except IntegrityError as problem:
        raise NobodyLeft from problem
    record.record(by, choices.EXCLUDED, choices.CONCERN, concern.pk, details={"person": person.pk}, walled=True)


def add_addendum(by: "User", concern: Concern, text: str) -> Entry:
    """Add something dated to one's own concern. The team sees it; what was written before stays as it was."""
    rules.require(by, rules.OWN, concern)
    entry = write_entry(concern, choices.EntryKind.ADDENDUM, by, text=text)
    record.record(by, choices.ADDENDUM_ADDED, choices.CONCERN, concern.pk, details={"entry": entry.pk}, walled=True)
    tell_team(concern, addendum_id=entry.pk)
    return entry


def save_draft(by: "User", token: UUID, typed: dict[str, Any]) -> Draft:
    """Keep what somebody has typed so far, for them alone, until they raise or discard it."""
    rules.require_permission(by, rules.RAISE)
    draft = Draft(pk=token, author=by, updated_at=clock.now())
    draft.seal_words(**typed)
    kept = Draft.objects.filter(pk=token, author=by).update(
        sealed=draft.sealed, key_id=draft.key_id, updated_at=draft.updated_at
    )
    if not kept:
        try:
            with transaction.atomic():
                Draft.objects.bulk_create([draft])
        except IntegrityError:
            # Two savings of the same first words at once; the other one kept them.
            Draft.objects.filter(pk=token, author=by).update(
                sealed=draft.sealed, key_id=draft.key_id, updated_at=draft.updated_at
            )
    return draft


def discard_draft(by: "User", token: UUID) -> None:
    """Forget an unfinished concern."""
    Draft.objects.filter(pk=token, author=by).delete()


def remove_old_drafts(by: SystemActor = SYSTEM_DRAFTS) -> int:
    """Remove drafts that nobody touched for a month; what was raised is not touched."""
    gone, _ = Draft.objects.filter(updated_at__lt=clock.now() - KEPT_FOR).delete()
    if gone:
        record.record(by, choices.DRAFTS_REMOVED, details={"number": gone}, walled=True)
    return gone
