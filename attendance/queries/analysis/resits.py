"""English and maths watch for colleges: who sits GCSE English or mathematics again and does not come.

Facts 2.4: a 16-19 student counts as a start 42 days after the learning start date; whoever leaves before is no start.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from attendance.arithmetic import Totals
from attendance.choices import Series
from attendance.queries.analysis.comparison import lessons_by_course
from attendance.queries.analysis.scope import Row, Scope
from caseload.models import Enrolment, TeachingGroupMembership
from caseload.models.grants import AreaGrant, CourseGrant
from core import clock

QUALIFYING_DAYS = timedelta(days=42)
FOUR_WEEKS = timedelta(days=28)
NEVER, FOUR, FORTY_TWO, COMES = "never", "four_weeks", "42_days", "comes"
SHOW = {
    NEVER: "Never attended",
    FOUR: "Not for four weeks",
    FORTY_TWO: "Before the 42nd day",
    COMES: "Attending",
}


@dataclass(frozen=True)
class Resit:
    """One student on one English or maths course."""

    row: Row
    course_id: int
    course: str
    group: str
    started_on: date
    last_attended: date | None
    totals: Totals
    managers: str
    today: date

    @property
    def qualifies_on(self) -> date:
        """The day from which a withdrawal counts: 42 days after the start."""
        return self.started_on + QUALIFYING_DAYS

    @property
    def is_before_qualifying(self) -> bool:
        """Whoever leaves now is no start."""
        return self.today < self.qualifies_on

    @property
    def state(self) -> str:
        """Where the student stands first: never, four weeks, or coming."""
        if self.totals.possible and self.last_attended is None:
            return NEVER
        if self.last_attended and self.last_attended <= self.today - FOUR_WEEKS and self.totals.possible:
            return FOUR
        return COMES

    def is_on(self, show: str) -> bool:
        """Whether it stands on one of the lists."""
        return self.is_before_qualifying if show == FORTY_TWO else self.state == show


def resits(scope: Scope) -> list[Resit]:
    """Every student of a page in a GCSE English or maths group today, with attendance in that course since its start.

    Those who never came first, then those away longest. A fixed number of statements.
    """
    members = _members(scope)
    courses = {each["course"] for each in members.values()}
    starts = min((each["started_on"] for each in members.values()), default=scope.day)
    ids = sorted({student for student, _ in members})
    by_course = lessons_by_course([("since", ids, (starts, scope.day))])
    last = _last_attended(ids, starts, scope.day)
    managers = managers_of(courses)
    nothing = Totals(series=Series.LESSON)
    found = [
        Resit(
            row=scope.rows[pk],
            course_id=course,
            course=each["title"],
            group=", ".join(each["groups"]),
            started_on=each["started_on"],
            last_attended=last.get((pk, course)),
            totals=by_course.get(each["public_id"], {}).get(pk, {}).get("since", nothing),
            managers=managers.get(course, ""),
            today=scope.day,
        )
        for (pk, course), each in members.items()
    ]
    order = {NEVER: 0, FOUR: 1, COMES: 2}
    return sorted(
        found, key=lambda each: (order[each.state], each.last_attended or date.min, each.row["sort_key"], each.course)
    )


def managers_of(course_ids: Iterable[int]) -> dict[int, str]:
    """Who answers for each course today: whoever leads the course, else the leaders of its area. Three queries."""
    from caseload.models import Course

    areas = dict(Course.objects.filter(pk__in=list(course_ids)).values_list("pk", "area_id"))
    leads = _names(CourseGrant, areas)
    area_leads = _names(AreaGrant, {area for area in areas.values() if area})
    return {course: leads.get(course) or area_leads.get(area or 0, "") for course, area in areas.items()}


def _names(model: Any, ids: Iterable[int]) -> dict[int, str]:
    grants = model.objects.filter(
        content_object__in=list(ids), period__contains=clock.today(), role__name="area_leader"
    ).select_related("user")
    found: dict[int, list[str]] = {}
    for grant in grants.order_by("user__sort_key", "pk"):
        found.setdefault(grant.content_object_id, []).append(grant.user.formal_name)
    return {pk: ", ".join(names) for pk, names in found.items()}


def _members(scope: Scope) -> dict[tuple[int, int], dict[str, Any]]:
    """The students in English and maths groups today, by student and course: groups, and the start (the enrolment's, if kept)."""
    title = Q(group__course__title__icontains="english") | Q(group__course__title__icontains="math")
    rows = (
        TeachingGroupMembership.objects.filter(
            title,
            student__in=scope.ids,
            period__contains=scope.day,
            group__site__kind="college",
            group__course__qualification__istartswith="GCSE",
        )
        .order_by("student_id", "group__name")
        .values_list("student_id", "group__course_id", "group__course__title", "group__course__public_id", "group__name", "period")
    )  # fmt: skip
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for student, course, name, public_id, group, period in rows:
        kept = found.setdefault(
            (student, course),
            {"course": course, "title": name, "public_id": str(public_id), "groups": [], "started_on": period.lower},
        )
        kept["groups"].append(group)
        kept["started_on"] = min(kept["started_on"], period.lower)
    enrolled = Enrolment.objects.filter(
        student__in={student for student, _ in found}, course__in={course for _, course in found}, ended_on=None
    )
    for student, course, started in enrolled.values_list("student_id", "course_id", "started_on"):
        if (student, course) in found:
            found[student, course]["started_on"] = started
    return found


def _last_attended(ids: list[int], start: date, end: date) -> dict[tuple[int, int], date]:
    """The last day on which each student attended a lesson of each course."""
    statement = """
        SELECT m.student_id, g.course_id, max(m.date) FROM attendance_lessonmark AS m
        JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.stat_class IN ('P', 'AEA')
        JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_teachinggroup AS g ON g.id = l.group_id
        WHERE m.student_id = ANY(%s) AND m.date BETWEEN %s AND %s AND g.course_id IS NOT NULL GROUP BY 1, 2"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, start, end])
        return {(student, course): day for student, course, day in cursor.fetchall()}
