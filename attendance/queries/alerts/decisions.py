"""What was decided about students at the national threshold of unauthorised absence."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from attendance import rules
from attendance.models import ThresholdDecision
from attendance.queries.analysis.unauthorised import Threshold
from caseload.models import Student
from core import clock, wording


def standing_decisions(user: Any, student_ids: Iterable[int]) -> dict[int, ThresholdDecision]:
    """The latest decision about each student that was not undone, for those whose alerts this person acts on. One query."""
    rows = ThresholdDecision.objects.visible_to(user, rules.ACT).filter(student__in=list(student_ids), undone_at=None)
    latest = rows.order_by("student_id", "-decided_at", "-pk").distinct("student_id").select_related("decided_by")
    return {row.student_id: row for row in latest}


def decisions_about(student: Student) -> list[ThresholdDecision]:
    """Every decision about a student, undone ones too, the latest first. One query."""
    rows = ThresholdDecision.objects.filter(student=student).select_related("decided_by", "undone_by")
    return list(rows.order_by("-decided_at", "-pk"))


def covers(decision: ThresholdDecision, each: Threshold) -> bool:
    """Whether a decision was made in the ten school weeks that count now; one of earlier weeks does not settle these."""
    return clock.local(decision.decided_at).date() >= each.first_week


def undecided(found: Iterable[Threshold], decided: Mapping[int, ThresholdDecision]) -> list[int]:
    """The students at the threshold now without a decision in these ten school weeks."""
    return [
        each.student_id
        for each in found
        if each.is_met and not (each.student_id in decided and covers(decided[each.student_id], each))
    ]


def in_words(decision: ThresholdDecision) -> str:
    """“Notice to Improve, on 11 sessions: Ms Price, Mon 30 Nov”."""
    day = wording.day(clock.local(decision.decided_at).date())
    return (
        f"{decision.get_decision_display()}, on {decision.sessions} sessions: {decision.decided_by.formal_name}, {day}"
    )


def load_timeline(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Decisions about a student for their timeline, and that one was undone."""
    rows = [row for row in decisions_about(student) if before is None or row.decided_at < before]
    return [
        {
            "when": clock.local(row.decided_at),
            "kind": "threshold",
            "title": f"Penalty notice threshold: {row.get_decision_display()}{' (undone)' if row.undone_at else ''}",
            "text": f"{row.reason} ({row.sessions} sessions, {row.decided_by.formal_name})",
            "url": reverse("attendance:threshold_decisions", args=[student.public_id]),
            "icon": "check2-square",
        }
        for row in rows[:limit]
    ]
