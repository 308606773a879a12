"""Read, acknowledge, assess and assign a concern, and match its student."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from audit import record
from caseload.models import Student
from core import clock
from safeguarding import choices, rules
from safeguarding.actions.casework import hand_actions
from safeguarding.actions.faults import (
    AlreadyAcknowledged,
    AlreadyClosed,
    ChangedMeanwhile,
    NotInTeam,
    NotOpened,
    SameStudent,
)
from safeguarding.actions.telling import team_for
from safeguarding.actions.writing import note_handled, note_read, write_entry
from safeguarding.choices import EntryKind
from safeguarding.models import Action, Concern, ConcernCase, Moved
from safeguarding.queries.people import team_members
from safeguarding.queries.triage import without_lead

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Assessment:
    """How the team sees a concern."""

    severity: int
    category: str
    rationale: str
    categories_also: list[str] = field(default_factory=list)
    is_online: bool = False
    between_children: bool = False
    threshold: str = ""
    consent_considered: str = ""


def open_record(by: "User", concern: Concern) -> None:
    """Note a reading of a concern by the team, before the page is drawn; its reporter is told that it was read."""
    rules.require(by, rules.TRIAGE, concern)
    record.record(by, choices.CONCERN_READ, choices.CONCERN, concern.pk, walled=True)
    note_read(concern)


@transaction.atomic
def acknowledge(by: "User", concern: Concern) -> None:
    """Take a concern up, having opened it. Its reporter is told that it was read; the reminders stop; the chronology gains an entry."""
    rules.require_reader(by, concern)
    if not concern.is_open:
        raise AlreadyClosed
    if not rules.has_opened(by, concern):
        raise NotOpened
    taken = ConcernCase.objects.filter(pk=concern.pk, acknowledged_at=None).update(
        acknowledged_at=clock.now(), acknowledged_by=by
    )
    if not taken:
        raise AlreadyAcknowledged
    note_read(concern)
    write_entry(concern, EntryKind.ACKNOWLEDGED, by)
    record.record(by, choices.ACKNOWLEDGED, choices.CONCERN, concern.pk, walled=True)


@transaction.atomic
def assess(by: "User", concern: Concern, assessment: Assessment, *, version: int) -> None:
    """Say how severe it is, of which kind, at which level of need, and why. The reporter is told that it is being handled.

    `version` is the case as it was when the form was opened; when somebody assessed it since, nothing is changed.
    """
    rules.require(by, rules.TRIAGE, concern)
    note_handled(concern)
    case = ConcernCase(pk=concern.pk)
    values: dict[str, Any] = {
        "severity": assessment.severity,
        "category": assessment.category,
        "categories_also": sorted(set(assessment.categories_also) - {assessment.category}),
        "is_online": assessment.is_online,
        "between_children": assessment.between_children,
        "threshold": assessment.threshold,
        "consent_considered": assessment.consent_considered,
    }
    written = case.sealed_rationale(assessment.rationale)
    if not ConcernCase.objects.filter(pk=concern.pk, version=version).update(
        **values, **written, version=F("version") + 1
    ):
        raise ChangedMeanwhile
    _acknowledged_by_working(by, concern)
    write_entry(concern, EntryKind.ASSESSED, by, text=assessment.rationale, **values)
    record.record(
        by, choices.ASSESSED, choices.CONCERN, concern.pk, details={"severity": assessment.severity}, walled=True
    )


@transaction.atomic
def assign(by: "User", concern: Concern, person: "User") -> None:
    """Give a concern to a member of the team to lead on. Open actions of people who are no longer in the team go along."""
    rules.require(by, rules.TRIAGE, concern)
    if person not in team_for(concern):
        raise NotInTeam
    note_handled(concern)
    ConcernCase.objects.filter(pk=concern.pk).update(assigned_to=person)
    _acknowledged_by_working(by, concern)
    write_entry(concern, EntryKind.ASSIGNED, by, person=person.pk, text=person.full_name)
    record.record(by, choices.ASSIGNED, choices.CONCERN, concern.pk, details={"person": person.pk}, walled=True)
    hand_actions(by, concern, left_actions(concern), person)


def left_actions(concern: Concern) -> list[Action]:
    """What is still to do on a concern by people who are not in the team today."""
    return list(Action.objects.filter(concern=concern).open().exclude(owner__in=team_members().values("pk")))


@transaction.atomic
def hand_over_left(by: "User", lead: "User") -> tuple[int, int]:
    """Give everything that has nobody who is here to a member of the team: concerns whose lead is gone, and open actions of
    people who are gone. Each gains its entries. Says how many concerns were handed over, and how many must not be seen by `lead`.
    """
    rules.require_permission(by, rules.TRIAGE)
    handed = kept = 0
    for case in without_lead(by).select_related("concern", "assigned_to"):
        team = team_for(case.concern)
        if lead not in team:
            kept += 1
            continue
        if case.assigned_to is not None and case.assigned_to not in team:
            assign(by, case.concern, lead)
        else:
            hand_actions(by, case.concern, left_actions(case.concern), lead)
        handed += 1
    return handed, kept


@transaction.atomic
def match_student(by: "User", concern: Concern, student: Student) -> None:
    """Say which student a concern is about, when the reporter typed a name. The report keeps the name as it was typed."""
    rules.require(by, rules.TRIAGE, concern)
    if not ConcernCase.objects.filter(pk=concern.pk, student=None).update(student=student):
        raise SameStudent("This concern has a student already. Move it if it is the wrong one.")
    write_entry(concern, EntryKind.MATCHED, by, student=student.pk, text=student.full_name)
    record.record(by, choices.MATCHED, choices.CONCERN, concern.pk, details={"student": student.pk}, walled=True)


@transaction.atomic
def move_concern(by: "User", concern: Concern, student: Student, reason: str) -> Moved:
    """Move a concern that is in the wrong student's file into the right one, with a reason. Both files show a notice of it.

    The report stays as it was written.
    """
    rules.require(by, rules.TRIAGE, concern)
    before = ConcernCase.objects.select_for_update().values_list("student_id", flat=True).get(pk=concern.pk)
    if before in (None, student.pk):
        raise SameStudent
    ConcernCase.objects.filter(pk=concern.pk).update(student=student)
    moved = Moved(concern=concern, from_student_id=before, into_student=student, moved_by=by)
    moved.seal_words(reason=reason)
    Moved.objects.bulk_create([moved])
    write_entry(concern, EntryKind.MOVED, by, text=reason, student=student.pk, before=before)
    details = {"student": student.pk, "before": before}
    record.record(by, choices.MOVED, choices.CONCERN, concern.pk, details=details, walled=True)
    return moved


def _acknowledged_by_working(by: "User", concern: Concern) -> None:
    """Whoever works on a concern has taken it up, so nobody is reminded of it any more."""
    ConcernCase.objects.filter(pk=concern.pk, acknowledged_at=None).update(
        acknowledged_at=clock.now(), acknowledged_by=by
    )
