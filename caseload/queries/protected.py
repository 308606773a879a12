"""What waits for a second person about the holders of protected roles, who is suspended, and when the team would be empty."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import SAFEGUARDING_TEAM
from caseload.models import CollegeGrant, EndingRequest, Suspension
from core import clock

AHEAD = timedelta(days=60)


def endings_waiting() -> QuerySet[EndingRequest]:
    """Requests that somebody leaves or that a role ends, while they wait for a second person."""
    return EndingRequest.objects.filter(decided_by=None).select_related("user", "role", "asked_by")


def leaving_asked(user_id: int) -> EndingRequest | None:
    """The request that somebody leaves, while it waits."""
    return endings_waiting().filter(user_id=user_id, role=None).first()


def suspensions_in_force() -> QuerySet[Suspension]:
    """Who is suspended today, of those who still work here."""
    rows = Suspension.objects.filter(lifted_at=None, last_day__gte=clock.today(), user__is_active=True)
    staying = Q(user__ended_on=None) | Q(user__ended_on__gte=clock.today())
    return rows.filter(staying).select_related("user", "by")


def first_day_without_team(leaves_out: Any = None) -> date | None:
    """The first day, from today on and within two months, on which nobody of the safeguarding team is there; None when
    there is none. With a request, as if it were approved."""
    today = clock.today()
    spans = [_span(grant, leaves_out) for grant in _team_grants(today)]
    days = [today, *(end for _, end in spans if end is not None and end <= today + AHEAD)]
    empty = [day for day in days if not any(start <= day and (end is None or day < end) for start, end in spans)]
    return min(empty, default=None)


def _team_grants(today: date) -> QuerySet[CollegeGrant]:
    rows = CollegeGrant.objects.filter(role__name__in=SAFEGUARDING_TEAM, period__isempty=False, user__is_active=True)
    return rows.filter(Q(period__endswith=None) | Q(period__endswith__gt=today)).select_related("user", "role")


def _span(grant: CollegeGrant, asked: Any) -> tuple[date, date | None]:
    """From the first day on which somebody is there in this role to the first on which they no longer are."""
    user: User = grant.user
    ends = [grant.period.upper, user.ended_on + timedelta(days=1) if user.ended_on else None]
    if asked is not None and asked.user_id == user.pk and asked.role_id in (None, grant.role_id):
        ends.append(asked.last_day + timedelta(days=1))
    start = max(grant.period.lower or date.min, user.suspended_until + timedelta(days=1) if user.is_suspended and user.suspended_until else date.min)  # fmt: skip
    return start, min((end for end in ends if end is not None), default=None)
