"""What the calendar's pages show: a year in days, and what a change would do to them."""

from collections import Counter
from datetime import date
from typing import Any

from caseload.models import AcademicYear, Closure, Site, Term
from caseload.queries.calendar import ONE_DAY, SATURDAY, calendars_for

NEEDED_DAYS = 190


def year_overview(year: AcademicYear) -> dict[str, Any]:
    """Terms and closures of a year, and on how many days and sessions each site opens."""
    sites = list(Site.objects.order_by("name"))
    calendars = calendars_for([None, *(site.pk for site in sites)], year.starts_on, year.ends_on)
    terms = list(Term.objects.filter(year=year).order_by("starts_on"))
    closures = Closure.objects.select_related("site").filter(starts_on__lte=year.ends_on, ends_on__gte=year.starts_on)
    return {
        "terms": [
            {"term": term, "days": [len(calendars[site.pk].between(term.starts_on, term.ends_on)) for site in sites]}
            for term in terms
        ],
        "sites": [
            {"site": site, "days": (days := len(calendars[site.pk].days)), "short": days < NEEDED_DAYS}
            for site in sites
        ],
        "closures": list(closures.order_by("starts_on", "name")),
        "months": _months(year, calendars[None].days),
    }


def term_preview(term: Term | None, starts_on: date, ends_on: date) -> dict[str, Any]:
    """How many days these dates hold, and how many that is more or less than now."""
    days = _weekdays(starts_on, ends_on)
    before = _weekdays(term.starts_on, term.ends_on) if term else set()
    return {
        "words": f"{len(days)} weekdays, before closures.",
        "added": sorted(days - before) if term else [],
        "removed": sorted(before - days),
    }


def closure_preview(closure: Closure | None, site: Site | None, starts_on: date, ends_on: date) -> dict[str, Any]:
    """The school days that would fall away, and those that would come back, by site."""
    sites = [site] if site else list(Site.objects.order_by("name"))
    first = min(starts_on, closure.starts_on) if closure else starts_on
    last = max(ends_on, closure.ends_on) if closure else ends_on
    calendars = calendars_for([row.pk for row in sites], first, last)
    closed = _weekdays(starts_on, ends_on)
    removed = sorted({day for row in sites for day in calendars[row.pk].days if day in closed})
    reopened = sorted(_weekdays(closure.starts_on, closure.ends_on) - closed) if closure else []
    where = site.name if site else "every site"
    return {
        "words": f"{len(removed)} school {'day falls' if len(removed) == 1 else 'days fall'} away at {where}.",
        "removed": removed,
        "added": reopened,
    }


def _weekdays(start: date, end: date) -> set[date]:
    days, day = set(), start
    while day <= end:
        if day.weekday() < SATURDAY:
            days.add(day)
        day += ONE_DAY
    return days


def _months(year: AcademicYear, days: tuple[date, ...]) -> list[dict[str, Any]]:
    """How many open days each month has."""
    counted = Counter((day.year, day.month) for day in days)
    found, month = [], year.starts_on.replace(day=1)
    while month <= year.ends_on:
        found.append({"name": f"{month:%b}", "days": counted[month.year, month.month]})
        month = (month.replace(day=28) + 5 * ONE_DAY).replace(day=1)
    return found
