"""Decide about a student who has met the national threshold of unauthorised absence. Nothing is sent, and nothing follows by itself."""

from typing import Any
from uuid import UUID

from django.db import transaction

from attendance import choices, rules
from attendance.errors import NotAllowed, RegisterProblem
from attendance.models import ThresholdDecision
from attendance.queries.analysis.unauthorised import Threshold, thresholds_of
from audit import record
from caseload.models import Student
from core import clock


class ThresholdNotMet(RegisterProblem):
    """The student has not met the threshold, so there is nothing to decide."""


class DecidedAlready(RegisterProblem):
    """A colleague recorded or undid a decision while this one was being made."""


@transaction.atomic
def decide_at_threshold(
    student: Student, decision: str, *, reason: str, by: Any, seen: UUID | None = None
) -> ThresholdDecision:
    """Record what was decided about a student at the threshold, with the sessions that count now. A later one takes its place.

    `seen` is the decision that stood on the page. Raises NotAllowed, ThresholdNotMet, DecidedAlready.
    """
    if not rules.may_decide_for(by, student.pk):
        raise NotAllowed("You can't record a decision about this student.")
    Student.objects.select_for_update().get(pk=student.pk)
    if standing_key(student) != seen:
        raise DecidedAlready(
            "A colleague has just changed the decision. Read it below, then save yours if it still holds."
        )
    met = met_by(student)
    if met is None:
        raise ThresholdNotMet("This student has not met the threshold this year, so there is nothing to decide.")
    made = ThresholdDecision.objects.create(
        student=student, decision=decision, reason=reason.strip(), first_week=met.first_week, last_week=met.last_week,
        sessions=len(met.sessions), provisional=sum(missed.is_provisional for missed in met.sessions), decided_by=by,
    )  # fmt: skip
    details = {"student": student.pk, "decision": str(decision), "sessions": made.sessions}
    record.record(by, choices.THRESHOLD_DECIDED, "threshold_decision", made.pk, details=details)
    return made


@transaction.atomic
def undo_decision(made: ThresholdDecision, *, reason: str, by: Any) -> bool:
    """Undo a decision that was recorded wrongly. It stays on record with who undid it and why. False when it was undone already."""
    if not rules.may_decide_for(by, made.student_id):
        raise NotAllowed("You can't undo this decision.")
    undone = {"undone_at": clock.now(), "undone_by": by, "undone_reason": reason.strip()}
    changed = ThresholdDecision.objects.filter(pk=made.pk, undone_at=None).update(**undone)
    if changed:
        details = {"student": made.student_id}
        record.record(by, choices.THRESHOLD_DECISION_UNDONE, "threshold_decision", made.pk, details=details)
    return bool(changed)


def standing_key(student: Student) -> UUID | None:
    """The decision that stands about a student."""
    rows = ThresholdDecision.objects.filter(student=student, undone_at=None).order_by("-decided_at", "-pk")
    key: UUID | None = rows.values_list("public_id", flat=True).first()
    return key


def met_by(student: Student) -> Threshold | None:
    """The ten school weeks in which a student met the threshold: those to now, else the latest of this year."""
    return next((each for each in thresholds_of([student.pk]) if each.is_met or each.met_in), None)
