"""The calendar of any academic year: terms, holidays and the days on which the sites open."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property

from dateutil.easter import easter

from core import clock

DAY = timedelta(days=1)


def academic_year(day: date) -> int:
    """The start year of the academic year that the day falls in; August belongs to the year before."""
    return day.year if day.month >= 9 else day.year - 1


def _first(weekday: int, after: date) -> date:
    return after + DAY * ((weekday - after.weekday()) % 7)


@dataclass(frozen=True)
class YearDates:
    """Terms and closures of the academic year that starts in `start_year`."""

    start_year: int

    @property
    def starts_on(self) -> date:
        """1 September."""
        return date(self.start_year, 9, 1)

    @property
    def ends_on(self) -> date:
        """31 August."""
        return date(self.start_year + 1, 8, 31)

    @cached_property
    def terms(self) -> list[tuple[str, date, date]]:
        """Name, first and last day of each term."""
        spring, summer = self.start_year + 1, easter(self.start_year + 1)
        autumn_end = _first(4, date(self.start_year, 12, 16))
        good_friday = summer - 2 * DAY
        return [
            ("Autumn", _first(2, date(self.start_year, 9, 2)), autumn_end),
            ("Spring", _first(0, date(spring, 1, 3)), good_friday - DAY),
            ("Summer", summer + 15 * DAY, _first(2, date(spring, 7, 19))),
        ]

    @cached_property
    def closures(self) -> list[tuple[str, str, date, date]]:
        """Kind, name, first and last day of each closure within or between the terms."""
        (_, autumn, autumn_end), (_, spring, spring_end), (_, summer, _) = self.terms
        following = self.start_year + 1
        half_term = _first(0, date(self.start_year, 10, 22))
        february = _first(0, date(following, 2, 12))
        may_day = _first(0, date(following, 5, 1))
        whitsun = _first(0, date(following, 5, 25))
        inset = _first(0, date(following, 6, 20))
        return [
            ("inset", "INSET day", autumn, autumn),
            ("holiday", "Autumn half-term", half_term, half_term + 4 * DAY),
            ("holiday", "Christmas holiday", autumn_end + DAY, spring - DAY),
            ("holiday", "Spring half-term", february, february + 4 * DAY),
            ("holiday", "Easter holiday", spring_end + DAY, summer - DAY),
            ("bank", "Early May bank holiday", may_day, may_day),
            ("holiday", "Summer half-term", whitsun, whitsun + 4 * DAY),
            ("inset", "INSET day", inset, inset),
        ]

    @cached_property
    def open_days(self) -> list[date]:
        """Every school day of the year, in order."""
        shut = {first + DAY * step for _, _, first, last in self.closures for step in range((last - first).days + 1)}
        days = (start + DAY * step for _, start, end in self.terms for step in range((end - start).days + 1))
        return [day for day in days if day.weekday() < 5 and day not in shut]

    def until(self, today: date) -> list[date]:
        """The school days before today: today's registers are for whoever tries the demonstration to take."""
        return [day for day in self.open_days if day < today]


@cache
def _open_days_from(year: int) -> list[date]:
    return [*YearDates(year).open_days, *YearDates(year + 1).open_days]


def next_open_day(day: date) -> date:
    """The day itself when the sites open on it, else the next school day: for what somebody planned."""
    days = _open_days_from(academic_year(day))
    return days[bisect_left(days, day)]


def past(moment: datetime) -> datetime:
    """The moment; where it is still to come, the same time of the last school day before. What happened did so before now."""
    while moment > clock.now():
        before = latest_open_day(clock.local(moment).date() - DAY)
        moment = clock.at(before, clock.local(moment).hour, clock.local(moment).minute)
    return moment


def latest_open_day(day: date) -> date:
    """The day itself when the sites open on it, else the last school day before it."""
    year = academic_year(day)
    days = [*YearDates(year - 1).open_days, *YearDates(year).open_days]
    return max(one for one in days if one <= day)
