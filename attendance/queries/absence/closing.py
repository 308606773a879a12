"""What closing a site, changing a closure or opening again would do to registers. The preview and the action share it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from attendance.choices import Series, StatClass
from attendance.closing import SESSION_CODE, lesson_code
from attendance.codes import code_set
from attendance.models import PlannedAbsence
from attendance.queries.absence.plan_marks import marks_of
from attendance.queries.absence.plan_survey import MODELS, SLOT, counted
from attendance.queries.registers.position_codes import Chosen
from attendance.queries.registers.positions import Row, StudentPlace, positions_of
from caseload.models import AcademicYear, Closure, Site, SiteMembership, Term
from caseload.queries.calendar import ONE_DAY, SiteCalendar
from caseload.registries.closures import ClosedDays

Key = tuple[int, date, int]


@dataclass
class Closing:
    """The places that get a code, the marks that go back to what they were, and what stands there.

    `gives_way` are marks to come that a planned absence wrote: nobody is absent from a session that is not held. Who is on
    a trip or at work is elsewhere all the same, so these stay when a site closes unexpectedly (`elsewhere`, among `stays`).
    """

    places: dict[str, list[StudentPlace]] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)
    own: dict[str, dict[Key, Row]] = field(default_factory=dict)
    fills: Counter[str] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    gives_way: dict[str, set[Key]] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)
    in_mis: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """“Sets Y4 for 56 sessions and C for 8 lessons; 12 marks are taken already.”"""
        parts = [f"{self.symbols[s]} for {counted(self.fills[s], s)}" for s in Series.values if self.fills[s]]
        stays = self.taken_count
        words = f"Sets {' and '.join(parts)}" if parts else "No code is set"
        taken = f"; {stays:,} {'mark is' if stays == 1 else 'marks are'} taken already" if stays else ""
        return f"{words}{taken}."

    @property
    def stay_count(self) -> int:
        """How many marks stand that the closure did not write."""
        return sum(self.stays.values())

    @property
    def taken_count(self) -> int:
        """How many of them were taken, and not only planned."""
        return self.stay_count - self.elsewhere_count

    @property
    def elsewhere_count(self) -> int:
        """How many of them are of trips, work experience and the like, still to come."""
        return sum(self.elsewhere.values())

    @property
    def way_count(self) -> int:
        """How many marks of planned absences give way to the closure."""
        return sum(len(keys) for keys in self.gives_way.values())

    @property
    def goes_back(self) -> int:
        """How many codes of the closure as it was are taken back."""
        kept = {series: {place.key for place in places} for series, places in self.places.items()}
        return sum(len(set(rows) - kept.get(series, set())) for series, rows in self.own.items())


def closing(before: ClosedDays | None, after: ClosedDays | None) -> Closing:
    """What becomes of the registers when a closure is set, changed or removed."""
    found = Closing(own=_own(before) if before else {})
    if after is None or after.kind not in SESSION_CODE:
        return found
    sites = _sites(after.site_id)
    found.in_mis = [site.name for site in sites if site.registers_taken == Site.Registers.MIS]
    here = [site for site in sites if site.registers_taken == Site.Registers.HERE]
    calendars = open_but_for(after.closure_id, [site.pk for site in here], after.starts_on, after.ends_on)
    days = {day for site in here for day in calendars[site.pk].between(after.starts_on, after.ends_on)}
    found.days = sorted(days)
    ids = _on_roll([site.pk for site in here], after)
    planned = _planned(ids, after)
    for series in Series.values:
        symbols = _symbols(series, after.kind, here)
        places = positions_of(series, ids, after.starts_on, after.ends_on, calendars=_Every(calendars))
        found.places[series] = [place for place in places if symbols.get(place.site_id)]
        found.chosen[series] = {
            (site, day): code
            for site, symbol in symbols.items()
            for day in days
            if (code := code_set(series, site).on(symbol, day)) is not None
        }
        found.places[series] = [
            place for place in found.places[series] if (place.site_id, place.date) in found.chosen[series]
        ]
        found.symbols[series] = " and ".join(sorted({symbol for symbol in symbols.values() if symbol}))
        _count(found, series, after.kind, planned.get(series, set()))
    return found


def open_but_for(
    closure_id: int | None, site_ids: Sequence[int], start: date, end: date
) -> dict[int | None, SiteCalendar]:
    """The calendars of sites as they would be without one closure, from the start of the academic year."""
    years = list(AcademicYear.objects.order_by("starts_on").values_list("starts_on", flat=True))
    first = max((begun for begun in years if begun <= start), default=start)
    inside = {"starts_on__lte": end, "ends_on__gte": first}
    taught = _weekdays(Term.objects.filter(**inside).values_list("starts_on", "ends_on"), first, end)
    others = Closure.objects.exclude(pk=closure_id or 0).filter(Q(site=None) | Q(site_id__in=site_ids), **inside)
    shut: dict[int | None, set[date]] = {}
    for site_id, starts_on, ends_on in others.values_list("site_id", "starts_on", "ends_on"):
        shut.setdefault(site_id, set()).update(_weekdays([(starts_on, ends_on)], first, end))
    return {
        site: SiteCalendar(site, tuple(sorted(taught - shut.get(None, set()) - shut.get(site, set()))), tuple(years))
        for site in site_ids
    }


def closures_in(year: AcademicYear, site_ids: Collection[int] | None) -> list[Closure]:
    """The closures of a year at some sites, and those of every site; without sites all of them."""
    rows = Closure.objects.select_related("site").filter(starts_on__lte=year.ends_on, ends_on__gte=year.starts_on)
    if site_ids is not None:
        rows = rows.filter(Q(site=None) | Q(site_id__in=site_ids))
    return list(rows.order_by("starts_on", "name"))


def overlapping(closure_id: int | None, site_id: int | None, start: date, end: date) -> Closure | None:
    """Another closure that closes the site on one of these days already."""
    rows = Closure.objects.exclude(pk=closure_id or 0).filter(starts_on__lte=end, ends_on__gte=start)
    if site_id is not None:
        rows = rows.filter(Q(site=None) | Q(site_id=site_id))
    return rows.select_related("site").order_by("starts_on").first()


class _Every(dict[int | None, SiteCalendar]):
    """Calendars of the sites that close; any other site of the same students has no day in them."""

    def __missing__(self, site: int | None) -> SiteCalendar:
        return SiteCalendar(site, (), ())


def _sites(site_id: int | None) -> list[Site]:
    return list(Site.objects.filter(pk=site_id) if site_id else Site.objects.order_by("pk"))


def _symbols(series: str, kind: str, sites: Sequence[Site]) -> dict[int, str]:
    if series == Series.SESSION:
        return {site.pk: SESSION_CODE[Closure.Kind(kind)] for site in sites}
    return {site.pk: lesson_code(kind, code_set(series, site.pk).codes) for site in sites}


def _on_roll(site_ids: Sequence[int], days: ClosedDays) -> list[int]:
    rows = SiteMembership.objects.filter(
        site_id__in=site_ids, period__overlap=(days.starts_on, days.ends_on + ONE_DAY), student__merged_into=None
    )
    return sorted(set(rows.values_list("student_id", flat=True)))


def _planned(ids: Sequence[int], days: ClosedDays) -> dict[str, set[Key]]:
    """The marks to come on these days that planned absences wrote, by series."""
    plans = PlannedAbsence.objects.filter(
        student_id__in=ids, withdrawn_at=None, starts_on__lte=days.ends_on, ends_on__gte=days.starts_on
    )
    return marks_of(list(plans.values_list("pk", flat=True)))


def _count(found: Closing, series: str, kind: str, planned: set[Key]) -> None:
    """How many places are filled, which planned marks give way, and at how many another mark stands and stays."""
    places = found.places[series]
    if not places:
        return
    days = [place.date for place in places]
    marks: Any = MODELS[series].objects.filter(date__range=(min(days), max(days)), code__isnull=False)
    rows = marks.values_list("student_id", "date", SLOT[Series(series)], "code__stat_class")
    standing = {(student, day, slot): stat_class for student, day, slot, stat_class in rows}
    stand = {place.key for place in places if place.key in standing} - set(found.own.get(series, {}))
    away = {key for key in stand & planned if standing[key] == StatClass.APPROVED}
    if kind != Closure.Kind.UNEXPECTED:
        away = set()
    found.gives_way[series] = (stand & planned) - away
    found.elsewhere[series] = len(away)
    found.stays[series] = len(stand - found.gives_way[series])
    found.fills[series] = len(places) - found.stays[series]


def _own(before: ClosedDays) -> dict[str, dict[Key, Row]]:
    """The marks that a closure wrote, each with what it goes back to: the mark it replaced, or none.

    A plan that was withdrawn while the site was closed does not come back.
    """
    found: dict[str, dict[Key, Row]] = {}
    site_ids = [site.pk for site in _sites(before.site_id)]
    values: Mapping[str, Any] = {
        "start": before.starts_on, "end": before.ends_on, "name": before.name, "sites": site_ids,
    }  # fmt: skip
    for series, table in ((Series.SESSION, "session"), (Series.LESSON, "lesson")):
        with connection.cursor() as cursor:
            cursor.execute(_WROTE.format(table=table), values)
            rows = [Row(row[0], row[1], row[2], row[3], row[4], row[5] or "") for row in cursor.fetchall()]
        found[series] = {(row.student_id, row.date, row.slot): row for row in rows}
    return found


def _weekdays(spans: Any, first: date, last: date) -> set[date]:
    days = set()
    for starts_on, ends_on in spans:
        day, stop = max(starts_on, first), min(ends_on, last)
        while day <= stop:
            if day.weekday() < 5:
                days.add(day)
            day += ONE_DAY
    return days


_WROTE = """
    SELECT m.student_id, m.date, m.slot::bigint,
        CASE WHEN gone.is_so THEN NULL ELSE h.previous_code_id END,
        CASE WHEN gone.is_so THEN NULL ELSE h.previous_minutes END,
        CASE WHEN gone.is_so THEN '' ELSE h.previous_note END
    FROM attendance_{table}mark AS m
    JOIN attendance_attendancecode AS c ON c.id = m.code_id AND (c.code IN ('Y4', '#') OR c.stat_class IN ('NP', 'ADM'))
    LEFT JOIN LATERAL (
        SELECT * FROM attendance_{table}markchange AS h
        WHERE h.student_id = m.student_id AND h.date = m.date AND h.slot = m.slot
            AND h.new_code_id = m.code_id AND h.previous_code_id IS DISTINCT FROM m.code_id
        ORDER BY h.id DESC LIMIT 1) AS h ON true
    LEFT JOIN attendance_attendancecode AS was ON was.id = h.previous_code_id
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM attendance_plannedabsence AS p
        WHERE p.student_id = m.student_id AND m.date BETWEEN p.starts_on AND p.ends_on
            AND p.{table}_code = was.code AND p.withdrawn_at >= h.changed_at) AS is_so) AS gone
    WHERE m.date BETWEEN %(start)s AND %(end)s AND m.note = %(name)s
        AND EXISTS (SELECT 1 FROM caseload_sitemembership AS r
            WHERE r.student_id = m.student_id AND r.site_id = ANY(%(sites)s) AND r.period @> m.date)
"""
