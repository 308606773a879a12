"""Academic years, terms, and the days on which a site opens.

A school day is a weekday inside a term on which neither the site nor the whole college is closed. An unexpected closure
is no school day either: there was no session, so there is nothing to mark.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from caseload.models import AcademicYear, Closure, Site, Term
from core import clock
from core.pages.once import once

SATURDAY = 5
ONE_DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class SiteCalendar:
    """The open days of one site between two dates, read once and asked as often as wanted."""

    site_id: int | None
    days: tuple[date, ...]
    year_starts: tuple[date, ...]

    def is_open(self, day: date) -> bool:
        """Whether the site opens on the day."""
        place = bisect_left(self.days, day)
        return place < len(self.days) and self.days[place] == day

    def between(self, start: date, end: date) -> list[date]:
        """The open days from one date to another, both included."""
        return list(self.days[bisect_left(self.days, start) : bisect_right(self.days, end)])

    def weeks(self, start: date, end: date) -> list[date]:
        """The Mondays of the weeks with at least one open day between the dates."""
        return list(dict.fromkeys(clock.week_of(day) for day in self.between(start, end)))

    def week_letter(self, day: date) -> str:
        """A or B: weeks with an open day alternate from the start of the academic year; a week without one has none."""
        sunday = clock.week_of(day) + timedelta(days=6)  # a year may begin in the middle of a week
        start = max((begun for begun in self.year_starts if begun <= sunday), default=None)
        weeks = [] if start is None else self.weeks(start, sunday)
        if clock.week_of(day) not in weeks:
            return ""
        return "AB"[(len(weeks) - 1) % 2]

    def latest(self, day: date) -> date | None:
        """The day itself when it is open, else the last open day before it."""
        place = bisect_right(self.days, day)
        return self.days[place - 1] if place else None

    def before(self, day: date, count: int = 1) -> date | None:
        """The open day `count` open days before this one."""
        place = bisect_left(self.days, day) - count
        return self.days[place] if place >= 0 else None

    def next_open(self, day: date) -> date | None:
        """The first open day after this one."""
        place = bisect_right(self.days, day)
        return self.days[place] if place < len(self.days) else None


def academic_year_on(day: date) -> AcademicYear | None:
    """The academic year that a day belongs to; a day between two years belongs to the one that has begun."""
    return next((year for year in academic_years() if year.starts_on <= day), None)


def current_academic_year() -> AcademicYear | None:
    """The academic year it is now."""
    return academic_year_on(clock.today())


def academic_years() -> list[AcademicYear]:
    """Every academic year, the latest first."""
    return list(once("academic years", lambda: list(AcademicYear.objects.order_by("-starts_on"))))


def latest_term(day: date) -> Term | None:
    """The term in which a day falls, or in the holidays the one before."""
    terms = Term.objects.select_related("year").filter(starts_on__lte=day).order_by("-starts_on")
    return once(("latest term", day), terms.first)


def calendar_for(site: Site | int | None, start: date | None = None, end: date | None = None) -> SiteCalendar:
    """The calendar of a site in three queries. Without dates: last academic year to the end of this one.

    Without a site only closures of the whole college count.
    """
    site_id = site.pk if isinstance(site, Site) else site
    return calendars_for([site_id], start, end)[site_id]


def calendars_for(
    sites: Iterable[int | None], start: date | None = None, end: date | None = None
) -> dict[int | None, SiteCalendar]:
    """The calendars of several sites in the same three queries."""
    years = [(year.starts_on, year.ends_on) for year in reversed(academic_years())]
    first, last = _bounds(years, start, end)
    taught = set(_weekdays(_terms(), first, last))
    wanted = set(sites)
    shut: dict[int | None, set[date]] = {}
    for site_id, starts_on, ends_on in _closures():
        if site_id is None or site_id in wanted:
            shut.setdefault(site_id, set()).update(_weekdays([(starts_on, ends_on)], first, last))
    starts = tuple(begun for begun, _ in years)
    return {
        site_id: SiteCalendar(site_id, tuple(sorted(taught - shut.get(None, set()) - shut.get(site_id, set()))), starts)
        for site_id in wanted
    }


def school_days(site: Site | int | None, start: date, end: date) -> list[date]:
    """The days on which a site opens from one date to another, both included."""
    return list(calendar_for(site, start, end).days)


def is_open(site: Site | int | None, day: date) -> bool:
    """Whether a site opens on the day: what its calendar says, asked in one query."""
    if day.weekday() >= SATURDAY:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM caseload_term WHERE %s BETWEEN starts_on AND ends_on) AND NOT EXISTS (SELECT FROM"
            " caseload_closure WHERE (site_id IS NULL OR site_id = %s) AND %s BETWEEN starts_on AND ends_on)",
            [day, site.pk if isinstance(site, Site) else site, day],
        )
        return bool(cursor.fetchone()[0])


def week_letter(site: Site | int | None, day: date) -> str:
    """A or B, or nothing in a week without an open day."""
    sunday = clock.week_of(day) + timedelta(days=6)
    year = academic_year_on(sunday)
    return calendar_for(site, year.starts_on, sunday).week_letter(day) if year else ""


def _terms() -> list[Span]:
    return once("terms", lambda: list(Term.objects.order_by().values_list("starts_on", "ends_on")))


def _closures() -> list[tuple[int | None, date, date]]:
    rows = Closure.objects.order_by().values_list("site_id", "starts_on", "ends_on")
    return once("closures", lambda: list(rows))


def _bounds(years: list[Span], start: date | None, end: date | None) -> Span:
    """The dates asked for, or last academic year to the end of this one."""
    today = clock.today()
    begun = [span for span in years if span[0] <= today]
    first = start or (begun[-2:][0][0] if begun else today - timedelta(days=400))
    last = end or max(begun[-1][1] if begun else today, today)
    return first, last


def _weekdays(spans: Iterable[Span], first: date, last: date) -> Iterable[date]:
    """Every Monday to Friday inside the spans and the bounds."""
    for starts_on, ends_on in spans:
        day, stop = max(starts_on, first), min(ends_on, last)
        while day <= stop:
            if day.weekday() < SATURDAY:
                yield day
            day += ONE_DAY
