"""The windows of dates in which attendance is usually shown, for each site by its own calendar.

Six weeks are the last six finished school weeks of the year: weeks that are over and in which the site opened at least once.
Holidays shorten no window, and no window holds a week that still runs; this week so far stands beside it under its own name.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.alert_kinds import number
from attendance.arithmetic import COLUMNS, Totals
from attendance.choices import Series
from attendance.queries.figures.pieces import DAY, WEEK, Span
from attendance.queries.figures.totals import over_until, sites_by_student, totals_in_windows
from caseload.queries.calendar import SiteCalendar, academic_years, calendars_for
from core import clock
from core.pages.once import once

SIX_WEEKS = 6
LONGEST_YEAR = 380  # days: no academic year is longer
USUAL = ("week", "six_weeks", "year")


@dataclass(frozen=True)
class Windows:
    """The windows of one site as of a day, and how many school weeks the six weeks and those before them have.

    In the first weeks of a year there are fewer; a window without a finished week ends before it begins.
    """

    week: Span
    six_weeks: Span
    before: Span
    year: Span
    weeks: int
    weeks_before: int

    @property
    def label(self) -> str:
        """What the six weeks are called: “Six weeks”, in a short year “Two weeks”."""
        return label_of(self.weeks)

    @property
    def against(self) -> str:
        """What the six weeks are set beside: “the six weeks before”; nothing where either has no week."""
        return f"the {in_weeks(self.weeks_before)} before" if self.weeks and self.weeks_before else ""

    @property
    def short(self) -> str:
        """How short the window is, as words behind a figure: “two finished weeks so far”; nothing where it has all six."""
        if self.weeks >= SIX_WEEKS:
            return ""
        if not self.weeks:
            return "no finished week yet"
        return f"{number(self.weeks)} finished {'week' if self.weeks == 1 else 'weeks'} so far"

    def spans(self, names: Iterable[str] = USUAL) -> dict[str, Span]:
        """Some of the windows by name."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Together:
    """Students who are counted in the same series and the same windows."""

    series: str
    windows: Windows
    ids: list[int]


def label_of(weeks: int) -> str:
    """“Six weeks”; of fewer “Two weeks”, “One week”; and where no week is finished the name of the whole window."""
    return in_weeks(weeks or SIX_WEEKS, one="one week").capitalize()


def in_weeks(weeks: int, one: str = "week") -> str:
    """So many weeks in words: “six weeks”, “week”."""
    return one if weeks == 1 else f"{number(weeks)} weeks"


def finished_weeks(calendar: SiteCalendar, day: date, since: date) -> list[date]:
    """The Mondays of the site's school weeks since a day that are over as of another, in order."""
    return calendar.weeks(since, over_until(day))


def span_of(mondays: Sequence[date], since: date, day: date) -> Span:
    """From the first of these weeks, or from where it may begin, to the Sunday of the last. Of no week, nothing."""
    if not mondays:
        return day, day - DAY
    return max(mondays[0], since), mondays[-1] + WEEK - DAY


def windows(day: date | None = None, site: int | None = None) -> Windows:
    """The windows of a site as of a day; without a site only closures of the whole college count."""
    return windows_by_site([site], day)[site]


def windows_by_site(sites: Iterable[int | None], day: date | None = None) -> dict[int | None, Windows]:
    """The windows of each site as of a day. At most three queries."""
    on = day or clock.today()
    wanted = frozenset(sites)
    read = once(("windows", on, wanted), lambda: windows_as_of((site, on) for site in wanted))
    return {site: read[site, on] for site in wanted}


def windows_as_of(asked: Iterable[tuple[int | None, date]]) -> dict[tuple[int | None, date], Windows]:
    """The windows of each (site, day). At most three queries, however many are asked for."""
    pairs = set(asked)
    if not pairs:
        return {}
    first, last = min(day for _, day in pairs), max(day for _, day in pairs)
    calendars = calendars_for({site for site, _ in pairs}, first - timedelta(days=LONGEST_YEAR), last)
    return {(site, day): _windows(calendars[site], day) for site, day in pairs}


def year_start(day: date) -> date:
    """The first day of the academic year of a day; a September where none is set up."""
    return _begun((year.starts_on for year in academic_years()), day)


def _begun(starts: Iterable[date], day: date) -> date:
    """The latest of the starts of academic years up to a day."""
    september = date(day.year - (day.month < 9), 9, 1)
    return max((start for start in starts if start <= day), default=september)


def year_to_date(day: date | None = None) -> Span:
    """The academic year to a day. At most one query."""
    on = day or clock.today()
    return year_start(on), on


def together(student_ids: Collection[int], day: date | None = None) -> list[Together]:
    """The students by series and windows of the site where they were last. One query, and those of the calendars."""
    sites = sites_by_student(student_ids, day)
    shown = windows_by_site({site for site, _ in sites.values()}, day)
    found: dict[tuple[str, Windows], list[int]] = {}
    for student, (site, series) in sites.items():
        found.setdefault((series, shown[site]), []).append(student)
    return [
        Together(series, those, ids)
        for (series, those), ids in sorted(found.items(), key=lambda each: (each[0][0], each[0][1].six_weeks))
    ]


def usual_totals(
    student_ids: Collection[int],
    names: Iterable[str] = USUAL,
    day: date | None = None,
    columns: Sequence[str] = COLUMNS,
) -> dict[int, dict[str, Totals]]:
    """The totals of each student in the windows of their own site, in the series of their own site."""
    found: dict[int, dict[str, Totals]] = {}
    for those in together(student_ids, day):
        found |= totals_in_windows(those.ids, those.windows.spans(names), those.series, columns)
    return found


def of_student(student_id: int, day: date | None = None) -> Together:
    """The series and the windows of one student; those of a school without closures where no site is known."""
    found = together([student_id], day)
    return found[0] if found else Together(Series.SESSION, windows(day), [student_id])


def _windows(calendar: SiteCalendar, day: date) -> Windows:
    start = _begun(calendar.year_starts, day)
    weeks = finished_weeks(calendar, day, start)
    now, before = weeks[-SIX_WEEKS:], weeks[-2 * SIX_WEEKS : -SIX_WEEKS]
    return Windows(
        week=(clock.week_of(day), day),
        six_weeks=span_of(now, start, day),
        before=span_of(before, start, day),
        year=(start, day),
        weeks=len(now),
        weeks_before=len(before),
    )
