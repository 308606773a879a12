"""What a student's own attendance page and panel show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from attendance.arithmetic import COLUMNS, ENOUGH, Totals, from_row, sum_of
from attendance.choices import Series
from attendance.models import WeekSummary
from attendance.patterns import Findings
from attendance.queries.figures.totals import (
    EACH_COUNTED,
    TABLE,
    Span,
    finished,
    totals_in_windows,
    weekly_by_student,
)
from attendance.queries.figures.windows import Windows, of_student
from attendance.queries.students.patterns import both_patterns
from attendance.queries.students.students import CodeUsed, DayMark, codes_used, marks_between, years_on_roll
from caseload.queries.calendar import academic_year_on
from core import clock, wording

SOME_WEEKS = 6
STEADY = 2  # points of change within which six weeks are called steady
STEADY_MARKS = 2  # and so they are when the change comes to fewer sessions or lessons than this
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Week:
    """One week of a student's marks, with its total."""

    monday: date
    totals: Totals
    days: list[tuple[date, list[DayMark]]]

    @property
    def url(self) -> str:
        """The query of the page with the week's marks."""
        end = self.monday + timedelta(days=6)
        return "marks/?" + urlencode({"series": self.totals.series, "from": self.monday, "to": end})


@dataclass(frozen=True)
class HeatMap:
    """How much was attended at each place in the week: a row for AM and PM or each place in the day, a column for each weekday."""

    weekdays: list[tuple[int, str]]
    rows: list[tuple[str, list[tuple[int, Totals | None]]]]


@dataclass(frozen=True)
class StudentAttendance:
    """Everything a student's attendance page shows, of one series and one year."""

    series: str
    tabs: list[dict[str, Any]]
    years: list[dict[str, Any]]
    year_name: str
    start_year: int | None
    span: Span
    is_this_year: bool
    totals: Totals
    six_weeks: Totals
    six_weeks_before: Totals
    week: Totals
    shown: Windows
    spans: Mapping[str, Span]
    spark: list[float | None]
    used: list[CodeUsed]
    weeks: list[Week]
    hidden_weeks: int
    heat_map: HeatMap
    pattern: Findings
    late_pattern: Findings

    @property
    def stats(self) -> list[dict[str, Any]]:
        """The row of figures at the top; every number says what it is of, and opens the marks behind it."""
        found = []
        if self.is_this_year:
            found.append(figure("This week so far", self.week, tone=False) | {"url": self.marks("week")})
            six_weeks = figure(self.shown.label, self.six_weeks, short=self.shown.short)
            found.append(six_weeks | {"url": self.marks("six_weeks"), "change": self.trend})
        label = "This year" if self.is_this_year else self.year_name
        found.append(figure(label, self.totals) | {"spark": self.spark, "url": self.marks("year")})
        minutes = f"{self.totals.minutes_late:,} minutes" if self.totals.minutes_late else ""
        found.append(
            {
                "label": "Late",
                "value": str(self.totals.times_late),
                "of": ", ".join(filter(None, (self.totals.late_of, minutes))),
                "url": self.marks("year", show="late"),
            }
        )
        if self.totals.unmarked:
            unmarked = {"label": "Not marked", "value": str(self.totals.unmarked), "of": "counted nowhere"}
            found.append(unmarked | {"url": self.marks("year", show="unmarked")})
        return found

    @property
    def marks_of_year(self) -> str:
        """The query of the page with the year's marks."""
        return self.marks("year")

    @property
    def trend(self) -> str:
        """The last six weeks against the six before, in words and points; nothing where either has fewer than 20 marks.

        Steady when they differ by less than two points, or by what a single session or lesson makes out.
        """
        now, then = self.six_weeks.attendance, self.six_weeks_before.attendance
        fewest = min(self.six_weeks.possible, self.six_weeks_before.possible)
        if now is None or then is None or fewest < ENOUGH:
            return ""
        points = now - then
        steady = abs(points) < STEADY or abs(points) * fewest < 100 * STEADY_MARKS
        word = "steady" if steady else "rising" if points > 0 else "falling"
        return f"{word}: {wording.change(float(points), 'points')} against {self.shown.against}"

    def marks(self, window: str, **more: str) -> str:
        """The query of the page with the marks behind a figure."""
        start, end = self.spans[window]
        return "marks/?" + urlencode({"series": self.series, "from": start, "to": end} | more)


def labels(shown: Windows) -> dict[str, str]:
    """What the windows are called."""
    return {"week": "This week so far", "six_weeks": shown.label, "year": "This year"}


def figure(label: str, totals: Totals, *, tone: bool = True, short: str = "") -> dict[str, Any]:
    """A figure with what it is of. A week has no tone: persistent absence is a measure over time."""
    colour = totals.tone if tone and totals.tone in ("watch", "concern") else ""
    return {
        "label": label,
        "value": totals.percent,
        "of": ", ".join(
            filter(None, (totals.of if totals.possible else "no marks yet", totals.few if tone else "", short))
        ),
        "tone": colour,
    }


def points(weekly: list[tuple[date, Totals]]) -> list[float | None]:
    """Weekly percentages for a sparkline, of weeks that are over; a week without possible sessions is a gap."""
    return [100 * totals.shown / totals.possible if totals.possible else None for _, totals in finished(weekly)]


def student_windows(
    student_id: int, day: date | None = None
) -> tuple[str, Windows, Mapping[str, Totals], list[float | None]]:
    """A student's series, the usual windows with their totals, and the weekly line of the last twelve weeks.

    All of it from the weeks of the year: the windows begin with a week or with the year, and end with a week or today.
    """
    own = of_student(student_id, day)
    series, spans = own.series, own.windows
    weekly = weekly_by_student([student_id], *spans.year, series).get(student_id, [])
    found = {name: _within(span, weekly, series) for name, span in spans.spans().items()}
    twelve_weeks = clock.week_of(spans.year[1]) - timedelta(weeks=11)
    return series, spans, found, points([week for week in weekly if week[0] >= twelve_weeks])


def _within(span: Span, weekly: list[tuple[date, Totals]], series: str) -> Totals:
    """The total of the weeks from the one of the first day to that of the last."""
    first, last = clock.week_of(span[0]), span[1]
    return sum_of((totals for monday, totals in weekly if first <= monday <= last and span[0] <= last), series)


def student_attendance(
    student_id: int, series: str = "", start_year: int | None = None, every_week: bool = False
) -> StudentAttendance:
    """One student's attendance in one academic year to date."""
    today = clock.today()
    kept = set(WeekSummary.objects.filter(student_id=student_id).values_list("series", flat=True).distinct())
    own = of_student(student_id, today)
    chosen = series if series in kept else own.series
    years = years_on_roll(student_id, today)
    year = next((each for each in years if each.start_year == start_year), years[0] if years else None)
    start, end = (year.starts_on, min(year.ends_on, today)) if year else (today, today)
    spans = own.windows.spans(("week", "six_weeks", "before")) | {"year": (start, end)}
    found = totals_in_windows([student_id], spans, chosen).get(student_id, {})
    weekly = weekly_by_student([student_id], start, end, chosen).get(student_id, [])
    nothing = Totals(series=chosen)
    absent, late = both_patterns(student_id, start, end, chosen)
    shown = weekly if every_week else weekly[-SOME_WEEKS:]
    return StudentAttendance(
        series=chosen,
        tabs=_tabs(kept | {chosen}, chosen, year.start_year if year else None),
        years=[
            {
                "label": each.name,
                "url": f"?series={chosen}&year={each.start_year}",
                "count": None,
                "current": each == year,
            }
            for each in years[:7]
        ],
        year_name=year.name if year else "",
        start_year=year.start_year if year else None,
        span=(start, end),
        is_this_year=year is not None and year == academic_year_on(today) and today <= year.ends_on,
        totals=found.get("year", nothing),
        six_weeks=found.get("six_weeks", nothing),
        six_weeks_before=found.get("before", nothing),
        shown=own.windows,
        spans=spans,
        week=found.get("week", nothing),
        spark=points(weekly),
        used=codes_used([student_id], start, end, chosen),
        weeks=_weeks(student_id, shown, end, chosen),
        hidden_weeks=len(weekly) - len(shown),
        heat_map=heat_map(student_id, start, end, chosen),
        pattern=absent,
        late_pattern=late,
    )


def heat_map(student_id: int, start: date, end: date, series: str) -> HeatMap:
    """A student's totals at each place in the week between two dates. One statement, from the marks."""
    join, label, order = "", "CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END", "m.slot::text"
    if series == Series.LESSON:
        join = " JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_lessontime AS t ON t.id = l.time_id"
        label, order = "t.label", "t.starts_at::text"
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in COLUMNS)
    statement = f"""
        WITH counted (weekday, label, at, {", ".join(COLUMNS)}) AS (
            SELECT extract(isodow FROM m.date)::int - 1, {label}, {order}, {EACH_COUNTED} FROM {TABLE[Series(series)]} AS m
            LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id{join}
            WHERE m.student_id = %s AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1
                FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date))
        SELECT label, weekday, min(at), {sums} FROM counted GROUP BY 1, 2 ORDER BY 3, 1, 2"""
    cells: dict[str, dict[int, Totals]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [student_id, start, end])
        for name, weekday, _, *counts in cursor.fetchall():
            cells.setdefault(name, {})[weekday] = from_row(dict(zip(COLUMNS, counts, strict=True)), series)
    last = max([4, *(weekday for row in cells.values() for weekday in row)])
    days = list(enumerate(WEEKDAYS[: last + 1]))
    return HeatMap(days, [(name, [(day, row.get(day)) for day, _ in days]) for name, row in cells.items()])


def _weeks(student_id: int, weekly: list[tuple[date, Totals]], end: date, series: str) -> list[Week]:
    if not weekly:
        return []
    marks = marks_between(student_id, weekly[0][0], end, series)
    by_week: dict[date, list[tuple[date, list[DayMark]]]] = {}
    for day, found in groupby(marks, key=lambda mark: mark.date):
        by_week.setdefault(clock.week_of(day), []).append((day, list(found)))
    return [Week(monday, totals, by_week.get(monday, [])) for monday, totals in reversed(weekly)]


def _tabs(kept: set[str], chosen: str, year: int | None) -> list[dict[str, Any]]:
    if len(kept) < 2:
        return []
    return [
        {
            "label": label,
            "url": f"?series={key}" + (f"&year={year}" if year else ""),
            "current": key == chosen,
            "count": None,
        }
        for key, label in Series.choices
    ]
