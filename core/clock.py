"""The one clock. Times are stored aware in UTC; a school day is a date in Europe/London."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

LONDON = ZoneInfo("Europe/London")
_fixed: ContextVar[datetime | None] = ContextVar("waymark_clock", default=None)


def now() -> datetime:
    """The present moment, aware. With WAYMARK_TODAY set, that day at the present time of day."""
    fixed = _fixed.get()
    if fixed is not None:
        return fixed
    present = datetime.now(UTC)
    if settings.FIXED_TODAY is None:
        return present
    local = present.astimezone(LONDON)
    return datetime.combine(settings.FIXED_TODAY, local.time(), LONDON).astimezone(UTC)


def today() -> date:
    """The school day it is now in Europe/London."""
    fixed = _fixed.get()
    if fixed is not None:
        return fixed.astimezone(LONDON).date()
    return settings.FIXED_TODAY or datetime.now(LONDON).date()


def told(moment: datetime) -> datetime:
    """A moment that the database noted by its own clock, as this clock tells it; they differ only where the day is set.

    What seems to lie ahead happened today.
    """
    present = now()
    if moment <= present:
        return moment
    return min(datetime.combine(today(), local(moment).time(), LONDON).astimezone(UTC), present)


def local(moment: datetime) -> datetime:
    """A stored moment as the clock on the wall shows it."""
    return moment.astimezone(LONDON)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A wall-clock time on a school day, aware."""
    return datetime.combine(day, time(hour, minute), LONDON)


class NoSuchTime(ValueError):
    """Clocks go forward over this time; its words say so, and what to do."""


def shown(day: date, at: time) -> datetime:
    """The moment at which clocks here show a time, in UTC. In the night when they go back, the first of the two."""
    moment = datetime.combine(day, at, LONDON).astimezone(UTC)
    if local(moment).replace(tzinfo=None) != datetime.combine(day, at):
        raise NoSuchTime(
            f"There was no {at:%H:%M} on {day:%-d %B %Y}: the clocks go forward from 01:00 to 02:00. Give the time"
            " that the clock showed."
        )
    return moment


def week_of(day: date) -> date:
    """The Monday of the week in which the day falls."""
    return day - timedelta(days=day.weekday())


@contextmanager
def set_to(moment: datetime | date) -> Iterator[None]:
    """Hold the clock still, for tests and for building the demonstration college. A date means nine in the morning."""
    if not isinstance(moment, datetime):
        moment = at(moment)
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
