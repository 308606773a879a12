"""One student's attendance: codes used, the marks behind every percentage, and what happened when."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from attendance.choices import Series
from attendance.codes import Code, all_codes
from attendance.models import LessonMark, SessionMark
from attendance.queries.figures.totals import TABLE
from caseload.models import AcademicYear, SiteMembership
from caseload.queries.calendar import academic_years
from core import clock

MODEL: dict[str, type[SessionMark] | type[LessonMark]] = {Series.SESSION: SessionMark, Series.LESSON: LessonMark}


@dataclass(frozen=True)
class DayMark:
    """One mark as a list shows it."""

    date: date
    label: str
    title: str
    code: Code | None
    minutes_late: int | None
    note: str


@dataclass(frozen=True)
class CodeUsed:
    """A code and how often it stands, in some dates."""

    code: Code
    number: int
    minutes: int


def years_on_roll(student_id: int, day: date) -> list[AcademicYear]:
    """The academic years that had begun by a day and in which the student was on the roll of a site, the latest first."""
    rolls = SiteMembership.objects.filter(student_id=student_id, period__startswith__lte=day)
    periods = list(rolls.values_list("period", flat=True))
    return [
        year
        for year in academic_years()
        if year.starts_on <= day and any(_meets(period, year.starts_on, year.ends_on) for period in periods)
    ]


def _meets(period: Any, start: date, end: date) -> bool:
    return bool(period) and period.lower <= end and (period.upper is None or period.upper > start)


def _marks(student_ids: Iterable[int], series: str, start: date, end: date) -> QuerySet[Any]:
    model: Any = MODEL[series]
    rows: QuerySet[Any] = model.objects.filter(student_id__in=list(student_ids), date__range=(start, end))
    return rows


def codes_used(student_ids: Sequence[int], start: date, end: date, series: str = Series.SESSION) -> list[CodeUsed]:
    """How often each code stands for these students together, the most frequent first."""
    codes = all_codes()
    rows = (
        _marks(student_ids, series, start, end)
        .exclude(code=None)
        .order_by()
        .values("code_id")
        .annotate(number=Count("date"), minutes=Sum("minutes_late"))
    )
    found = [CodeUsed(codes[row["code_id"]], row["number"], row["minutes"] or 0) for row in rows]
    return sorted(found, key=lambda used: (-used.number, used.code.code))


def students_by_code(student_ids: Iterable[int], start: date, end: date, series: str) -> dict[int, set[int]]:
    """Which of these students have each code between two dates, by the code's id. One query."""
    rows = _marks(student_ids, series, start, end).exclude(code=None).order_by().values_list("code_id", "student_id")
    found: dict[int, set[int]] = {}
    for code, student in rows.distinct():
        found.setdefault(code, set()).add(student)
    return found


def marks_between(student_id: int, start: date, end: date, series: str = Series.SESSION) -> list[DayMark]:
    """A student's marks between two dates in order of time, blanks included: what stands behind a percentage."""
    codes = all_codes()
    rows = _marks([student_id], series, start, end)
    if series == Series.SESSION:
        found = rows.order_by("date", "slot").values_list("date", "slot", "code_id", "minutes_late", "note")
        return [
            DayMark(day, "AM" if slot == 1 else "PM", "", codes.get(code), minutes, note)
            for day, slot, code, minutes, note in found
        ]
    lessons = rows.order_by("date", "lesson__time__starts_at").values_list(
        "date", "lesson__time__label", "lesson__group__name", "code_id", "minutes_late", "note"
    )
    return [
        DayMark(day, label, group, codes.get(code), minutes, note) for day, label, group, code, minutes, note in lessons
    ]


def events(student_id: int, start: date, end: date, series: str, limit: int = 50) -> list[dict[str, Any]]:
    """What happened with a student's attendance, newest first: runs of absence, weeks with lateness, days with amended marks."""
    codes = all_codes()
    with connection.cursor() as cursor:
        cursor.execute(_NOTED[Series(series)], [student_id, start, end])
        rows = [(day, codes[code], minutes, run) for day, code, minutes, run in cursor.fetchall()]
    found = _runs_of_absence([(day, code, run) for day, code, _, run in rows if code.is_absence], series)
    found += _late_weeks([(day, minutes or 0) for day, code, minutes, _ in rows if code.is_late])
    found += _amended(student_id, start, end, series, codes)
    return sorted(found, key=lambda event: event["when"], reverse=True)[:limit]


# The absences and the late arrivals of a student, each with how often the student had attended until then: absences of the
# same number are a run. Whoever is mostly there has few of them, among hundreds of marks.
_NOTED = {
    series: f"""
    SELECT each.date, each.code_id, each.minutes_late, each.attended FROM (
        SELECT m.date, m.code_id, m.minutes_late, {at} AS at, c.is_late, c.stat_class,
            count(*) FILTER (WHERE c.stat_class IN ('P', 'AEA')) OVER (ORDER BY m.date, {at}) AS attended
        FROM {TABLE[series]} AS m JOIN attendance_attendancecode AS c ON c.id = m.code_id{join}
        WHERE m.student_id = %s AND m.date BETWEEN %s AND %s) AS each
    WHERE each.stat_class IN ('AA', 'UA') OR each.is_late ORDER BY each.date, each.at"""
    for series, at, join in (
        (Series.SESSION, "m.slot", ""),
        (
            Series.LESSON,
            "t.starts_at",
            " JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_lessontime AS t ON t.id = l.time_id",
        ),
    )
}


def _runs_of_absence(marks: list[tuple[date, Code, int]], series: str) -> list[dict[str, Any]]:
    """Absences with nothing attended between them are a run; the runs within one week are one event.

    Marks that do not count break no run.
    """
    runs = [[mark[:2] for mark in run] for _, run in groupby(marks, key=lambda mark: mark[2])]
    found = []
    for _, together in groupby(runs, key=lambda run: (clock.week_of(run[0][0]), clock.week_of(run[-1][0]))):
        missed = [mark for run in together for mark in run]
        days = len({day for day, _ in missed})
        reasons = Counter(code.short for _, code in missed)
        unit = ("session" if series == Series.SESSION else "lesson") + ("" if len(missed) == 1 else "s")
        found.append(
            {
                "when": _at(missed[-1][0]),
                "kind": "attendance",
                "title": f"Absent for {len(missed)} {unit}" + (f" on {days} days" if days > 1 else ""),
                "text": ", ".join(
                    f"{short} ({number})" if len(reasons) > 1 else short for short, number in reasons.most_common()
                ),
                "from": missed[0][0],
                "to": missed[-1][0],
            }
        )
    return found


def _late_weeks(marks: list[tuple[date, int]]) -> list[dict[str, Any]]:
    found = []
    for _, run in groupby(marks, key=lambda mark: clock.week_of(mark[0])):
        days = list(run)
        minutes = sum(number for _, number in days)
        times = "Late" if len(days) == 1 else f"Late {len(days)} times in a week"
        found.append(
            {
                "when": _at(days[-1][0]),
                "kind": "attendance",
                "title": times,
                "text": f"{minutes} minutes" if minutes else "",
                "from": days[0][0],
                "to": days[-1][0],
            }
        )
    return found


_CHANGED = """SELECT date, reason, previous_code_id, new_code_id, changed_at FROM {table}change
    WHERE student_id = %s AND date BETWEEN %s AND %s AND reason <> '' ORDER BY date, reason, id"""


def _amended(student_id: int, start: date, end: date, series: str, codes: dict[int, Code]) -> list[dict[str, Any]]:
    """Changes with a reason, grouped by the day they are about and the reason given."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED.format(table=TABLE[Series(series)]), [student_id, start, end])
        rows = cursor.fetchall()
    found = []
    for (day, reason), run in groupby(rows, key=lambda row: (row[0], row[1])):
        changes = list(run)
        said = {f"{_symbol(codes, before)} to {_symbol(codes, after)}" for _, _, before, after, _ in changes}
        number = len(changes)
        found.append(
            {
                "when": clock.local(changes[-1][4]),
                "kind": "attendance",
                "title": "Mark changed" if number == 1 else f"{number} marks changed",
                "text": f"{', '.join(sorted(said))}: {reason}",
                "from": day,
                "to": day,
            }
        )
    return found


def _symbol(codes: dict[int, Code], number: int | None) -> str:
    return codes[number].code if number in codes else "no mark"


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), clock.LONDON)
