"""The patterns of students' absences, read from their marks: one student, or many at once."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection

from attendance.choices import Series
from attendance.patterns import LEVEL, Chance, Findings, find_patterns
from attendance.queries.figures.totals import TABLE, series_by_student
from attendance.queries.figures.windows import year_to_date

# Absences that the school arranged itself are no news and no chance: part-time timetable, suspension, study leave.
ARRANGED = {Series.SESSION: ("C2", "E", "S"), Series.LESSON: ()}
AT_A_TIME = 500  # students read at once, so that a whole college never stands in memory
LATE = "late arrivals"
Row = tuple[int, list[date], list[int], str]


def student_pattern(student_id: int, start: date | None = None, end: date | None = None, series: str = "") -> Findings:
    """The patterns in one student's absences between two dates; the year to date and their own series unless said."""
    chosen = series or series_by_student([student_id]).get(student_id, Series.SESSION)
    return patterns_of([student_id], start, end, chosen).get(student_id, Findings())


def both_patterns(student_id: int, start: date, end: date, series: str) -> tuple[Findings, Findings]:
    """The patterns in one student's absences, and in their late arrivals: of what they attended, which was begun late. The
    marks are read once."""
    chances = chances_of([student_id], start, end, series).get(student_id, [])
    late = [_as_late(chance) for chance in chances if not chance.missed]
    return find_patterns(chances), find_patterns(late, noun=LATE)


def patterns_of(
    student_ids: Iterable[int],
    start: date | None = None,
    end: date | None = None,
    series: str = Series.SESSION,
    level: float = LEVEL,
) -> dict[int, Findings]:
    """The patterns in the absences of each of these students, for alert rules and lists; those without marks are left out.

    One statement for each 500 students (for lessons a second one names the lessons). `level` is the share of students
    without a pattern that may be given one: over a whole college take less than for one page, such as 0.01.
    """
    year = year_to_date(end)
    ids = sorted(set(student_ids))
    found: dict[int, Findings] = {}
    for first in range(0, len(ids), AT_A_TIME):
        read = chances_of(ids[first : first + AT_A_TIME], start or year[0], end or year[1], series)
        found |= {student: find_patterns(chances, level=level) for student, chances in read.items()}
    return found


def chances_of(ids: list[int], start: date, end: date, series: str) -> dict[int, list[Chance]]:
    """What each student could have attended, in order of time."""
    rows = _rows(ids, start, end, series)
    if series == Series.SESSION:
        return {row[0]: _chances(row, lambda slot: ("AM" if slot == 1 else "PM", "")) for row in rows}
    named = _lessons({slot for _, _, slots, _ in rows for slot in slots})
    return {row[0]: _chances(row, named.__getitem__) for row in rows}


def _chances(row: Row, name: Callable[[int], tuple[str, str]]) -> list[Chance]:
    _, days, slots, states = row
    names = {slot: name(slot) for slot in set(slots)}
    return [
        Chance(day, names[slot][0], state == "a", state == "l", names[slot][1])
        for day, slot, state in zip(days, slots, states, strict=True)
    ]


def _rows(ids: list[int], start: date, end: date, series: str) -> list[Row]:
    """One row a student: days, slots, and a letter for each (a absent, l late, p there). Only what they could have attended."""
    at, join = "m.slot", ""
    if series == Series.LESSON:
        join = " JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_lessontime AS t ON t.id = l.time_id"
        at = "t.starts_at"
    statement = f"""
        SELECT student_id, array_agg(date ORDER BY date, at), array_agg(slot ORDER BY date, at),
            string_agg(state, '' ORDER BY date, at)
        FROM (
            SELECT m.student_id, m.date, m.slot, {at} AS at, CASE WHEN c.stat_class IN ('AA', 'UA') THEN 'a'
                WHEN c.is_late THEN 'l' ELSE 'p' END AS state
            FROM {TABLE[Series(series)]} AS m
            JOIN attendance_attendancecode AS c ON c.id = m.code_id{join}
            WHERE m.student_id = ANY(%s) AND m.date BETWEEN %s AND %s
                AND c.stat_class IN ('P', 'AEA', 'AA', 'UA') AND NOT c.code = ANY(%s)
                AND EXISTS (SELECT 1 FROM caseload_sitemembership AS r
                    WHERE r.student_id = m.student_id AND r.period @> m.date)
        ) AS counted GROUP BY student_id ORDER BY student_id"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, start, end, list(ARRANGED[Series(series)])])
        return cursor.fetchall()


def _lessons(slots: set[int]) -> dict[int, tuple[str, str]]:
    """The place in the day and the subject of each lesson."""
    from caseload.models import TimetabledLesson

    rows: Any = TimetabledLesson.objects.filter(pk__in=slots).values_list(
        "pk", "time__label", "group__course__title", "group__name"
    )
    return {pk: (label, course or group) for pk, label, course, group in rows}


def _as_late(chance: Chance) -> Chance:
    return chance._replace(missed=chance.late, late=False)
