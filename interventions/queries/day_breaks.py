"""Break and lunch of a day, where a site's timetable shows them: what a Progress Day leaves out at first."""

from datetime import date, datetime, time, timedelta
from typing import Any

from caseload.models import LessonTime
from caseload.queries.calendar import week_letter
from caseload.queries.school_days import sites_of
from interventions.queries.due import my_students

BREAKS = ("break", "lunch", "other")
SHORTEST = timedelta(minutes=10)  # less is the way to the next room
Span = tuple[time, time]
WITHOUT_TIMETABLE: dict[str, Span] = {"break": (time(10, 45), time(11)), "lunch": (time(12, 30), time(13, 15))}


def usual_breaks(by: Any, day: date) -> dict[str, Span]:
    """The breaks of a day at the site of somebody's students: the longest is lunch. Without a timetable, usual ones to change."""
    gaps = _gaps(by, day)
    if not gaps:
        return WITHOUT_TIMETABLE
    lunch = max(gaps, key=_length)
    others = [gap for gap in gaps if gap != lunch]
    return {"lunch": lunch} | dict(zip(("break", "other"), others, strict=False))


def _gaps(by: Any, day: date) -> list[Span]:
    """The times between lessons that are long enough for a break, at the first site with lessons on this weekday."""
    sites = sites_of(list(my_students(by).values_list("pk", flat=True)))
    times = LessonTime.objects.filter(site__in=sites, weekday=day.weekday()).order_by("site_id", "starts_at")
    rows = list(times.values_list("site_id", "week", "starts_at", "ends_at"))
    if not rows:
        return []
    site = rows[0][0]
    letter = week_letter(site, day) if any(week for _, week, *_ in rows) else ""
    lessons = [(start, end) for place, week, start, end in rows if place == site and week in ("", letter)]
    found, until = [], None
    for start, end in lessons:
        if until is not None and start > until and _length((until, start)) >= SHORTEST:
            found.append((until, start))
        until = max(until, end) if until else end
    return found


def _length(span: Span) -> timedelta:
    return datetime.combine(date.min, span[1]) - datetime.combine(date.min, span[0])
