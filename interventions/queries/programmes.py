"""Interventions as lists and pages show them: who takes part, sessions, hours and cost; and which reviews are due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import formal_name
from caseload.models import Student
from caseload.needs import Need
from caseload.queries.students import student_rows
from caseload.querysets import among, reached
from caseload.registries.columns import Reason
from core import clock
from core.id_lists import array
from core.reading import read_rows
from interventions.choices_programmes import RUN
from interventions.models import (
    Intervention,
    InterventionMember,
    InterventionSession,
    SessionAttendance,
)

SUMS = """
SELECT i.id, count(s.id), coalesce(sum(s.minutes), 0), coalesce(sum(s.minutes * w.staff), 0), max(s.held_at)
FROM interventions_intervention i LEFT JOIN interventions_interventionsession s ON s.intervention_id = i.id
LEFT JOIN LATERAL (
    SELECT count(*) AS staff FROM interventions_interventionsession_staff p WHERE p.interventionsession_id = s.id
) w ON true
WHERE i.id = ANY(%s) GROUP BY i.id
"""


@dataclass(frozen=True)
class Effort:
    """What an intervention took: sessions, minutes held, minutes of staff, the last session, cost in pounds where known."""

    sessions: int = 0
    minutes: int = 0
    staff_minutes: int = 0
    last: Any = None
    cost: Decimal | None = None

    @property
    def hours(self) -> float:
        """Hours of staff."""
        return self.staff_minutes / 60


@dataclass
class Row:
    """One intervention of a list."""

    intervention: Intervention
    students: int
    effort: Effort


@dataclass
class Detail:
    """All that the page of an intervention shows."""

    members: list[dict[str, Any]] = field(default_factory=list)
    hidden: int = 0
    sessions: list[dict[str, Any]] = field(default_factory=list)
    effort: Effort = field(default_factory=Effort)


def listed(user: Any, which: str, today: date) -> QuerySet[Intervention]:
    """The interventions of a list: `mine` (led), `all` in reach, `due` for review, `ended`."""
    rows = Intervention.objects.all().visible_to(user, RUN).select_related("type", "led_by")
    if which == "ended":
        return rows.exclude(ended_on=None).order_by("-ended_on", "-pk")
    rows = rows.open()
    if which == "mine":
        rows = rows.filter(Q(led_by=user) | Q(made_by=user))
    if which == "due":
        return rows.filter(review_on__lte=today).order_by("review_on", "pk")
    return rows.order_by("-starts_on", "-pk")


def counts(user: Any, today: date) -> dict[str, int]:
    """How many stand in each list. One query."""
    rows = Intervention.objects.all().visible_to(user, RUN)
    going = Q(ended_on=None)
    return rows.aggregate(
        mine=Count("pk", filter=going & (Q(led_by=user) | Q(made_by=user))),
        due=Count("pk", filter=going & Q(review_on__lte=today)),
        all=Count("pk", filter=going),
        ended=Count("pk", filter=~going),
    )


def list_rows(interventions: Sequence[Intervention]) -> list[Row]:
    """Each with how many take part and what it took. Two queries."""
    ids = [one.pk for one in interventions]
    efforts = efforts_of(interventions)
    members = InterventionMember.objects.filter(intervention__in=ids).values("intervention")
    number = dict(members.annotate(n=Count("student", distinct=True)).values_list("intervention", "n"))
    return [Row(one, number.get(one.pk, 0), efforts.get(one.pk, Effort())) for one in interventions]


def efforts_of(interventions: Sequence[Intervention]) -> dict[int, Effort]:
    """What each of these took. One query."""
    known = {one.pk: one for one in interventions}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [list(known)])
        rows = cursor.fetchall()
    return {
        pk: Effort(sessions, int(minutes), int(staff), last, _cost(known[pk], int(staff)))
        for pk, sessions, minutes, staff, last in rows
    }


def _cost(row: Intervention, staff_minutes: int) -> Decimal | None:
    """In pounds; nothing when no cost was said."""
    if row.cost_per_hour is None and not row.other_cost:
        return None
    return (row.cost_per_hour or Decimal(0)) * staff_minutes / 60 + row.other_cost


def detail(user: Any, intervention: Intervention) -> Detail:
    """Who takes part as far as this person may know, the sessions, and what it took. Six queries."""
    members = list(intervention.members.order_by("student__sort_key", "pk"))
    seen = InterventionMember.objects.all().visible_to(user, RUN).filter(intervention=intervention)
    shown = set(seen.values_list("pk", flat=True))
    ids = [one.student_id for one in members if one.pk in shown]
    reached = set(
        Student.objects.visible_to(user, "caseload.view_student").filter(pk__in=ids).values_list("pk", flat=True)
    )
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    attended = {row["student"]: row for row in _attendance(intervention)}
    today = clock.today()
    rows = [
        {
            "member": one,
            "person": people[one.student_id],
            "reached": one.student_id in reached,
            "came": attended.get(one.student_id, {}).get("n_came", 0),
            "held": attended.get(one.student_id, {}).get("n", 0),
            "ended": one.period.upper is not None and one.period.upper <= today,
            "last_day": one.period.upper - timedelta(days=1) if one.period.upper else None,
        }
        for one in members
        if one.pk in shown
    ]
    effort = efforts_of([intervention]).get(intervention.pk, Effort())
    return Detail(rows, len(members) - len(rows), _sessions(intervention), effort)


def _attendance(intervention: Intervention) -> Any:
    rows = SessionAttendance.objects.filter(session__intervention=intervention).values("student")
    return rows.annotate(n=Count("pk"), n_came=Count("pk", filter=Q(came=True)))


def _sessions(intervention: Intervention) -> list[dict[str, Any]]:
    came = SessionAttendance.objects.filter(session=OuterRef("pk")).values("session")
    counted = came.annotate(n=Count("pk", filter=Q(came=True)), of=Count("pk"))
    rows = intervention.sessions.annotate(
        n_came=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0),
        n_of=Coalesce(Subquery(counted.values("of"), output_field=IntegerField()), 0),
    ).prefetch_related("staff")
    return [
        {"session": row, "came": row.n_came, "of": row.n_of, "staff": [one.formal_name for one in row.staff.all()]}
        for row in rows
    ]


# Written out, as every page of a student asks it: when they began to take part, and the sessions, each with a name.
_PARTS_AND_SESSIONS = """
    (SELECT false, lower(p.period), NULL::timestamptz, i.title, i.intended, NULL::boolean, i.public_id, u.title, u.given_name,
        u.family_name
    FROM interventions_interventionmember AS p JOIN interventions_intervention AS i ON i.id = p.intervention_id
    JOIN accounts_user AS u ON u.id = i.led_by_id WHERE p.student_id = %(student)s AND lower(p.period) <= %(day)s::date)
    UNION ALL
    (SELECT true, NULL, s.held_at, i.title, '', a.came, i.public_id, u.title, u.given_name, u.family_name
    FROM interventions_sessionattendance AS a JOIN interventions_interventionsession AS s ON s.id = a.session_id
    JOIN interventions_intervention AS i ON i.id = s.intervention_id JOIN accounts_user AS u ON u.id = s.logged_by_id
    WHERE a.student_id = %(student)s AND (%(before)s::timestamptz IS NULL OR s.held_at < %(before)s::timestamptz)
    ORDER BY s.held_at DESC LIMIT %(limit)s)"""
_TAKING_PART = """
    SELECT i.*, u.title AS led_title, u.given_name AS led_given_name, u.family_name AS led_family_name
    FROM interventions_intervention AS i JOIN accounts_user AS u ON u.id = i.led_by_id
    WHERE i.id IN (SELECT p.intervention_id FROM interventions_interventionmember AS p WHERE p.student_id = %s)
    ORDER BY i.starts_on DESC, i.id DESC"""


def parts_and_sessions_of(student_id: int, before: datetime | None, limit: int) -> list[tuple[Any, ...]]:
    """When a student began to take part in interventions, and the latest sessions. One query.

    Each is: whether it is a session, the day it began, when it was held, title, what was intended, whether they came, the
    intervention, and the title and names of whoever leads it or logged the session.
    """
    asked: dict[str, Any] = {"student": student_id, "day": clock.today(), "before": before, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_PARTS_AND_SESSIONS, asked)
        return cursor.fetchall()


def of_student(student_id: int) -> list[Intervention]:
    """The interventions in which a student takes or took part, the latest first, each with `who` leads it. One query."""
    rows: list[Any] = list(Intervention.objects.raw(_TAKING_PART, [student_id]))
    for row in rows:
        row.who = formal_name(row.led_title, row.led_given_name, row.led_family_name)
    return rows


_DUE = """
    SELECT m.student_id, i.title, i.review_on FROM interventions_interventionmember AS m
    JOIN interventions_intervention AS i ON i.id = m.intervention_id
    WHERE i.ended_on IS NULL AND i.review_on <= %s AND (upper(m.period) IS NULL OR upper(m.period) > %s)
        AND m.student_id IN (SELECT unnest(%s::bigint[])) AND m.student_id {reached} ORDER BY i.review_on, m.id
"""


def reviews_due(ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Students whose intervention's review date has come, as reasons of lists. One query."""
    today = clock.today()
    condition, params = ("IS NOT NULL", []) if user is None else among(reached(user, RUN))
    found: dict[int, list[Reason]] = {}
    for student, title, _ in read_rows(_DUE.format(reached=condition), [today, today, array(ids), *params]):
        reason = Reason(f"Intervention review due: {title}", Need.INTERVENTION_OVERDUE, "iv_review")
        found.setdefault(student, []).append(reason)
    return found


def last_session(intervention: Intervention) -> InterventionSession | None:
    """The latest one, to start the next from."""
    return intervention.sessions.first()
