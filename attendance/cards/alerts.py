"""What alerts add to the student page, to lists of students, and to the forms that save support."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from attendance import rules
from attendance.actions.alerts import clear_alerts, open_alerts_again
from attendance.models import Alert, ChaseHold, ThresholdDecision
from attendance.queries.alerts import decisions
from attendance.queries.alerts import lists as alerts
from caseload.registries import answering, columns
from caseload.registries.answering import Source, Through
from caseload.registries.columns import Filter, ReasonSource, StudentAction
from core.pages import cards, menu
from core.pages.cards import Card, TimelineSource
from core.pages.menu import MenuEntry


def load_card(user: Any, student: Any) -> dict[str, Any] | None:
    """A student's open alerts and the hold in force; nothing when there is neither."""
    found, hold = alerts.of_student(student, user)
    if not found and hold is None:
        return None
    here = reverse("caseload:student_detail", args=[student.public_id])
    return {"alerts": found, "hold": hold, "student": student, "more": reverse("attendance:alert_list"), "here": here}


def _clear(numbers: Any, by: Any, through: Through) -> list[int]:
    return clear_alerts(numbers, by=by, through=through)


def _reopen(numbers: Any, by: Any, at: datetime) -> list[int]:
    return open_alerts_again(numbers, by=by, at=at)


def register() -> None:
    """Offer the places, the card, the reasons and the chip."""
    menu.register(
        MenuEntry("Students", "Alerts", "attendance:alert_list", rules.ACT, 25, "g l", "bell", "Alerts", count=alerts.students_with_open_alerts)
    )  # fmt: skip
    menu.register(
        MenuEntry("Settings", "Attendance alerts", "attendance:alert_rule_list", rules.VIEW_RULES, 40, "", "bell-slash", "Alert rules")
    )  # fmt: skip
    cards.register(
        Card(
            "student",
            "alerts",
            "Alerts",
            15,
            rules.ACT,
            "attendance/cards/alerts.html",
            load_card,
            (Alert, ChaseHold),
        )
    )
    cards.register_timeline(
        TimelineSource(
            "threshold", "Threshold decisions", 35, rules.ACT, decisions.load_timeline, shows=(ThresholdDecision,)
        )
    )
    columns.register_reasons(ReasonSource(alerts.SOURCE, rules.ACT, alerts.reasons, 5))
    columns.register_filter(Filter("alert", "Attendance alert", 5, rules.ACT))
    columns.register_student_action(
        StudentAction("hold", "Hold out", "attendance:hold_new", rules.ACT, 90, "pause-circle")
    )
    answering.register(Source(alerts.ANSWERED, rules.ACT, alerts.open_reasons, _clear, _reopen, 10))
