"""Workload by tutor, for whoever leads tutors: what each has, has done and has waiting. Numbers of work, never of worth.

Counted are the students whom a tutor looks after today, as tutor, co-tutor or cover, among those whom the reader leads. A
caseload that two share counts for both, as either may do the work. One-to-ones held are those that the tutor led.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from accounts.models import User
from attendance.models import Alert
from attendance.queries.alerts.today import AlertToday, alerts_today
from caseload.choices import Capacity
from caseload.models import CaseloadGrant, ContactLogEntry, Student
from caseload.queries.calendar import latest_term
from caseload.queries.students import student_rows
from core import clock, wording
from interventions.choices import OPEN_STATES, REVIEW_SOON_DAYS
from interventions.models import Meeting, Target
from interventions.queries.coverage import COVERAGE

FEW = 10  # below this many students a figure per hundred says more about one student than about the tutor
LISTED = 300
SHOWS = {
    "students": "Students",
    "held": "Held this term",
    "due": "One-to-ones due",
    "overdue": "One-to-ones overdue",
    "targets": "Targets overdue",
    "alerts": "Alerts open",
    "follow_ups": "Contacts to follow up",
}
_PAIRS = """
WITH pair AS (
    SELECT DISTINCT g.user_id AS tutor, m.student_id FROM caseload_caseloadgrant g
    JOIN auth_group a ON a.id = g.role_id AND a.name = 'tutor'
    JOIN caseload_caseloadmembership m ON m.group_id = g.content_object_id AND m.period @> %(today)s::date
    WHERE g.period @> %(today)s::date AND m.student_id = ANY(%(students)s)
)"""
_COUNTED = f"""{_PAIRS}, latest AS (
    SELECT DISTINCT ON (student_id) student_id, next_on FROM interventions_meeting
    WHERE student_id = ANY(%(students)s) ORDER BY student_id, held_at DESC, id DESC
), held AS (
    SELECT led_by_id AS tutor, student_id, count(*) AS n FROM interventions_meeting
    WHERE student_id = ANY(%(students)s) AND held_at >= %(since)s GROUP BY 1, 2
), late AS (
    SELECT student_id, count(*) AS n FROM interventions_target
    WHERE student_id = ANY(%(students)s) AND state = ANY(%(open)s) AND due_on < %(today)s GROUP BY 1
), alert AS (
    SELECT student_id, count(*) AS n, count(escalated_at) AS waited FROM attendance_alert
    WHERE student_id = ANY(%(students)s) AND state = 'open' GROUP BY 1
), follow AS (
    SELECT student_id, count(*) AS n FROM caseload_contactlogentry
    WHERE student_id = ANY(%(students)s) AND followed_up_at IS NULL AND follow_up_on <= %(today)s GROUP BY 1
)
SELECT p.tutor, count(*), coalesce(sum(held.n), 0),
    count(*) FILTER (WHERE latest.next_on BETWEEN %(today)s::date AND %(soon)s::date),
    count(*) FILTER (WHERE latest.next_on < %(today)s), coalesce(sum(late.n), 0), coalesce(sum(alert.n), 0),
    coalesce(sum(alert.waited), 0), coalesce(sum(follow.n), 0)
FROM pair p LEFT JOIN latest ON latest.student_id = p.student_id LEFT JOIN late ON late.student_id = p.student_id
LEFT JOIN held ON held.tutor = p.tutor AND held.student_id = p.student_id
LEFT JOIN alert ON alert.student_id = p.student_id LEFT JOIN follow ON follow.student_id = p.student_id
GROUP BY p.tutor
"""


@dataclass(frozen=True)
class Workload:
    """One tutor: students, one-to-ones held this term, due this week and overdue, and what else waits."""

    tutor: User
    groups: str
    covers: bool
    students: int
    held: int
    due: int
    overdue: int
    targets: int
    alerts: int
    waited: int
    follow_ups: int

    @property
    def held_per_100(self) -> int | None:
        """One-to-ones held for each hundred students, so that tutors with more can be set beside those with fewer; nothing
        where few students, or some that are only covered for a while, would make it say what is not so."""
        return None if self.covers or self.students < FEW else round(100 * self.held / self.students)

    @property
    def waiting(self) -> int:
        """Everything that waits for them."""
        return self.overdue + self.targets + self.alerts + self.follow_ups


@dataclass(frozen=True)
class Listed:
    """One line behind a number: the student, what it is, since or until when, and where to go."""

    student: dict[str, Any]
    words: str
    url: str


def term_start(today: date) -> date:
    """The first day of the term, in the holidays of the one before; without terms the last twelve weeks."""
    term = latest_term(today)
    return term.starts_on if term else today - timedelta(weeks=12)


def workload_by_tutor(user: Any) -> list[Workload]:
    """Each tutor of the students whom this person leads, by name. Six queries for any number."""
    led = list(Student.objects.visible_to(user, COVERAGE).values_list("pk", flat=True))
    today = clock.today()
    values: dict[str, Any] = {
        "students": led,
        "today": today,
        "soon": today + timedelta(days=REVIEW_SOON_DAYS),
        "since": clock.at(term_start(today), 0),
        "open": list(OPEN_STATES),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values)
        numbers = {tutor: [int(each) for each in row] for tutor, *row in cursor.fetchall()}
    tutors = User.objects.filter(pk__in=numbers).order_by("sort_key", "pk")
    groups = _groups(list(numbers))
    return [Workload(tutor, *_said(groups.get(tutor.pk, [])), *numbers[tutor.pk]) for tutor in tutors]


def _said(held: list[tuple[str, bool]]) -> tuple[str, bool]:
    """What somebody holds in words, “10A, 10B (cover)”, and whether any of it is cover."""
    words = ", ".join(f"{name} (cover)" if covers else name for name, covers in held)
    return words, any(covers for _, covers in held)


def _groups(tutors: list[int]) -> dict[int, list[tuple[str, bool]]]:
    """What each holds, and whether they only cover it."""
    grants = CaseloadGrant.objects.filter(user__in=tutors, period__contains=clock.today(), role__name="tutor")
    found: dict[int, list[tuple[str, bool]]] = {}
    named = grants.order_by("content_object__name", "pk").values_list("user", "content_object__name", "capacity")
    for tutor, name, capacity in named:
        found.setdefault(tutor, []).append((name, capacity == Capacity.COVER))
    return found


def workload_of(user: Any, tutor_id: UUID) -> Workload | None:
    """One tutor, if some of their students are led by this person."""
    return next((row for row in workload_by_tutor(user) if row.tutor.public_id == tutor_id), None)


def listed_behind(user: Any, row: Workload, show: str) -> list[Listed]:
    """The list behind one number, as far as this person may read it: what was said in a one-to-one is not in it."""
    led = list(Student.objects.visible_to(user, COVERAGE).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_PAIRS} SELECT student_id FROM pair WHERE tutor = %(tutor)s",
            {"students": led, "today": clock.today(), "tutor": row.tutor.pk},
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    people = {each["id"]: each for each in student_rows(Student.objects.filter(pk__in=ids))}
    found = _BEHIND[show](user, row, ids)
    return [Listed(people[student], words, url or _page(people[student])) for student, words, url in found[:LISTED]]


Rows = list[tuple[int, str, str]]


def _page(student: dict[str, Any]) -> str:
    return reverse("caseload:student_detail", args=[student["public_id"]])


def _students(user: Any, row: Workload, ids: list[int]) -> Rows:
    ordered = Student.objects.filter(pk__in=ids).order_by("sort_key", "pk").values_list("pk", flat=True)
    return [(pk, "", "") for pk in ordered]


def _held(user: Any, row: Workload, ids: list[int]) -> Rows:
    since = clock.at(term_start(clock.today()), 0)
    rows = Meeting.objects.filter(student__in=ids, led_by=row.tutor, held_at__gte=since).order_by("-held_at", "-pk")
    return [(pk, wording.day(at), "") for pk, at in rows.values_list("student", "held_at")]


def _next(ids: list[int], first: date | None, last: date) -> Rows:
    rows = Meeting.objects.filter(student__in=ids).order_by("student_id", "-held_at", "-pk").distinct("student_id")
    days = [(day, pk) for pk, day in rows.values_list("student", "next_on") if day and day <= last]
    return [(pk, f"due {wording.day(day)}", "") for day, pk in sorted(days) if first is None or day >= first]


def _due(user: Any, row: Workload, ids: list[int]) -> Rows:
    today = clock.today()
    return _next(ids, today, today + timedelta(days=REVIEW_SOON_DAYS))


def _overdue(user: Any, row: Workload, ids: list[int]) -> Rows:
    return _next(ids, None, clock.today() - timedelta(days=1))


def _targets(user: Any, row: Workload, ids: list[int]) -> Rows:
    rows = Target.objects.visible_to(user, COVERAGE).overdue().filter(student__in=ids).order_by("due_on", "pk")
    return [
        (target.student_id, f"{target.what} · by {wording.day(target.due_on)}", _of_target(target)) for target in rows
    ]


def _of_target(target: Target) -> str:
    return reverse("interventions:target_detail", args=[target.public_id])


def _alerts(user: Any, row: Workload, ids: list[int]) -> Rows:
    rows = list(
        Alert.objects.visible_to(user, COVERAGE).filter(student__in=ids, state="open").order_by("raised_on", "pk")
    )
    today = alerts_today(alert.pk for alert in rows)
    return [
        (
            alert.student_id,
            f"{today[alert.pk].words} · raised {wording.day(alert.raised_on)}{_waited(alert, today)}",
            "",
        )
        for alert in rows
        if alert.pk in today
    ]


def _waited(alert: Alert, today: Mapping[int, AlertToday]) -> str:
    waited = ", not acted on in time" if alert.escalated_at else ""
    return f"{waited}, no longer so" if today[alert.pk].is_over else waited


def _follow_ups(user: Any, row: Workload, ids: list[int]) -> Rows:
    rows = ContactLogEntry.objects.filter(
        student__in=ids, followed_up_at=None, follow_up_on__lte=clock.today()
    ).order_by("follow_up_on", "pk")
    return [
        (entry.student_id, f"{entry.summary} · due {wording.day(entry.follow_up_on)}", "")
        for entry in rows
        if entry.follow_up_on
    ]


_BEHIND = {
    "students": _students,
    "held": _held,
    "due": _due,
    "overdue": _overdue,
    "targets": _targets,
    "alerts": _alerts,
    "follow_ups": _follow_ups,
}
