"""Up to when the marks of a file are complete: never further than the registers of which it brought a mark."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from attendance.choices import Series, SessionSlot
from attendance.queries.registers.feeds import end_of_day
from attendance.queries.registers.positions import Row
from caseload.models import Site, TimetabledLesson
from core import clock


def covers(site: Site, marks: Mapping[str, Sequence[Row]], said: datetime | None, made_at: datetime | None) -> datetime:
    """The moment that was said, or at which the file was made; at the latest when the next session or lesson begins."""
    now = clock.now()
    last = max(row.date for rows in marks.values() for row in rows)
    if last == clock.today():
        latest, usual = now, made_at or now
    else:
        latest = usual = end_of_day(site, last)
    begins = _next_begins(site, marks, last)
    bounds = [said or usual, latest, now]
    return min([*bounds, clock.at(last, begins.hour, begins.minute)] if begins else bounds)


def _next_begins(site: Site, marks: Mapping[str, Sequence[Row]], day: date) -> time | None:
    """When the first session or lesson of the day begins that comes after all those with a mark; nothing after the last."""
    slots = {series: {row.slot for row in rows if row.date == day} for series, rows in marks.items()}
    times = []
    if slots.get(Series.SESSION) == {SessionSlot.AM}:
        times.append(site.pm_starts_at)
    if slots.get(Series.LESSON):
        lessons = TimetabledLesson.objects.filter(group__site=site, period__contains=day)
        last = max(lessons.filter(pk__in=slots[Series.LESSON]).values_list("time__starts_at", flat=True), default=None)
        if last:
            later = lessons.filter(time__weekday=day.weekday(), time__starts_at__gt=last).order_by("time__starts_at")
            times += later.values_list("time__starts_at", flat=True)[:1]
    return min(times, default=None)
