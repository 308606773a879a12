"""The days that pages propose. Every date that nobody typed is asked for here, so that none falls in the holidays.

A proposed day is a school day of every site that it concerns. Where the calendar does not go so far, it is a weekday that
is no bank holiday and lies neither in August nor between Christmas and New Year; after the last term of a year that is in
the calendar, it lies in the year that follows. What a person types is kept as it is typed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from caseload.models import SiteMembership
from caseload.queries.calendar import SATURDAY, SiteCalendar, academic_years, calendars_for
from caseload.rules.bank_holidays import bank_holidays
from core import clock

ONE_DAY = timedelta(days=1)
LOOK_AHEAD = timedelta(days=60)  # longer than any holiday
AUGUST, DECEMBER = 8, 12


def sites_of(student_ids: Sequence[int]) -> frozenset[int]:
    """The sites on whose roll these students are today."""
    rows = SiteMembership.objects.filter(student_id__in=list(student_ids), period__contains=clock.today())
    return frozenset(rows.values_list("site_id", flat=True))


def school_day_from(day: date, sites: Iterable[int] = ()) -> date:
    """The day itself when all these sites open, else the next day on which they do."""
    calendars = _calendars(sites, day, day + LOOK_AHEAD)
    return next((one for one in calendars[0].days if _all_open(calendars, one)), None) or _weekday_from(day)


def school_day_by(day: date, sites: Iterable[int] = ()) -> date:
    """The day itself when all these sites open, else the last day before it on which they do: for what must not last longer.

    Never today or earlier for a day still to come: then it is the next one after all.
    """
    tomorrow = clock.today() + ONE_DAY
    calendars = _calendars(sites, tomorrow, day)
    days = [one for one in calendars[0].days if _all_open(calendars, one)]
    return days[-1] if days else school_day_from(max(day, tomorrow), sites)


def next_school_day(sites: Iterable[int] = ()) -> date:
    """The first school day after today."""
    return school_day_from(clock.today() + ONE_DAY, sites)


def this_school_day(sites: Iterable[int] = ()) -> date:
    """Today when it is a school day, else the next one."""
    return school_day_from(clock.today(), sites)


def _calendars(sites: Iterable[int], first: date, last: date) -> list[SiteCalendar]:
    """Of each site; where none is named, of the whole college."""
    return list(calendars_for(set(sites) or {None}, first, last).values())


def _all_open(calendars: list[SiteCalendar], day: date) -> bool:
    return all(one.is_open(day) for one in calendars)


def _weekday_from(day: date) -> date:
    """Where the calendar says nothing: a weekday that is likely to be a school day."""
    year = next((one for one in academic_years() if one.starts_on <= day <= one.ends_on), None)
    if (
        year is not None
        and year.terms.filter(ends_on__lt=day).exists()
        and not year.terms.filter(ends_on__gte=day).exists()
    ):
        day = year.ends_on + ONE_DAY
    while day.weekday() >= SATURDAY or _surely_closed(day):
        day += ONE_DAY
    return day


def _surely_closed(day: date) -> bool:
    return (
        day.month == AUGUST
        or (day.month == DECEMBER and day.day >= 24)  # Christmas Eve
        or day in bank_holidays(day.year)
    )
