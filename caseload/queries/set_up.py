"""What is not set up for today, so that no page takes it for “nothing to do”; and what has to be set up for the year to come.

The rule of what is missing is told once, in SQL: `ANYTHING_MISSING` is read along with everybody's reach (see
`querysets.reach_of`), so that it costs nothing while nothing is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse

from caseload.models import AcademicYear, Caseload, House, SiteMembership, Student, TeachingGroup, Team, YearGroup
from caseload.querysets import MISSING_AT_SITE, anything_missing, reach_of
from caseload.rules.structure import MANAGE_STRUCTURE, managed_sites
from core import clock, wording
from core.pages.due import Item

JULY, SEPTEMBER = 7, 9
SITED: dict[str, Any] = {
    "caseload": Caseload,
    "year_group": YearGroup,
    "house": House,
    "teaching_group": TeachingGroup,
    "team": Team,
}


ROLLOVER = "caseload:rollover_list", "Prepare the rollover"
IMPORT = "exchange:import_list", "Import the groups"

# Whether a rollover could fill the groups of a site (s): there are students in its groups at the end of the year before.
ROLLOVER_HELPS = """
    EXISTS (SELECT FROM caseload_caseload AS g JOIN caseload_academicyear AS y ON y.id = g.year_id
        JOIN caseload_caseloadmembership AS m ON m.group_id = g.id AND m.period @> y.ends_on
        WHERE g.site_id = s.id AND y.start_year = %(start_year)s - 1)
"""


@dataclass(frozen=True)
class Missing:
    """One thing that is not set up: in words, where a data manager puts it right, and at which site; None is every site."""

    words: str
    url: str
    click: str
    site: int | None = None


def missing_for_today(user: Any) -> list[Missing]:
    """What is not set up for today at the sites of this person; of everybody for somebody who reaches nobody today.

    No query while nothing is missing anywhere, but for those without any reach.
    """
    if not anything_missing(user):
        return []
    calendar = _calendar_missing(clock.today())
    return ([calendar] if calendar else []) + _sites_missing(clock.today(), "today", _sites_of(user))


def of_student(missing: Iterable[Missing], student: Student) -> list[Missing]:
    """Those of them that concern this student: the calendar, and what the sites lack whose roll the student is on today.

    No query while nothing is missing.
    """
    found = list(missing)
    if not found:
        return []
    today = clock.today()
    sites = set(
        SiteMembership.objects.filter(student=student, period__contains=today).values_list("site_id", flat=True)
    )
    return [each for each in found if each.site is None or each.site in sites]


def may_mend(user: Any) -> bool:
    """Whether this person sets up the college, so that a page can offer the way."""
    return bool(user.has_perm(MANAGE_STRUCTURE))


def to_set_up(user: Any, limit: int) -> list[Item]:
    """What a data manager has to set up for the academic year that begins in September, or has begun: from 1 July until
    it is there. A fixed number of queries."""
    today = clock.today()
    start_year = today.year if today.month >= JULY else today.year - 1
    since = date(start_year, JULY, 1)
    year = AcademicYear.objects.filter(start_year=start_year).first()
    if year is None or not year.terms.exists():
        name = AcademicYear(start_year=start_year).name
        words = f"The academic year {name} is not in the calendar yet" if year is None else f"{name} has no terms yet"
        return [Item(words, since, reverse("caseload:calendar"), "Set up the calendar")]
    calendar = _calendar_missing(today)
    found = [calendar] if calendar else []
    found += _sites_missing(max(today, year.starts_on), f"in {year.name}", managed_sites(user))
    return [Item(row.words, since, row.url, row.click) for row in found][:limit]


def _calendar_missing(day: date) -> Missing | None:
    """That the day is in no academic year, or in one without terms."""
    year = AcademicYear.objects.filter(starts_on__lte=day, ends_on__gte=day).first()
    if year is not None and year.terms.exists():
        return None
    lacks = f"has no academic year for {wording.day(day)}" if year is None else f"has no terms for {year.name}"
    return Missing(f"The calendar {lacks}", reverse("caseload:calendar"), "Set up the calendar")


def _sites_missing(day: date, when: str, sites: Iterable[int] | None) -> list[Missing]:
    """What those sites lack on the day that have students on roll today. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, s.name, s.kind, f.no_groups, f.no_timetable, {ROLLOVER_HELPS} FROM caseload_site AS s"
            f" CROSS JOIN LATERAL ({MISSING_AT_SITE}) AS f WHERE f.no_groups OR f.no_timetable ORDER BY s.name",
            {"roll_on": clock.today(), "today": day, "start_year": day.year - (day.month < SEPTEMBER)},
        )
        rows = [row for row in cursor.fetchall() if sites is None or row[0] in set(sites)]
    found = []
    for site, name, kind, no_groups, no_timetable, rollover_helps in rows:
        if no_groups:
            words = f"No student of {name} is in a {'tutor group' if kind == 'school' else 'caseload or class'} {when}"
            url, click = ROLLOVER if rollover_helps else IMPORT
            found.append(Missing(words, reverse(url), click, site))
        if no_timetable:
            where = f"{reverse('caseload:group_list')}?kind=teaching_group"
            found.append(Missing(f"{name} has no timetable {when}", where, "See the classes", site))
    return found


def _sites_of(user: Any) -> set[int] | None:
    """The sites of what this person holds today; None is every site."""
    held: dict[str, list[int]] = {}
    for _, kind, container in reach_of(user):
        held.setdefault(kind, []).append(container)
    if not held or held.keys() & {"college", "course", "area"}:
        return None
    sites = set(held.get("site", []))
    for kind in held.keys() & SITED.keys():
        sites |= set(SITED[kind].objects.filter(pk__in=held[kind]).values_list("site_id", flat=True))
    return None if None in sites else sites
