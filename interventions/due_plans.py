"""What action plans put on My work: things to do in them, their reviews, and approvals that wait for this person."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from caseload.querysets import looked_after, reached
from core import clock
from core.pages import due
from core.pages.due import Harm, Item, Source
from interventions.choices_plans import MANAGE_PLAN, VIEW_PLAN, Approval
from interventions.models import ActionPlan, PlanAction
from interventions.queries.plans import for_approval


def actions_of(user: Any) -> QuerySet[PlanAction]:
    """What this person has to do by today in plans that they may read."""
    rows = PlanAction.objects.open().filter(owner=user, due_on__lte=clock.today())
    return rows.filter(plan__student__in=reached(user, VIEW_PLAN))  # type: ignore[no-any-return]  # its queryset is untyped


def load_actions(user: Any, limit: int) -> list[Item]:
    """The first of them, each ticked off with one tap. One query."""
    rows = actions_of(user).select_related("plan").order_by("due_on", "pk")[:limit]
    return [
        Item(
            row.what,
            row.due_on,
            reverse("interventions:plan_detail", args=[row.plan.public_id]),
            "Open the plan",
            about=row.plan.student_id,
            note=f"action plan: {row.plan.title}",
            done_url=reverse("interventions:plan_action_tick", args=[row.plan.public_id, row.public_id]),
            done="Done",
        )
        for row in rows
    ]


def reviews_of(user: Any) -> QuerySet[ActionPlan]:
    """Plans whose review has come: this person's own, and those at a tutor's stage of the students whom they look after, so
    that whoever covers for a tutor has them too."""
    mine = Q(owner=user) | Q(stage__owner_role="tutor", student__in=looked_after(user, MANAGE_PLAN))
    return ActionPlan.objects.review_due().visible_to(user, MANAGE_PLAN).filter(mine)  # type: ignore[no-any-return]  # its queryset is untyped


def load_reviews(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    rows = reviews_of(user).select_related("stage").order_by("review_on", "pk")[:limit]
    return [_item(row, row.review_on, "Review", "review", f"stage {row.stage.number}") for row in rows]


def load_approvals(user: Any, limit: int) -> list[Item]:
    """Plans that wait for this person's approval. Two queries."""
    rows = for_approval(user).select_related("stage").order_by("changed_at", "pk")[:limit]
    return [
        _item(
            row,
            clock.local(row.changed_at).date(),
            "Approve",
            "approval",
            f"stage {row.stage.number} waits for approval",
        )
        for row in rows
    ]


def _item(plan: ActionPlan, since: Any, click: str, place: str, note: str) -> Item:
    url = f"{reverse('interventions:plan_detail', args=[plan.public_id])}#{place}"
    return Item(f"Action plan: {plan.title}", since, url, click, about=plan.student_id, note=note)


TO_DO = "SELECT FROM interventions_planaction WHERE owner_id = %(me)s AND done_on IS NULL AND due_on <= %(today)s"
TO_REVIEW = "SELECT FROM interventions_actionplan WHERE closed_on IS NULL AND review_on <= %(today)s"
WAITING = f"SELECT FROM interventions_actionplan WHERE closed_on IS NULL AND approval = '{Approval.WAITING}'"


def register() -> None:
    """Offer all of it."""
    for source in (
        Source("plan_action", "Things to do in plans", Harm.PROMISE, VIEW_PLAN, load_actions, actions_of, 40, TO_DO),
        Source("plan", "Action plans to review", Harm.REVIEW, MANAGE_PLAN, load_reviews, reviews_of, 30, TO_REVIEW),
        Source("plan_approval", "Plans to approve", Harm.REVIEW, VIEW_PLAN, load_approvals, for_approval, 25, WAITING),
    ):
        due.register(source)
