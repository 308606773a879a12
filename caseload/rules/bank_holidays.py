"""England's bank holidays, worked out for a year that is not in the calendar yet. A day proclaimed once is not known."""

from datetime import date, timedelta

from dateutil.easter import easter

MONDAY, SATURDAY = 0, 5
DAY = timedelta(days=1)


def bank_holidays(year: int) -> set[date]:
    """The eight of a year, with the day instead where one falls on a weekend."""
    sunday = easter(year)
    fixed = {
        sunday - 2 * DAY,
        sunday + DAY,
        _monday(date(year, 5, 1)),
        _monday(date(year, 5, 25)),
        _monday(date(year, 8, 25)),
    }
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= SATURDAY or day in fixed:
            day += DAY
        fixed.add(day)
    return fixed


def _monday(day: date) -> date:
    """The day itself when it is a Monday, else the next one."""
    return day + (MONDAY - day.weekday()) % 7 * DAY
