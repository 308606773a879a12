"""What support plans and referrals put on My work."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core import clock
from core.pages import due
from core.pages.due import Harm, Item, Source
from interventions.choices_referrals import REFER, ReferralState
from interventions.choices_support import WRITE
from interventions.models import Referral, SupportPlan
from interventions.queries import referrals as queries


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


def waiting_urgent(user: Any) -> QuerySet[Referral]:
    """Urgent referrals that this person is to take up."""
    return queries.waiting_for(user).filter(urgent=True)


def waiting_others(user: Any) -> QuerySet[Referral]:
    """The other referrals that this person is to take up."""
    return queries.waiting_for(user).filter(urgent=False)


def load_urgent(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return _to_take_up(waiting_urgent(user), limit)


def load_others(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return _to_take_up(waiting_others(user), limit)


def _to_take_up(rows: QuerySet[Referral], limit: int) -> list[Item]:
    return [
        Item(
            f"Referral to {row.service.name}",
            _day(row),
            _page(row),
            "Answer",
            about=row.student_id,
            note=f"from {row.referred_by.formal_name}",
        )
        for row in rows.select_related("service", "referred_by").order_by("referred_at", "pk")[:limit]
    ]


def load_news(user: Any, limit: int) -> list[Item]:
    """One's own referrals that were declined or that nobody answered in time. One query."""
    rows = queries.news_for(user).select_related("service").order_by("referred_at", "pk")[:limit]
    return [_news(row) for row in rows]


def _news(row: Referral) -> Item:
    if row.state == ReferralState.DECLINED:
        done_url = reverse("interventions:referral_noted", args=[row.public_id])
        words = f"Declined by {row.service.name}"
        return Item(words, _day(row), _page(row), "Read why", about=row.student_id, done_url=done_url, done="Noted")
    words = f"Referral to {row.service.name} without an answer"
    return Item(words, _day(row), _page(row), "Look at it", about=row.student_id)


def _day(row: Referral) -> date:
    """Since when it waits: the answer that was given, or the day on which it was referred."""
    return clock.local(row.answered_at or row.referred_at).date()


def _page(row: Referral) -> str:
    return reverse("interventions:referral_detail", args=[row.public_id])


TO_REVIEW = """SELECT FROM interventions_supportplan WHERE owner_id = %(me)s AND ended_on IS NULL
    AND review_on <= %(today)s"""
ASKED = f"SELECT FROM interventions_referral WHERE state = '{ReferralState.ASKED}'"
REFERRED = f"""SELECT FROM interventions_referral WHERE referred_by_id = %(me)s
    AND state IN ('{ReferralState.ASKED}', '{ReferralState.DECLINED}')"""


def register() -> None:
    """Offer all of it."""
    for source in (
        Source("support", "Support plans", Harm.REVIEW, WRITE, load_plans, plans_of, 30, TO_REVIEW),
        Source("referral_urgent", "Urgent referrals", Harm.TODAY, REFER, load_urgent, waiting_urgent, 50, ASKED),
        Source("referral", "Referrals to take up", Harm.ANSWER, REFER, load_others, waiting_others, 30, ASKED),
        Source("referral_mine", "My referrals", Harm.ANSWER, REFER, load_news, queries.news_for, 40, REFERRED),
    ):
        due.register(source)
