"""One code for many: a trip, study leave, a planned absence, a closure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import Locked, Row, lock, write
from attendance.choices import Series
from attendance.codes import Code, code_set
from attendance.coding import Place, why_not
from attendance.errors import BadMarks, NotAllowed, ReasonNeeded, TakenElsewhere
from attendance.queries.places import StudentPlace, places_of
from audit import record
from caseload.models import Closure, Student
from core import wording

Chosen = Mapping[tuple[int, date], Code]


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
    chosen, problems = codes_for(series, code, places)
    if problems:
        raise BadMarks(problems)
    with transaction.atomic(savepoint=False):
        locked = lock(series, [place.key for place in places])
        written = fill(locked, places, chosen, by, note=note, reason=reason, replace=replace)
        details = {"series": series, "code": code, "start": start, "end": end, "students": len(ids), "marks": written}
        record.record(by, choices.CODE_SET_FOR_MANY, "students", "", details=details)
    return written


def fill(
    locked: Locked,
    places: Sequence[StudentPlace],
    chosen: Chosen,
    by: Any,
    *,
    note: str = "",
    reason: str = "",
    replace: bool = False,
) -> int:
    """Write the code chosen for each place that has no mark yet; with `replace` for every place. The weeks are locked already."""
    rows = [
        Row(*place.key, chosen[place.site_id, place.date].id, None, note.strip()[:200])
        for place in places
        if replace or (found := locked.stands.get(place.key)) is None or found.code_id is None
    ]
    return write(locked, rows, by, reason.strip())


def codes_for(
    series: str, symbol: str, places: Sequence[StudentPlace]
) -> tuple[dict[tuple[int, date], Code], dict[int | str, str]]:
    """The code that a symbol means at each site and day, and why it can't stand, by student (facts 1.4)."""
    sets = {site: code_set(series, site) for site in sorted({place.site_id for place in places})}
    ids = {place.student_id for place in places}
    born = dict(Student.objects.filter(pk__in=ids).values_list("pk", "date_of_birth"))
    closures = _planned(places)
    chosen: dict[tuple[int, date], Code] = {}
    problems: dict[int | str, str] = {}
    for place in places:
        code = sets[place.site_id].on(symbol, place.date)
        if code is None:
            problems[place.student_id] = f"There is no code “{symbol[:8]}” in force on {wording.day(place.date)}."
            continue
        chosen[place.site_id, place.date] = code
        planned = any(first <= place.date <= last and site in (None, place.site_id) for site, first, last in closures)
        at = Place(series, place.date, place.slot, True, born.get(place.student_id), planned)
        if sentence := why_not(code, at):
            problems[place.student_id] = sentence
    return chosen, problems


def _places(
    series: str, ids: Sequence[int], start: date, end: date, slots: Sequence[int] | None, code: str
) -> list[StudentPlace]:
    if not ids or end < start:
        raise BadMarks({"dates": "The last day must not come before the first."})
    if (end - start).days > 366:
        raise BadMarks({"dates": "At most one year at a time."})
    # A planned closure is coded on its own closed days; everything else only where there was a session.
    closed_too = series == Series.SESSION and code == "#"
    found = places_of(series, ids, start, end, every_weekday=closed_too)
    found = [place for place in found if slots is None or place.slot in slots]
    if any(place.in_mis for place in found):
        raise TakenElsewhere("Registers of one of these sites are taken in its MIS; set the code there.")
    return found


def _planned(places: Sequence[StudentPlace]) -> list[tuple[int | None, date, date]]:
    if not places:
        return []
    days = [place.date for place in places]
    rows = Closure.objects.exclude(kind=Closure.Kind.UNEXPECTED).filter(
        starts_on__lte=max(days), ends_on__gte=min(days)
    )
    return list(rows.values_list("site_id", "starts_on", "ends_on"))
