"""Attendance added up, by student, week and window of dates, always in one statement.

Whole weeks come from the weekly summary, the odd days at both ends from the marks. Everything goes through
`arithmetic.Totals`, so that every page, list, PDF and export says the same.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from attendance.arithmetic import COLUMNS, ENOUGH, PERSISTENT, Totals, from_row
from attendance.choices import Headline, Series
from attendance.queries.figures.pieces import WEEK, Pieces, Span, cut_up, whole_weeks
from caseload.models import Student
from caseload.queries.calendar import SATURDAY
from core import clock
from core.id_lists import array
from core.pages.once import about, once
from core.reading import read_rows

Key = TypeVar("Key", bound=Hashable)
Students = QuerySet[Student] | Iterable[int]
TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}
_EACH = {
    "present": "(c.stat_class = 'P')::int",
    "approved": "(c.stat_class = 'AEA')::int",
    "authorised": "(c.stat_class = 'AA')::int",
    "unauthorised": "(c.stat_class = 'UA')::int",
    "not_possible": "(c.stat_class = 'NP')::int",
    "not_collected": "(c.stat_class = 'ADM')::int",
    "unmarked": "(m.code_id IS NULL)::int",
    "late": "(c.is_late AND c.stat_class IN ('P', 'AEA'))::int",
    "late_after_close": "(c.is_late AND c.stat_class IN ('AA', 'UA'))::int",
    "minutes_late": "CASE WHEN c.is_late THEN m.minutes_late END",
}
EACH_COUNTED = ", ".join(_EACH[name] for name in COLUMNS)
ATTENDED_OR_ABSENT = COLUMNS[:4]  # all that a percentage needs; reading less is cheaper where there is much
WITH_LATENESS = (*ATTENDED_OR_ABSENT, "late", "late_after_close", "minutes_late")
AT_ONCE = 100  # windows in one statement: a row of the database has at most 1,664 columns

# The students by the site where they were last, and its kind.
_LAST_SITE = """SELECT o.id, o.kind, array_agg(l.student_id) FROM (
        SELECT DISTINCT ON (m.student_id) m.student_id, m.site_id FROM unnest(%s::bigint[]) AS w (id)
        JOIN caseload_sitemembership AS m ON m.student_id = w.id AND lower(m.period) <= %s ORDER BY m.student_id, m.period DESC
    ) AS l JOIN caseload_site AS o ON o.id = l.site_id GROUP BY o.id"""

# What is shown as attendance in lessons (facts 2.1): the colleges' own choice where they all make the same one.
HEADLINE_SQL = """SELECT CASE WHEN bool_and(t.headline IS NOT DISTINCT FROM 'authorised') THEN 'authorised' ELSE 'attended' END
    FROM caseload_site AS o LEFT JOIN attendance_sitesettings AS t ON t.site_id = o.id WHERE o.kind = 'college'"""


def totals_for(students: Students, start: date, end: date, series: str = Series.SESSION) -> Totals:
    """The totals of all these students together: sums first, divided once."""
    rows = _count(students, (start, end), series, ())
    return from_row(rows[0], series) if rows else Totals(series=series)


def totals_by_student(students: Students, start: date, end: date, series: str = Series.SESSION) -> dict[int, Totals]:
    """The totals of each student; a student without marks is left out."""
    rows = _count(students, (start, end), series, ("student_id",))
    return {row["student_id"]: from_row(row, series) for row in rows}


def totals_in_windows(
    students: Students, spans: Mapping[str, Span], series: str = Series.SESSION, columns: Sequence[str] = COLUMNS
) -> dict[int, dict[str, Totals]]:
    """The totals of each student in each of several windows of dates, in one statement. A page reads a window once.

    Where only some of the counts are needed (`columns`), the others are nought.
    """
    if isinstance(students, QuerySet):
        return _in_windows(students, spans, series, columns)
    ids, kept = list(students), once(("totals in windows", series), _nothing_kept)
    missing = {name: span for name, span in spans.items() if not _has(kept, span, ids, columns)}
    read = _in_windows(ids, missing, series, columns) if missing else {}
    for name, span in missing.items():
        rows = {number: row[name] for number, row in read.items() if name in row}
        known = kept.get(span)
        if known and known[0] == frozenset(columns):  # read before of others, who have other dates
            kept[span] = known[0], known[1].union(ids), known[2] | rows
        else:
            kept[span] = frozenset(columns), frozenset(ids), rows
    if len(missing) == len(spans):
        return {number: row for number, row in read.items() if row}
    found = {
        number: {name: kept[span][2][number] for name, span in spans.items() if number in kept[span][2]}
        for number in ids
    }
    return {number: row for number, row in found.items() if row}


Kept = dict[Span, tuple[frozenset[str], frozenset[int], dict[int, Totals]]]


def _nothing_kept() -> Kept:
    return {}


def _has(kept: Kept, span: Span, ids: Collection[int], columns: Sequence[str]) -> bool:
    """Whether a page has read these counts of these students in this window."""
    return span in kept and kept[span][0].issuperset(columns) and kept[span][1].issuperset(ids)


def _in_windows(
    students: Students, spans: Mapping[str, Span], series: str, columns: Sequence[str]
) -> dict[int, dict[str, Totals]]:
    names = list(spans)
    found: dict[int, dict[str, Totals]] = {}
    for at in range(0, len(names), AT_ONCE):
        some = names[at : at + AT_ONCE]
        for student, row in _by_windows(students, [spans[name] for name in some], series, columns):
            read = {name: totals for name, totals in zip(some, row, strict=True) if totals is not None}
            found[student] = found[student] | read if student in found else read
    return found


def missing_much(
    students: Students, year: Span, six_weeks: Span, series: str, fell_by: int | None = None
) -> dict[int, tuple[Totals, Totals]]:
    """The year and the six weeks of those students whose absence may be worth a word: attended and absent only, not lateness.

    Those who missed so much of the year that it is persistent, and with `fell_by` those whose six weeks are so many points
    below their year. The database leaves everybody else out, unless the page has read the totals already; what is said of
    those who stay, their totals decide.
    """
    read = once(("totals in windows", series), _nothing_kept)
    if not isinstance(students, QuerySet):
        students = list(students)
        if all(_has(read, span, students, ATTENDED_OR_ABSENT) for span in (year, six_weeks)):
            nothing = Totals(series=series)
            years, weeks = read[year][2], read[six_weeks][2]
            pairs = ((pk, years[pk], weeks.get(pk, nothing)) for pk in students if pk in years)
            return {
                pk: (of_year, of_weeks)
                for pk, of_year, of_weeks in pairs
                if of_year.called_persistent or (fell_by is not None and of_weeks.is_below(of_year, fell_by))
            }
    fell = f"100 * ({{0}} * possible_1 - {{1}} * possible_0) >= {int(fell_by or 0)} * possible_0 * possible_1 AND possible_1 > 0"
    worse = [
        fell.format("attended_0", "attended_1"),
        fell.format("(attended_0 + authorised_0)", "(attended_1 + authorised_1)"),
    ]
    often = f"(possible_0 >= {ENOUGH} AND (possible_0 - attended_0) * {PERSISTENT} >= possible_0)"
    sieve = " OR ".join([often, *(worse if fell_by is not None else [])])
    rows = _by_windows(
        students, [year, six_weeks], series, columns=ATTENDED_OR_ABSENT, sieve=f"possible_0 > 0 AND ({sieve})"
    )
    nothing = Totals(series=series)
    return {student: (of_year or nothing, of_weeks or nothing) for student, (of_year, of_weeks) in rows}


def weekly_series(
    students: Students, start: date, end: date, series: str = Series.SESSION, columns: Sequence[str] = COLUMNS
) -> list[tuple[date, Totals]]:
    """The totals of these students together, week by week; weeks without marks (of `columns`, where named) are left out."""
    rows = _count(students, (start, end), series, ("week",), columns)
    return [(row["week"], from_row(row, series)) for row in rows]


def over_until(day: date) -> date:
    """The last day of the latest week that is over: this Sunday from Saturday on, until then the Sunday before."""
    monday = clock.week_of(day)
    return monday + timedelta(days=6) if day.weekday() >= SATURDAY else monday - timedelta(days=1)


def finished(weekly: Sequence[tuple[date, Totals]]) -> list[tuple[date, Totals]]:
    """The weeks that are over, for lines and charts: beside them the few marks of a week that runs look like a fall or a rise."""
    last = over_until(clock.today())
    return [week for week in weekly if week[0] <= last]


def weekly_by_student(
    students: Students, start: date, end: date, series: str = Series.SESSION
) -> dict[int, list[tuple[date, Totals]]]:
    """The totals of each student, week by week."""
    found: dict[int, list[tuple[date, Totals]]] = {}
    for row in _count(students, (start, end), series, ("student_id", "week")):
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
    return {student: series for student, (_, series) in sites_by_student(student_ids, day).items()}


def sites_by_student(student_ids: Iterable[int], day: date | None = None) -> dict[int, tuple[int, str]]:
    """The site where each student was last as of a day, and the series that it counts in."""
    on = day or clock.today()
    return about(("sites", on), list(student_ids), lambda wanted: _sites_of(wanted, on))


def _sites_of(student_ids: Collection[int], day: date) -> dict[int, tuple[int, str]]:
    found: dict[int, tuple[int, str]] = {}
    for site, kind, members in read_rows(_LAST_SITE, [array(student_ids), day]):
        series = Series.SESSION if kind == "school" else Series.LESSON
        found |= dict.fromkeys(members, (site, series))
    return {pk: found[pk] for pk in sorted(found)}


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


def _count(
    students: Students, span: Span, series: str, by: tuple[str, ...], columns: Sequence[str] = COLUMNS
) -> list[dict[str, Any]]:
    """One statement: the summary's whole weeks and the marks of the odd days, added up by the keys asked for."""
    counted, params = counted_table(students, cut_up([span]), series, weekly="week" in by, columns=columns)
    if not counted:
        return []
    keys = ", ".join(by)
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in columns)
    statement = f"WITH {counted} SELECT {keys + ', ' if keys else ''}{sums}, ({HEADLINE_SQL}) AS headline FROM counted"
    if keys:
        statement += f" GROUP BY {keys} HAVING {' OR '.join(f'sum({name}) <> 0' for name in columns)} ORDER BY {keys}"
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_windows(
    students: Students, spans: Sequence[Span], series: str, columns: Sequence[str] = COLUMNS, sieve: str = ""
) -> Iterator[tuple[int, list[Totals | None]]]:
    """Each student with their totals in each window, none where there are no marks; in one statement.

    Windows overlap: what they are made of is read once, in pieces, and each is the sum of its own. A sieve is a condition
    on the first columns of the windows, `possible_0`, `attended_0`, `authorised_0` and so on.
    """
    pieces = cut_up(spans)
    counted, params = counted_table(students, pieces, series, columns=columns)
    if not counted:
        return
    sums = []
    for place, made_of in enumerate(pieces.made_of):
        those = f"FILTER (WHERE piece IN ({', '.join(map(str, made_of)) or 'NULL'}))"
        sums += [f"coalesce(sum({name}) {those}, 0) AS {name}_{place}" for name in columns]
    added = ", ".join(f"sum({name})::int AS {name}" for name in columns)
    statement = (
        f"WITH {counted}, parts AS (SELECT student_id, piece, {added} FROM counted GROUP BY student_id, piece),"
        f" each AS (SELECT student_id, ({HEADLINE_SQL}) AS headline, {', '.join(sums)} FROM parts GROUP BY student_id)"
    )
    if sieve:
        more = ", ".join(
            f"present_{place} + approved_{place} AS attended_{place}, present_{place} + approved_{place}"
            f" + authorised_{place} + unauthorised_{place} AS possible_{place}"
            for place in range(len(spans))
        )
        statement += f" SELECT e.* FROM each AS e CROSS JOIN LATERAL (SELECT {more}) AS p WHERE {sieve}"
    else:
        statement += " SELECT e.* FROM each AS e"
    picked = _picked(len(spans), columns)
    for student, headline, *counts in read_rows(f"{statement} ORDER BY e.student_id", params):
        row = (*counts, 0, series, headline if series == Series.LESSON else Headline.ATTENDED)
        each = (pick(row) for pick in picked)
        yield student, [Totals._make(numbers) if any(numbers[:-2]) else None for numbers in each]


def _picked(windows: int, columns: Sequence[str]) -> list[Any]:
    """What makes the totals of each window of a row: its columns, nought for those not read, and the last two of the row."""
    width = len(columns)
    nought = windows * width
    return [
        itemgetter(
            *(place * width + columns.index(name) if name in columns else nought for name in COLUMNS),
            nought + 1,
            nought + 2,
        )
        for place in range(windows)
    ]


def _who(students: Students) -> tuple[str, tuple[Any, ...]]:
    """The students as a query of ids."""
    if isinstance(students, QuerySet):
        statement, params = students.order_by().values("pk").query.sql_with_params()
        return f"SELECT w.* FROM ({statement}) AS w (id)", tuple(params)
    return "SELECT DISTINCT unnest(%s::bigint[]) AS id", (array(students),)


def counted_table(
    students: Students, pieces: Pieces, series: str, *, weekly: bool = False, columns: Sequence[str] = COLUMNS
) -> tuple[str, list[Any]]:
    """The table `counted`: what the pieces hold, by student and, where it is asked for, week. Empty when there is nothing to read."""
    try:
        who, found = _who(students)
    except EmptyResultSet:
        return "", []
    parts: list[str] = []
    params: list[Any] = list(found)
    for run in pieces.runs():
        ends = "".join(f" WHEN s.week <= %s THEN {number}" for number, _ in run)
        parts.append(
            f"SELECT s.student_id, s.week, CASE{ends} END, {', '.join(f's.{name}' for name in columns)}"
            " FROM attendance_weeksummary AS s WHERE s.student_id IN (SELECT id FROM who) AND s.series = %s"
            " AND s.week BETWEEN %s AND %s"
        )
        params += [*(last for _, (_, last) in run), series, run[0][1][0], run[-1][1][1]]
    week = "date_trunc('week', m.date)::date" if weekly else "NULL::date"
    for number, (day, until, taken_off) in pieces.days.items():
        counts = ", ".join(f"{'-' if taken_off else ''}({_EACH[name]})" for name in columns)
        parts.append(
            f"SELECT m.student_id, {week}, {number}, {counts} FROM {TABLE[Series(series)]} AS m"
            " LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id"
            " WHERE m.student_id IN (SELECT id FROM who) AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1"
            " FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)"
        )
        params += [day, until]
    table = f"counted (student_id, week, piece, {', '.join(columns)}) AS ({' UNION ALL '.join(parts)})"
    return (f"who AS MATERIALIZED ({who}), {table}" if parts else ""), params


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
        f" SELECT a.place, {', '.join(f's.{name}' for name in COLUMNS)} FROM weeks AS a JOIN attendance_weeksummary AS s"
        " ON s.student_id = a.student_id AND s.week BETWEEN a.first AND a.last AND s.series = %s UNION ALL"
        f" SELECT a.place, {EACH_COUNTED} FROM days AS a JOIN {TABLE[Series(series)]} AS m"
        " ON m.student_id = a.student_id AND m.date BETWEEN a.first AND a.last"
        " LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id WHERE EXISTS (SELECT 1"
        " FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date))"
        f" SELECT place, {sums}, ({HEADLINE_SQL}) AS headline FROM counted GROUP BY place"
    )
    params = [[row[part] for row in rows] for rows in (weeks, days) for part in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, series])
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {asked[row["place"]][0]: from_row(row, series) for row in rows}
