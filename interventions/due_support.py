"""What support plans put on My work."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core import due
from core.due import Harm, Item, Source
from interventions.choices_support import WRITE
from interventions.models import SupportPlan


def plans_of(user: Any) -> QuerySet[SupportPlan]:
    """Support plans that this person looks after and whose review date has come."""
    return SupportPlan.objects.visible_to(user, WRITE).due().filter(owner=user)  # type: ignore[no-any-return]  # its queryset is untyped


def load_plans(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return [
        Item(
            "Support plan",
            plan.review_on,
            reverse("interventions:support_review", args=[plan.public_id]),
            "Review",
            about=plan.student_id,
            note=f"round {plan.round}",
        )
        for plan in plans_of(user).order_by("review_on", "pk")[:limit]
    ]


def register() -> None:
    """Offer all of it."""
    due.register(Source("support", "Support plans", Harm.REVIEW, WRITE, load_plans, plans_of, order=30))
