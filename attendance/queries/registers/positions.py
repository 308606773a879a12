"""Which sessions and lessons each of some students has between two dates: the places where marks stand or would stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import connection

from attendance.choices import DayPart, Series
from caseload.queries.calendar import SiteCalendar, academic_year_on, calendars_for
from core import clock


class Row(NamedTuple):
    """A mark to be written; no code is a blank."""

    student_id: int
    date: date
    slot: int
    code_id: int | None
    minutes_late: int | None = None
    note: str = ""


Key = tuple[int, date, int]


@dataclass(frozen=True, slots=True)
class StudentPlace:
    """One session or lesson of one student on a day."""

    student_id: int
    date: date
    slot: int
    site_id: int
    in_mis: bool
    starts: time
    half: str

    @property
    def key(self) -> "Key":
        """What tells one mark from another."""
        return (self.student_id, self.date, self.slot)

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return clock.at(self.date, self.starts.hour, self.starts.minute)


Calendars = Mapping[int | None, SiteCalendar]


def positions_of(
    series: str,
    student_ids: Sequence[int],
    start: date,
    end: date,
    *,
    calendars: Calendars | None = None,
    every_weekday: bool = False,
) -> list[StudentPlace]:
    """The sessions or lessons that these students have from one date to another, both included, by student, day and slot.

    Only while they are on the roll and in the group, and only on days on which their site opens, unless `every_weekday`.
    `calendars` are used where they are given: for asking what there would be if a closure were not.
    """
    with connection.cursor() as cursor:
        statement = _SESSIONS if series == Series.SESSION else _LESSONS
        cursor.execute(statement, {"ids": list(student_ids), "start": start, "end": end})
        rows = cursor.fetchall()
    if calendars is None:
        year = academic_year_on(start)
        calendars = calendars_for({row[3] for row in rows}, year.starts_on if year else start, end)
    letters: dict[tuple[int, date], str] = {}
    found = []
    for student, day, slot, site, mis, starts, noon, week in rows:
        calendar = calendars[site]
        if not every_weekday and not calendar.is_open(day):
            continue
        if week and week != letters.setdefault((site, day), calendar.week_letter(day)):
            continue
        half = DayPart.AM if starts < noon else DayPart.PM
        found.append(StudentPlace(student, day, slot, site, mis, starts, half))
    return found


def narrowed(places: Sequence[StudentPlace], part: str, weekdays: Collection[int]) -> list[StudentPlace]:
    """Those in a part of the day and on certain weekdays (0 is Monday; none is every day)."""
    return [
        place
        for place in places
        if part in (DayPart.DAY, place.half) and (not weekdays or place.date.weekday() in weekdays)
    ]


_SESSIONS = """
    SELECT r.student_id, d::date, slot, r.site_id, s.registers_taken = 'mis',
        CASE slot WHEN 1 THEN s.am_starts_at ELSE s.pm_starts_at END, s.pm_starts_at, ''
    FROM caseload_sitemembership AS r
    JOIN caseload_site AS s ON s.id = r.site_id AND s.kind = 'school'
    CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 day') AS d
    CROSS JOIN (VALUES (1), (2)) AS v (slot)
    WHERE r.student_id = ANY(%(ids)s) AND r.period @> d::date AND extract(isodow FROM d) < 6
    ORDER BY 1, 2, 3
"""
_LESSONS = """
    SELECT r.student_id, d::date, l.id, g.site_id, s.registers_taken = 'mis', t.starts_at, s.pm_starts_at, t.week
    FROM caseload_teachinggroupmembership AS r
    JOIN caseload_teachinggroup AS g ON g.id = r.group_id
    JOIN caseload_site AS s ON s.id = g.site_id
    JOIN caseload_timetabledlesson AS l ON l.group_id = r.group_id
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 day') AS d
    WHERE r.student_id = ANY(%(ids)s) AND r.period @> d::date AND l.period @> d::date
        AND extract(isodow FROM d) - 1 = t.weekday AND (g.ended_on IS NULL OR g.ended_on > d::date)
        AND EXISTS (SELECT 1 FROM caseload_sitemembership AS o
            WHERE o.student_id = r.student_id AND o.site_id = g.site_id AND o.period @> d::date)
    ORDER BY 1, 2, 3
"""
