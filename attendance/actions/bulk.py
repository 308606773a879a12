"""One code for many: a trip, study leave, a planned absence, a closure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from attendance import choices, rules
from attendance.actions.writing import Row, lock, write
from attendance.choices import Series
from attendance.codes import Code, code_set
from attendance.coding import Place, why_not
from attendance.errors import BadMarks, NotAllowed, ReasonNeeded, TakenElsewhere
from audit import record
from caseload.models import Closure, Student
from caseload.queries.calendar import academic_year_on, calendars_for
from core import wording


@dataclass(frozen=True)
class _Place:
    """One session or lesson of one student in the dates asked for."""

    student_id: int
    date: date
    slot: int
    site_id: int
    in_mis: bool


def set_code_for_many(
    *,
    by: Any,
    series: str,
    student_ids: Sequence[int],
    start: date,
    end: date,
    code: str,
    slots: Sequence[int] | None = None,
    note: str = "",
    reason: str = "",
    replace: bool = False,
) -> int:
    """Set one code for many students on every session or lesson they have between two dates; gives how many were set.

    Fills registers in advance. Marks that stand already are left alone, unless `replace` with a reason. `slots` narrows it to
    AM or PM, or to certain lessons. For whoever authorises absence and reaches every one of the students.
    """
    ids = sorted(set(student_ids))
    if not rules.may_authorise_for(by, ids):
        raise NotAllowed("You can't set this code for all of these students.")
    if replace and not reason.strip():
        raise ReasonNeeded(ids)
    places = _places(series, ids, start, end, slots, code)
    chosen = _chosen(series, code, places, ids)
    with transaction.atomic(savepoint=False):
        locked = lock(series, [(place.student_id, place.date, place.slot) for place in places])
        rows = [
            Row(place.student_id, place.date, place.slot, chosen[place.site_id].id, None, note.strip()[:200])
            for place in places
            if replace
            or (found := locked.stands.get((place.student_id, place.date, place.slot))) is None
            or found.code_id is None
        ]
        written = write(locked, rows, by, reason.strip())
        details = {"series": series, "code": code, "start": start, "end": end, "students": len(ids), "marks": written}
        record.record(by, choices.CODE_SET_FOR_MANY, "students", "", details=details)
    return written


def _places(
    series: str, ids: Sequence[int], start: date, end: date, slots: Sequence[int] | None, code: str
) -> list[_Place]:
    if not ids or end < start:
        raise BadMarks({"dates": "The last day must not come before the first."})
    if (end - start).days > 366:
        raise BadMarks({"dates": "At most one year at a time."})
    with connection.cursor() as cursor:
        cursor.execute(
            _SESSIONS if series == Series.SESSION else _LESSONS, {"ids": list(ids), "start": start, "end": end}
        )
        rows = cursor.fetchall()
    year = academic_year_on(start)
    calendars = calendars_for({row[3] for row in rows}, year.starts_on if year else start, end)
    # A planned closure is coded on its own closed days; everything else only where there was a session.
    closed_too = series == Series.SESSION and code == "#"
    letters: dict[tuple[int, date], str] = {}
    found = []
    for student, day, slot, site, mis, week in rows:
        if slots is not None and slot not in slots:
            continue
        if not closed_too and not calendars[site].is_open(day):
            continue
        if week and week != letters.setdefault((site, day), calendars[site].week_letter(day)):
            continue
        found.append(_Place(student, day, slot, site, mis))
    if any(place.in_mis for place in found):
        raise TakenElsewhere("Registers of one of these sites are taken in its MIS; set the code there.")
    return found


def _chosen(series: str, symbol: str, places: Sequence[_Place], ids: Sequence[int]) -> dict[int, Code]:
    """The code at each site, checked for every student and day it would stand on."""
    sets = {site: code_set(series, site) for site in sorted({place.site_id for place in places})}
    born = dict(Student.objects.filter(pk__in=ids).values_list("pk", "date_of_birth"))
    closures = _planned(places)
    chosen: dict[int, Code] = {}
    problems: dict[int | str, str] = {}
    for place in places:
        code = sets[place.site_id].on(symbol, place.date)
        if code is None:
            problems[place.student_id] = f"There is no code “{symbol[:8]}” in force on {wording.day(place.date)}."
            continue
        chosen[place.site_id] = code
        planned = any(first <= place.date <= last and site in (None, place.site_id) for site, first, last in closures)
        at = Place(series, place.date, place.slot, True, born.get(place.student_id), planned)
        if sentence := why_not(code, at):
            problems[place.student_id] = sentence
    if problems:
        raise BadMarks(problems)
    return chosen


def _planned(places: Sequence[_Place]) -> list[tuple[int | None, date, date]]:
    if not places:
        return []
    days = [place.date for place in places]
    rows = Closure.objects.exclude(kind=Closure.Kind.UNEXPECTED).filter(
        starts_on__lte=max(days), ends_on__gte=min(days)
    )
    return list(rows.values_list("site_id", "starts_on", "ends_on"))


_SESSIONS = """
    SELECT r.student_id, d::date, slot, r.site_id, s.registers_taken = 'mis', ''
    FROM caseload_sitemembership AS r
    JOIN caseload_site AS s ON s.id = r.site_id AND s.kind = 'school'
    CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 day') AS d
    CROSS JOIN (VALUES (1), (2)) AS v (slot)
    WHERE r.student_id = ANY(%(ids)s) AND r.period @> d::date AND extract(isodow FROM d) < 6
    ORDER BY 1, 2, 3
"""
_LESSONS = """
    SELECT r.student_id, d::date, l.id, g.site_id, s.registers_taken = 'mis', t.week
    FROM caseload_teachinggroupmembership AS r
    JOIN caseload_teachinggroup AS g ON g.id = r.group_id
    JOIN caseload_site AS s ON s.id = g.site_id
    JOIN caseload_timetabledlesson AS l ON l.group_id = r.group_id
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 day') AS d
    WHERE r.student_id = ANY(%(ids)s) AND r.period @> d::date AND l.period @> d::date
        AND extract(isodow FROM d) - 1 = t.weekday AND (g.ended_on IS NULL OR g.ended_on > d::date)
        AND EXISTS (SELECT 1 FROM caseload_sitemembership AS o
            WHERE o.student_id = r.student_id AND o.site_id = g.site_id AND o.period @> d::date)
    ORDER BY 1, 2, 3
"""
