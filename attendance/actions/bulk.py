"""One code for many: a trip, study leave, a planned absence, a closure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import Locked, lock, write
from attendance.choices import Series
from attendance.errors import BadMarks, NotAllowed, ReasonNeeded, TakenElsewhere
from attendance.queries.registers.position_codes import Chosen, codes_for
from attendance.queries.registers.positions import Row, StudentPlace, positions_of
from audit import record


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


def _places(
    series: str, ids: Sequence[int], start: date, end: date, slots: Sequence[int] | None, code: str
) -> list[StudentPlace]:
    if not ids or end < start:
        raise BadMarks({"dates": "The last day must not come before the first."})
    if (end - start).days > 366:
        raise BadMarks({"dates": "At most one year at a time."})
    # A planned closure is coded on its own closed days; everything else only where there was a session.
    closed_too = series == Series.SESSION and code == "#"
    found = positions_of(series, ids, start, end, every_weekday=closed_too)
    found = [place for place in found if slots is None or place.slot in slots]
    if any(place.in_mis for place in found):
        raise TakenElsewhere("Registers of one of these sites are taken in its MIS; set the code there.")
    return found
