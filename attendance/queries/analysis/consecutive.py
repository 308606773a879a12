"""Who is absent without a break: school days in a row, up to now, on which nothing was attended.

Only marks of the last days say anything about now. A student whose last mark is older is not called absent: who that is,
and since when nothing is known, is said apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.choices import Series
from attendance.queries.analysis.scope import Row, Scope
from attendance.queries.figures.totals import TABLE
from caseload.models import SiteMembership
from caseload.queries.calendar import calendars_for

LOOK_BACK = timedelta(days=120)
EVER = date(2000, 1, 1)
RECENT = 5  # school days of the student's site: a last mark before them says nothing about now
# Facts 1.8: a return to the local authority after ten school days in a row without leave.
RETURN_AFTER = 10


@dataclass(frozen=True)
class Away:
    """A student who has attended nothing since a day, with a mark of the last days."""

    row: Row
    days: int
    marks: int
    since: date
    last: date
    last_attended: date | None
    reason: str
    without_leave: bool
    series: str = Series.SESSION

    @property
    def must_be_returned(self) -> bool:
        """Ten school days in a row without leave: a return to the local authority is due at compulsory school age."""
        return self.series == Series.SESSION and self.without_leave and self.days >= RETURN_AFTER


@dataclass(frozen=True)
class Unknown:
    """A student without a mark in the last days, so that nothing can be said about now."""

    row: Row
    last: date | None
    last_attended: date | None


@dataclass(frozen=True)
class AwayNow:
    """Who is absent without a break, of whom nothing recent is known, and the day of the latest mark of anybody."""

    away: list[Away]
    unknown: list[Unknown]
    as_of: date | None


def away_now(scope: Scope, least: int = 2) -> AwayNow:
    """Students with an absence on at least so many school days in a row, up to a mark of the last days, and nothing attended since.

    A day on which nothing could be attended neither counts nor ends it. Two statements for the marks: the second goes
    back as far as it must for those who attended nothing in 120 days, so that the first day is right.
    """
    each = [_away_now(part, least) for part in scope.parts]
    return AwayNow(
        sorted((one for found in each for one in found.away), key=lambda one: (-one.days, one.since)),
        [one for found in each for one in found.unknown],
        max((found.as_of for found in each if found.as_of), default=None),
    )


def _away_now(scope: Scope, least: int) -> AwayNow:
    """The same of one series."""
    found = {row[0]: row for row in _runs(scope, scope.ids, scope.day - LOOK_BACK)}
    long_ago = [pk for pk in scope.ids if pk not in found or found[pk][2] is None]
    found |= {row[0]: row for row in _runs(scope, long_ago, EVER)}
    known_from = _known_from(scope)
    away, unknown = [], []
    for pk in scope.ids:
        _, last, attended, days, marks, since, reason, without = found.get(pk, (pk, *[None] * 7))
        if pk in known_from and (last is None or last < known_from[pk]):
            unknown.append(Unknown(scope.rows[pk], last, attended))
        elif (days or 0) >= least:
            away.append(
                Away(scope.rows[pk], days, int(marks), since, last, attended, reason, bool(without), scope.series)
            )
    return AwayNow(away, unknown, max((row[1] for row in found.values()), default=None))


def _runs(scope: Scope, ids: Sequence[int], start: date) -> list[tuple[Any, ...]]:
    """By student: the days of the last mark and of the last one attended, and the absence since, if there is any."""
    statement = f"""
        WITH days AS (
            SELECT m.student_id, m.date, bool_or(c.stat_class IN ('AA', 'UA')) AS missed,
                count(*) FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS marks,
                bool_and(c.stat_class = 'UA') FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS without_leave,
                max(c.short) FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS reason,
                max(CASE WHEN bool_or(c.stat_class IN ('P', 'AEA')) THEN m.date END)
                    OVER (PARTITION BY m.student_id) AS attended
            FROM {TABLE[Series(scope.series)]} AS m JOIN attendance_attendancecode AS c ON c.id = m.code_id
            WHERE m.student_id = ANY(%s) AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1
                FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)
            GROUP BY 1, 2), marked AS (
            SELECT *, missed AND (attended IS NULL OR date > attended) AS counts FROM days)
        SELECT student_id, max(date), max(attended), count(*) FILTER (WHERE counts), sum(marks) FILTER (WHERE counts),
            min(date) FILTER (WHERE counts), (array_agg(reason ORDER BY date DESC) FILTER (WHERE counts))[1],
            bool_and(without_leave) FILTER (WHERE counts)
        FROM marked GROUP BY 1"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids), start, scope.day])
        return cursor.fetchall()


def _known_from(scope: Scope) -> dict[int, date]:
    """From which day on a mark says something about now, by student: the fifth school day of their site before today.

    Nothing for a student who has not been on the roll for so long.
    """
    rolls = SiteMembership.objects.filter(student__in=scope.ids, period__contains=scope.day).order_by("period")
    found = list(rolls.values_list("student_id", "site_id", "period"))
    calendars = calendars_for({site for _, site, _ in found}, scope.day - LOOK_BACK, scope.day)
    known = {site: calendar.before(scope.day, RECENT) for site, calendar in calendars.items()}
    from_day: dict[int, date] = {}
    for student, site, period in found:
        day = known[site]
        if day is not None and period.lower <= day:
            from_day[student] = day
    return from_day
