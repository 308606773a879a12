"""What action plans add to the student page, the timeline, lists of students and the navigation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from caseload.registries import columns
from caseload.registries.columns import Filter, Reason, ReasonSource, StudentAction
from core.pages import cards, menu
from core.pages.cards import Card, TimelineSource
from core.pages.menu import MenuEntry
from interventions.choices_plans import MANAGE_PLAN, SET_UP_PLANS, VIEW_PLAN, PlanStepKind
from interventions.models import ActionPlan, PlanStep
from interventions.panels import shortened
from interventions.queries import plans as queries

PANEL_ROWS = 4
# What is told on the timeline; changes of words and signed copies stand on the plan's own page.
TOLD = (
    PlanStepKind.MADE, PlanStepKind.REVIEWED, PlanStepKind.MOVED_UP, PlanStepKind.STEPPED_DOWN, PlanStepKind.APPROVED,
    PlanStepKind.CLOSED,
)  # fmt: skip


def load_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The plans of a student that this person may read; left out when there are none."""
    rows = queries.of_student(user, student)
    return {"plans": rows[:PANEL_ROWS], "others": max(len(rows) - PANEL_ROWS, 0)} if rows else None


def load_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Plans as they were made, looked at and moved, and how they ended."""
    plans = ActionPlan.objects.all().visible_to(user).filter(student=student)
    rows = PlanStep.objects.filter(plan__in=plans.values("pk"), kind__in=TOLD).select_related("plan", "by", "stage")
    if before is not None:
        rows = rows.filter(at__lt=before)
    return [
        {
            "when": row.at,
            "kind": "plans",
            "icon": "clipboard-check",
            "title": f"Action plan {row.get_kind_display().lower()}: {shortened(row.plan.title, 120)}",
            "text": shortened(row.note or (row.plan.aims if row.kind == PlanStepKind.MADE else "")),
            "who": row.by.formal_name,
            "url": reverse("interventions:plan_detail", args=[row.plan.public_id]),
        }
        for row in rows.order_by("-at", "-pk")[:limit]
    ]


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Plans whose review has come."""
    return queries.reviews_due(ids, user)


def register() -> None:
    """Offer all of it."""
    cards.register(
        Card(
            "student",
            "plans",
            "Action plans",
            30,
            VIEW_PLAN,
            "interventions/_plans_card.html",
            load_panel,
            (ActionPlan,),
        )
    )
    cards.register_timeline(TimelineSource("plans", "Action plans", 25, VIEW_PLAN, load_entries, shows=(ActionPlan,)))
    columns.register_reasons(ReasonSource("plan_reviews", MANAGE_PLAN, load_reasons, order=57))
    columns.register_filter(Filter("plan_review", "Plan review due", 57, MANAGE_PLAN))
    columns.register_student_action(
        StudentAction("plan", "Action plan", "interventions:plan_new", MANAGE_PLAN, 40, "clipboard-check", "n a")
    )
    menu.register(
        MenuEntry("Support", "Action plans", "interventions:plan_list", VIEW_PLAN, 10, "", "clipboard-check", "Plans")
    )
    menu.register(
        MenuEntry("Settings", "Action plans", "interventions:plan_settings", SET_UP_PLANS, 56, "", "clipboard-check")
    )
