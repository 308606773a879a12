"""Leavers, withdrawals and late starters, each counted only between their dates."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance import rules
from attendance.arithmetic import COLUMNS, Totals, from_row
from attendance.choices import Series
from attendance.queries.figures.totals import EACH_COUNTED, totals_in_windows
from caseload.choices import WITHDRAW_REASONS
from caseload.models import Enrolment, SiteMembership, Student
from caseload.queries.students import student_rows

SHOW = {"left": "Left", "withdrawn": "Withdrawn from a course", "joined": "Joined late"}


@dataclass(frozen=True)
class Between:
    """A student, or a student on a course, with the attendance between two dates."""

    row: dict[str, Any]
    what: str
    starts: date
    ends: date | None
    why: str
    totals: Totals


def between_dates(user: Any, show: str, year: tuple[date, date]) -> list[Between]:
    """Those who left, withdrew or joined late in an academic year to date, the latest first, as far as this person reaches them.

    A student who left is reached by those who hold the whole college; for everybody else reach ended with the roll.
    """
    return _withdrawn(user, year) if show == "withdrawn" else _on_roll(user, show, year)


def _on_roll(user: Any, show: str, year: tuple[date, date]) -> list[Between]:
    """By the dates of the site's roll. A late starter came more than a week after the year began."""
    start, today = year
    wanted = (
        {"period__endswith__gt": start, "period__endswith__lte": today}
        if show == "left"
        else {"period__startswith__gt": start + timedelta(days=7), "period__startswith__lte": today}
    )
    reached = Student.objects.visible_to(user, rules.VIEW)
    members: list[Any] = list(
        SiteMembership.objects.filter(student__in=reached.values("pk"), **wanted).values(
            "student_id", "site__name", "site__kind", "period", "leaving_reason", "destination"
        )
    )
    rows = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=[m["student_id"] for m in members]))}
    totals: dict[int, dict[str, Totals]] = {}
    for series, kind in ((Series.SESSION, "school"), (Series.LESSON, "college")):
        ids = [m["student_id"] for m in members if m["site__kind"] == kind]
        totals |= totals_in_windows(ids, {"year": (start, today)}, series) if ids else {}
    found = [_of_roll(member, rows, totals, show) for member in members]
    return sorted(found, key=lambda each: each.ends if show == "left" and each.ends else each.starts, reverse=True)


def _of_roll(member: dict[str, Any], rows: dict[int, Any], totals: dict[int, dict[str, Totals]], show: str) -> Between:
    period, student = member["period"], member["student_id"]
    series = Series.SESSION if member["site__kind"] == "school" else Series.LESSON
    return Between(
        row=rows[student],
        what=member["site__name"],
        starts=period.lower,
        ends=period.upper - timedelta(days=1) if period.upper else None,
        why=" · ".join(part for part in (member["leaving_reason"], member["destination"]) if part),
        totals=totals.get(student, {}).get("year", Totals(series=series)),
    )


def _withdrawn(user: Any, year: tuple[date, date]) -> list[Between]:
    """By the enrolment: withdrawn this year, with the attendance in that course's lessons between its dates."""
    start, today = year
    reached = Student.objects.visible_to(user, rules.VIEW)
    enrolments: list[Any] = list(
        Enrolment.objects.filter(
            student__in=reached.values("pk"), status=Enrolment.Status.WITHDRAWN, ended_on__range=year
        )
        .order_by("-ended_on", "student__sort_key", "pk")
        .values("student_id", "course_id", "course__title", "started_on", "ended_on", "withdraw_reason")
    )
    ids = sorted({each["student_id"] for each in enrolments})
    rows = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    totals = _between(enrolments, start)
    nothing = Totals(series=Series.LESSON)
    return [
        Between(
            row=rows[each["student_id"]],
            what=each["course__title"],
            starts=each["started_on"],
            ends=each["ended_on"],
            why=WITHDRAW_REASONS.get(each["withdraw_reason"], f"Reason {each['withdraw_reason']}"),
            totals=totals.get(number, nothing),
        )
        for number, each in enumerate(enrolments)
    ]


def _between(enrolments: list[dict[str, Any]], start: date) -> dict[int, Totals]:
    """The attendance of each enrolment in its course's lessons between its dates this year, by its place in the list."""
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in COLUMNS)
    statement = f"""
        WITH counted (n, {", ".join(COLUMNS)}) AS (
            SELECT w.n, {EACH_COUNTED}
            FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::date[], %s::date[]) AS w (n, student, course, since, until)
            JOIN attendance_lessonmark AS m ON m.student_id = w.student AND m.date BETWEEN w.since AND w.until
            JOIN caseload_timetabledlesson AS l ON l.id = m.slot
            JOIN caseload_teachinggroup AS g ON g.id = l.group_id AND g.course_id = w.course
            LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id
            WHERE EXISTS (SELECT 1 FROM caseload_sitemembership AS r
                WHERE r.student_id = m.student_id AND r.period @> m.date))
        SELECT n, {sums} FROM counted GROUP BY n"""
    params = [
        list(range(len(enrolments))),
        [each["student_id"] for each in enrolments],
        [each["course_id"] for each in enrolments],
        [max(each["started_on"], start) for each in enrolments],
        [each["ended_on"] for each in enrolments],
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {
            number: from_row(dict(zip(COLUMNS, counts, strict=True)), Series.LESSON)
            for number, *counts in cursor.fetchall()
        }
