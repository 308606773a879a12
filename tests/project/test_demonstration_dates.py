"""What somebody planned in the demonstration falls on school days, as what the pages propose does."""

from datetime import date

from attendance.models import ChaseHold
from caseload.models import ContactLogEntry
from caseload.queries.calendar import calendar_for
from interventions.models import ActionPlan, Case, Intervention, Meeting, PanelAction, PlanAction, SupportPlan, Target

PLANNED = (
    (Meeting, "next_on"), (Target, "due_on"), (ActionPlan, "review_on"), (PlanAction, "due_on"), (Case, "review_on"),
    (SupportPlan, "review_on"), (PanelAction, "due_on"), (Intervention, "review_on"), (ChaseHold, "until"),
    (ContactLogEntry, "follow_up_on"),
)  # fmt: skip


def test_nothing_in_the_demonstration_is_planned_for_a_weekend_or_the_holidays(college_db: str) -> None:
    calendar = calendar_for(None, date(2025, 9, 1), date(2027, 8, 31))
    planned = {
        f"{model.__name__}.{field}": {
            day
            for day in model.objects.exclude(**{field: None}).values_list(field, flat=True)
            if day < calendar.days[-1]
        }
        for model, field in PLANNED
    }
    assert all(planned.values())
    assert {
        name: days for name, found in planned.items() if (days := {day for day in found if not calendar.is_open(day)})
    } == {}
