"""Attendance added up, by student, week and window of dates, always in one statement.

Whole weeks come from the weekly summary, the odd days at both ends from the marks. Everything goes through
`arithmetic.Totals`, so that every page, list, PDF and export says the same.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from attendance.arithmetic import COLUMNS, Totals, from_row
from attendance.choices import Series
from attendance.queries.pieces import WEEK, Pieces, Span, cut_up, whole_weeks
from caseload.models import SiteMembership, Student
from core import clock
from core.once import about, once

Key = TypeVar("Key", bound=Hashable)
Students = QuerySet[Student] | Iterable[int]
TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}
_SUMMED = ", ".join(f"s.{name}" for name in COLUMNS)
_EACH = (
    "(c.stat_class = 'P')::int", "(c.stat_class = 'AEA')::int", "(c.stat_class = 'AA')::int", "(c.stat_class = 'UA')::int",
    "(c.stat_class = 'NP')::int", "(c.stat_class = 'ADM')::int", "(m.code_id IS NULL)::int",
    "(c.is_late AND c.stat_class IN ('P', 'AEA'))::int", "(c.is_late AND c.stat_class IN ('AA', 'UA'))::int",
    "CASE WHEN c.is_late THEN m.minutes_late END",
)  # fmt: skip
_COUNTED = ", ".join(_EACH)
_TAKEN_OFF = ", ".join(f"-{each}" if each[0] == "(" else f"-({each})" for each in _EACH)
_ANY = " OR ".join(f"sum({name}) <> 0" for name in COLUMNS)

# What is shown as attendance in lessons (facts 2.1): the colleges' own choice where they all make the same one.
_HEADLINE = """SELECT CASE WHEN bool_and(t.headline IS NOT DISTINCT FROM 'authorised') THEN 'authorised' ELSE 'attended' END
    FROM caseload_site AS o LEFT JOIN attendance_sitesettings AS t ON t.site_id = o.id WHERE o.kind = 'college'"""


@dataclass(frozen=True)
class Windows:
    """The windows in which attendance is usually shown, as of a day."""

    week: Span
    six_weeks: Span
    year: Span


def windows(day: date | None = None, year_starts: date | None = None) -> Windows:
    """This week, the last six weeks with this one, and the academic year to date."""
    day = day or clock.today()
    monday = clock.week_of(day)
    start = year_starts or _year_start(day)
    return Windows((monday, day), (max(monday - 5 * WEEK, start), day), (start, day))


def totals_for(students: Students, start: date, end: date, series: str = Series.SESSION) -> Totals:
    """The totals of all these students together: sums first, divided once."""
    rows = _count(students, {"": (start, end)}, series, ())
    return from_row(rows[0], series) if rows else Totals(series=series)


def totals_by_student(students: Students, start: date, end: date, series: str = Series.SESSION) -> dict[int, Totals]:
    """The totals of each student; a student without marks is left out."""
    rows = _count(students, {"": (start, end)}, series, ("student_id",))
    return {row["student_id"]: from_row(row, series) for row in rows}


def totals_in_windows(
    students: Students, spans: Mapping[str, Span], series: str = Series.SESSION
) -> dict[int, dict[str, Totals]]:
    """The totals of each student in each of several windows of dates, in one statement. A page reads a window once."""
    if isinstance(students, QuerySet):
        return _in_windows(students, spans, series)
    ids, kept = list(students), once(("totals in windows", series), _nothing_kept)
    missing = {name: span for name, span in spans.items() if span not in kept or not kept[span][0].issuperset(ids)}
    read = _in_windows(ids, missing, series) if missing else {}
    for name, span in missing.items():
        kept[span] = frozenset(ids), {number: row[name] for number, row in read.items() if name in row}
    found = {
        number: {name: kept[span][1][number] for name, span in spans.items() if number in kept[span][1]}
        for number in ids
    }
    return {number: row for number, row in found.items() if row}


def _nothing_kept() -> dict[Span, tuple[frozenset[int], dict[int, Totals]]]:
    return {}


def _in_windows(students: Students, spans: Mapping[str, Span], series: str) -> dict[int, dict[str, Totals]]:
    found: dict[int, dict[str, Totals]] = {}
    for row in _count(students, spans, series, ("student_id", "span")):
        found.setdefault(row["student_id"], {})[row["span"]] = from_row(row, series)
    return found


def weekly_series(
    students: Students, start: date, end: date, series: str = Series.SESSION
) -> list[tuple[date, Totals]]:
    """The totals of these students together, week by week; weeks without marks are left out."""
    rows = _count(students, {"": (start, end)}, series, ("week",))
    return [(row["week"], from_row(row, series)) for row in rows]


def weekly_by_student(
    students: Students, start: date, end: date, series: str = Series.SESSION
) -> dict[int, list[tuple[date, Totals]]]:
    """The totals of each student, week by week."""
    found: dict[int, list[tuple[date, Totals]]] = {}
    for row in _count(students, {"": (start, end)}, series, ("student_id", "week")):
        found.setdefault(row["student_id"], []).append((row["week"], from_row(row, series)))
    return found


def totals_by_group(
    model: str, group_ids: Iterable[int], start: date, end: date, series: str = Series.SESSION
) -> dict[int, Totals]:
    """The totals of each group, by the students who are in it on the last day. `model` is a kind of membership.

    For example `totals_by_group("CaseloadMembership", ids, start, end)`.
    """
    from django.apps import apps

    pairs = (
        apps.get_model("caseload", model)
        .objects.filter(group_id__in=list(group_ids), period__contains=end)
        .values_list("group_id", "student_id")
    )
    of_group: dict[int, list[int]] = {}
    for group_id, student_id in pairs:
        of_group.setdefault(group_id, []).append(student_id)
    by_student = totals_by_student({number for ids in of_group.values() for number in ids}, start, end, series)
    nothing = Totals(series=series)
    return {
        group_id: sum((by_student[number] for number in ids if number in by_student), nothing)
        for group_id, ids in of_group.items()
    }


def series_by_student(student_ids: Iterable[int], day: date | None = None) -> dict[int, str]:
    """Which series says how a student attends: sessions at a school, lessons at a college. The last site counts."""
    on = day or clock.today()
    return about(("series", on), list(student_ids), lambda wanted: _series_of(wanted, on))


def _series_of(student_ids: Collection[int], day: date) -> dict[int, str]:
    rows = (
        SiteMembership.objects.filter(student_id__in=student_ids, period__startswith__lte=day)
        .order_by("student_id", "period")
        .values_list("student_id", "site__kind")
    )
    return {student: Series.SESSION if kind == "school" else Series.LESSON for student, kind in rows}


def headline(student_ids: Sequence[int], spans: Mapping[str, Span]) -> dict[int, dict[str, Totals]]:
    """The totals of each student in each window, each in the series of their own site. For lists that mix sites."""
    of_series: dict[str, list[int]] = {}
    for student, series in series_by_student(student_ids).items():
        of_series.setdefault(series, []).append(student)
    found: dict[int, dict[str, Totals]] = {}
    for series, ids in sorted(of_series.items()):
        found |= totals_in_windows(ids, spans, series)
    return found


def totals_of_spans(wanted: Iterable[tuple[Key, int, date, date]]) -> dict[Key, Totals]:
    """The totals of each (key, student, first day, last day), each in the series of the student's own site.

    A window without marks is left out. One query for the sites and one for each series, however many are asked for.
    """
    asked = list(wanted)
    series = series_by_student({student for _, student, _, _ in asked}) if asked else {}
    found: dict[Key, Totals] = {}
    for one in sorted(set(series.values())):
        found |= _count_spans([row for row in asked if series.get(row[1]) == one], one)
    return found


def _year_start(day: date) -> date:
    from caseload.queries.calendar import academic_year_on

    year = academic_year_on(day)
    return year.starts_on if year else date(day.year - (day.month < 9), 9, 1)


def _count(students: Students, spans: Mapping[str, Span], series: str, by: tuple[str, ...]) -> list[dict[str, Any]]:
    """One statement: the summary's whole weeks and the marks of the odd days, added up by the keys asked for.

    Windows overlap: what they are made of is read once, in pieces, and with `span` among the keys each is the sum of its own.
    """
    pieces = cut_up(spans.values())
    try:
        who, params = _who(students)
    except EmptyResultSet:
        return []
    if not pieces.weeks and not pieces.days:
        return []
    parts, more = _parts(pieces, series, weekly="week" in by)
    source = "counted"
    if "span" in by:
        added = ", ".join(f"sum({name})::int AS {name}" for name in COLUMNS)
        parts += f"), pieces AS (SELECT student_id, piece, {added} FROM counted GROUP BY student_id, piece"
        source = "pieces JOIN unnest(%s::int[], %s::int[]) AS v (piece, span) USING (piece)"
        pairs = [(piece, place) for place, made in enumerate(pieces.made_of) for piece in made]
        more += [[piece for piece, _ in pairs], [place for _, place in pairs]]
    keys = ", ".join(by)
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)
    statement = (
        f"WITH who AS MATERIALIZED ({who}), counted (student_id, week, piece, {', '.join(COLUMNS)}) AS ({parts})"
        f" SELECT {keys + ', ' if keys else ''}{sums}, ({_HEADLINE}) AS headline FROM {source}"
        + (f" GROUP BY {keys} HAVING {_ANY} ORDER BY {keys}" if keys else "")
    )
    names = list(spans)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *more])
        columns = [column.name for column in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"span": names[row["span"]]} for row in found] if "span" in by else found


def _who(students: Students) -> tuple[str, tuple[Any, ...]]:
    """The students as a query of ids."""
    if isinstance(students, QuerySet):
        statement, params = students.order_by().values("pk").query.sql_with_params()
        return f"SELECT w.* FROM ({statement}) AS w (id)", tuple(params)
    return "SELECT DISTINCT unnest(%s::bigint[]) AS id", (list(students),)


def _parts(pieces: Pieces, series: str, *, weekly: bool) -> tuple[str, list[Any]]:
    """What the pieces hold, by student and, where it is asked for, week."""
    parts: list[str] = []
    params: list[Any] = []
    for run in pieces.runs():
        ends = "".join(f" WHEN s.week <= %s THEN {number}" for number, _ in run)
        parts.append(
            f"SELECT s.student_id, s.week, CASE{ends} END, {_SUMMED} FROM attendance_weeksummary AS s"
            " WHERE s.student_id IN (SELECT id FROM who) AND s.series = %s AND s.week BETWEEN %s AND %s"
        )
        params += [*(last for _, (_, last) in run), series, run[0][1][0], run[-1][1][1]]
    week = "date_trunc('week', m.date)::date" if weekly else "NULL::date"
    for number, (day, until, taken_off) in pieces.days.items():
        parts.append(
            f"SELECT m.student_id, {week}, {number}, {_TAKEN_OFF if taken_off else _COUNTED}"
            f" FROM {TABLE[Series(series)]} AS m LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id"
            " WHERE m.student_id IN (SELECT id FROM who) AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1"
            " FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)"
        )
        params += [day, until]
    return " UNION ALL ".join(parts), params


def _odd_days(start: date, end: date, first: date, last: date) -> list[Span]:
    if first > last:
        return [(start, end)] if start <= end else []
    days = [(start, first - timedelta(days=1)), (last + WEEK, end)]
    return [(day, until) for day, until in days if day <= until]


def _count_spans(asked: list[tuple[Key, int, date, date]], series: str) -> dict[Key, Totals]:
    """One statement: the summary's whole weeks and the marks of the odd days of each window."""
    weeks: list[tuple[int, int, date, date]] = []
    days: list[tuple[int, int, date, date]] = []
    for place, (_, student, start, end) in enumerate(asked):
        first, last = whole_weeks(start, end)
        if first <= last:
            weeks.append((place, student, first, last))
        days += [(place, student, day, until) for day, until in _odd_days(start, end, first, last)]
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)
    asks = "SELECT * FROM unnest(%s::int[], %s::bigint[], %s::date[], %s::date[]) AS a (place, student_id, first, last)"
    statement = (
        f"WITH weeks AS MATERIALIZED ({asks}), days AS MATERIALIZED ({asks}), counted (place, {', '.join(COLUMNS)}) AS ("
        f" SELECT a.place, {_SUMMED} FROM weeks AS a JOIN attendance_weeksummary AS s"
        " ON s.student_id = a.student_id AND s.week BETWEEN a.first AND a.last AND s.series = %s UNION ALL"
        f" SELECT a.place, {_COUNTED} FROM days AS a JOIN {TABLE[Series(series)]} AS m"
        " ON m.student_id = a.student_id AND m.date BETWEEN a.first AND a.last"
        " LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id WHERE EXISTS (SELECT 1"
        " FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date))"
        f" SELECT place, {sums}, ({_HEADLINE}) AS headline FROM counted GROUP BY place"
    )
    params = [[row[part] for row in rows] for rows in (weeks, days) for part in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, series])
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {asked[row["place"]][0]: from_row(row, series) for row in rows}
