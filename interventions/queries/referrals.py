"""Referrals as lists and pages show them: to take up, going on, one's own, ended; each reader with what they may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from caseload.models import Student
from caseload.queries.students import student_rows
from core import clock
from interventions.choices_referrals import ANSWER_DAYS, OPEN_STATES, URGENT_DAYS, ReferralState
from interventions.models import Referral, Service

SHOWS = {"take": "To take up", "going": "Going on", "mine": "Mine", "ended": "Ended"}
WORDS = ("reason", "answer", "told", "outcome")


@dataclass
class Row:
    """One referral of a list, with its student's names and groups."""

    referral: Referral
    person: dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A referral's page as one person may read it: the words for the service alone only to those who take it up."""

    referral: Referral
    takes: bool
    mine: bool
    outcome: str = ""


def listed(user: Any, show: str) -> QuerySet[Referral]:
    """The referrals of a list, without their words: what waits longest first, the urgent ones before."""
    rows: QuerySet[Referral]
    if show == "mine":
        rows = Referral.objects.of(user).order_by(_open_first(), "-referred_at", "-pk")
    elif show == "ended":
        rows = Referral.objects.visible_to(user).exclude(state__in=OPEN_STATES).order_by("-referred_at", "-pk")
    else:
        state = ReferralState.ASKED if show == "take" else ReferralState.ACCEPTED
        rows = Referral.objects.taken_up_by(user).filter(state=state).order_by("-urgent", "referred_at", "pk")
    return rows.select_related("service", "referred_by", "taken_by").defer(*WORDS)


def _open_first() -> Any:
    return Case(When(state__in=OPEN_STATES, then=Value(0)), default=Value(1), output_field=IntegerField()).asc()


def counts(user: Any) -> dict[str, int]:
    """How many stand in each list. Four queries."""
    return {show: listed(user, show).order_by().count() for show in SHOWS}


def list_rows(rows: Sequence[Referral]) -> list[Row]:
    """Each referral with its student. One query."""
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in={one.student_id for one in rows}))}
    return [Row(one, people[one.student_id]) for one in rows]


def shown(user: Any, referral: Referral) -> Shown:
    """What this person may read of a referral that is visible to them. Two queries."""
    takes = Referral.objects.taken_up_by(user).filter(pk=referral.pk).exists()
    mine = Referral.objects.of(user).filter(pk=referral.pk).exists()
    outcome = referral.outcome if takes else ""
    return Shown(referral, takes, mine, outcome)


def of_student(user: Any, student_id: int, limit: int) -> list[dict[str, Any]]:
    """A student's referrals that this person may know of, the latest first, each with its address if they may open it."""
    rows = Referral.objects.filter(student=student_id).select_related("service", "referred_by").defer(*WORDS)
    open_ = set(Referral.objects.visible_to(user).filter(student=student_id).values_list("pk", flat=True))
    known = Referral.objects.known_to(user).filter(student=student_id).values("pk")
    found = rows.filter(Q(pk__in=open_) | Q(pk__in=known)).order_by("-referred_at", "-pk")[:limit]
    return [{"referral": row, "opens": row.pk in open_} for row in found]


def waiting_for(user: Any) -> QuerySet[Referral]:
    """What colleagues referred and this person is to take up."""
    rows = Referral.objects.taken_up_by(user).filter(state=ReferralState.ASKED).exclude(referred_by=user)
    return rows


def news_for(user: Any) -> QuerySet[Referral]:
    """One's own referrals that nobody answered in time, or that were declined and not noted."""
    late = Q(referred_at__lt=_days_ago(ANSWER_DAYS)) | Q(urgent=True, referred_at__lt=_days_ago(URGENT_DAYS))
    unanswered = Q(state=ReferralState.ASKED) & late
    declined = Q(state=ReferralState.DECLINED, noted_at=None)
    return Referral.objects.of(user).filter(unanswered | declined)


def _days_ago(days: int) -> Any:
    """The end of the day so many days ago."""
    return clock.at(clock.today() - timedelta(days=days - 1), 0)


def services() -> QuerySet[Service]:
    """Every service with who takes its referrals up, those offered first. Two queries."""
    return Service.objects.prefetch_related("people").order_by("-active", "-inside", "name")
