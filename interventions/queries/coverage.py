"""Who has been seen, by tutor: for whoever leads tutors. That a one-to-one was held and when, never what was said."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from caseload.models import Caseload, CaseloadGrant, Student
from caseload.queries.calendar import current_academic_year
from core import clock
from interventions.queries.students import JOINED, seen_since

COVERAGE = "interventions.view_coverage"
SQL = f"""
WITH member AS (
    SELECT m.group_id, m.student_id FROM caseload_caseloadmembership m
    WHERE m.student_id = ANY(%(students)s) AND m.period @> %(today)s::date
), latest AS (
    SELECT DISTINCT ON (student_id) student_id, held_at, next_on FROM interventions_meeting
    WHERE student_id = ANY(%(students)s) ORDER BY student_id, held_at DESC, id DESC
), counted AS (
    SELECT student_id, count(*) AS held FROM interventions_meeting
    WHERE student_id = ANY(%(students)s) AND held_at >= %(since)s GROUP BY student_id
)
SELECT m.group_id, count(*), count(*) FILTER (WHERE l.held_at >= %(since)s),
    count(*) FILTER (WHERE l.next_on < %(today)s), coalesce(sum(c.held), 0),
    count(*) FILTER (WHERE (l.held_at < %(since)s) IS NOT FALSE AND
        greatest({JOINED.format(student="m.student_id", today="%(today)s")}, %(year)s) > %(day)s)
FROM member m LEFT JOIN latest l USING (student_id) LEFT JOIN counted c USING (student_id) GROUP BY m.group_id
"""


@dataclass(frozen=True)
class Covered:
    """One tutor group: its students, how many were seen since the day, one-to-ones held since, those overdue, and those not
    seen who came only after that day."""

    name: str
    public_id: UUID
    tutors: str
    students: int
    seen: int
    overdue: int
    held: int
    new: int

    @property
    def unseen(self) -> int:
        """How many nobody has held a one-to-one with in that time, though they were here all of it."""
        return self.students - self.seen - self.new


def coverage_by_tutor(user: Any, weeks: int) -> list[Covered]:
    """Each tutor group of the students that this person leads, the least covered first. Five queries for any number."""
    students = list(Student.objects.visible_to(user, COVERAGE).values_list("pk", flat=True))
    today = clock.today()
    since, year = seen_since(weeks), current_academic_year()
    values: dict[str, Any] = {
        "students": students,
        "today": today,
        "since": since,
        "day": today - timedelta(weeks=weeks),
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, values | {"year": year.starts_on if year else None})
        counts = {group: numbers for group, *numbers in cursor.fetchall()}
    tutors: dict[int, list[str]] = {}
    grants = CaseloadGrant.objects.filter(content_object__in=counts, period__contains=today).select_related("user")
    for grant in grants.order_by("user__sort_key", "pk"):
        tutors.setdefault(grant.content_object_id, []).append(grant.user.formal_name)
    groups = Caseload.objects.filter(pk__in=counts).order_by("name", "pk")
    rows = [
        Covered(group.name, group.public_id, ", ".join(dict.fromkeys(tutors.get(group.pk, []))), *counts[group.pk])
        for group in groups
    ]
    return sorted(rows, key=lambda row: row.seen / row.students)
