"""What a student's own attendance page and panel show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from attendance.arithmetic import Totals
from attendance.choices import Series
from attendance.models import WeekSummary
from attendance.queries.students import CodeUsed, DayMark, codes_used, marks_between
from attendance.queries.totals import Windows, series_by_student, totals_in_windows, weekly_by_student, windows
from caseload.models import AcademicYear
from core import clock

SOME_WEEKS = 6
LABELS = {"week": "This week", "six_weeks": "Six weeks", "year": "This year"}


@dataclass(frozen=True)
class Week:
    """One week of a student's marks, with its total."""

    monday: date
    totals: Totals
    days: list[tuple[date, list[DayMark]]]


@dataclass(frozen=True)
class StudentAttendance:
    """Everything a student's attendance page shows, of one series and one year."""

    series: str
    tabs: list[dict[str, Any]]
    years: list[dict[str, Any]]
    year_name: str
    is_this_year: bool
    totals: Totals
    six_weeks: Totals
    week: Totals
    spark: list[float | None]
    used: list[CodeUsed]
    weeks: list[Week]
    hidden_weeks: int

    @property
    def stats(self) -> list[dict[str, Any]]:
        """The row of figures at the top; every number says what it is of."""
        found = []
        if self.is_this_year:
            found += [figure("This week", self.week, tone=False), figure("Six weeks", self.six_weeks)]
        found.append(figure("This year" if self.is_this_year else self.year_name, self.totals) | {"spark": self.spark})
        late = self.totals.late + self.totals.late_after_close
        minutes = f"{self.totals.minutes_late:,} minutes" if self.totals.minutes_late else ""
        found.append({"label": "Late", "value": str(late), "of": minutes or f"in {self.totals.attended:,} attended"})
        if self.totals.unmarked:
            found.append({"label": "Not marked", "value": str(self.totals.unmarked), "of": "counted nowhere"})
        return found


def figure(label: str, totals: Totals, *, tone: bool = True) -> dict[str, Any]:
    """A figure with what it is of. A week has no tone: persistent absence is a measure over time."""
    colour = totals.tone if tone and totals.tone in ("watch", "concern") else ""
    return {
        "label": label,
        "value": totals.percent,
        "of": totals.of if totals.possible else "no marks yet",
        "tone": colour,
    }


def points(weekly: list[tuple[date, Totals]]) -> list[float | None]:
    """Weekly percentages for a sparkline; a week without possible sessions is a gap."""
    return [None if totals.attendance is None else float(totals.attendance) for _, totals in weekly]


def student_windows(
    student_id: int, day: date | None = None
) -> tuple[str, Windows, Mapping[str, Totals], list[float | None]]:
    """A student's series, the usual windows with their totals, and the weekly line of the last twelve weeks."""
    series = series_by_student([student_id]).get(student_id, Series.SESSION)
    spans = windows(day)
    found = totals_in_windows([student_id], vars(spans), series).get(student_id, {})
    start = max(spans.year[0], clock.week_of(spans.year[1]) - timedelta(weeks=11))
    weekly = weekly_by_student([student_id], start, spans.year[1], series).get(student_id, [])
    return series, spans, {name: found.get(name, Totals(series=series)) for name in vars(spans)}, points(weekly)


def student_attendance(
    student_id: int, series: str = "", start_year: int | None = None, every_week: bool = False
) -> StudentAttendance:
    """One student's attendance in one academic year to date."""
    today = clock.today()
    kept = set(WeekSummary.objects.filter(student_id=student_id).values_list("series", flat=True).distinct())
    own = series_by_student([student_id]).get(student_id, Series.SESSION)
    chosen = series if series in kept else own
    years = list(AcademicYear.objects.filter(starts_on__lte=today).order_by("-starts_on"))
    year = next((each for each in years if each.start_year == start_year), years[0] if years else None)
    start, end = (year.starts_on, min(year.ends_on, today)) if year else (today, today)
    current = windows(today)
    spans = vars(current) | {"year": (start, end)}
    found = totals_in_windows([student_id], spans, chosen).get(student_id, {})
    weekly = weekly_by_student([student_id], start, end, chosen).get(student_id, [])
    nothing = Totals(series=chosen)
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
        is_this_year=bool(years) and year == years[0],
        totals=found.get("year", nothing),
        six_weeks=found.get("six_weeks", nothing),
        week=found.get("week", nothing),
        spark=points(weekly),
        used=codes_used([student_id], start, end, chosen),
        weeks=_weeks(student_id, shown, end, chosen),
        hidden_weeks=len(weekly) - len(shown),
    )


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
