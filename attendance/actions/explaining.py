"""Absences without a reason: write down a call home, and set the reason once it is known, or that it never was."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import lock, write
from attendance.choices import Series
from attendance.errors import BadMarks, NotAllowed, TakenElsewhere
from attendance.queries.absence.first_day import REACHED, MarkAt, is_no_reason, no_reason_ids, sites_of_marks
from attendance.queries.registers.position_codes import codes_for
from attendance.queries.registers.positions import Row, StudentPlace
from audit import record
from caseload.actions.contacts import log_contact
from caseload.models import Contact, Student
from core import clock

NEVER_FOUND = "O"
OUTCOMES = (REACHED, "Left a message", "No answer", "Wrong number")


def record_call(
    *,
    by: Any,
    student: Student,
    contact: Contact | None,
    outcome: str,
    said: str = "",
    codes: Mapping[str, str] | None = None,
    marks: Sequence[MarkAt] = (),
    key: UUID | None = None,
) -> int:
    """Write a call home into the contact log and, with a code, set the reason of today's marks. Gives the marks changed.

    All or nothing. The same `key` twice is one entry. For whoever logs contacts of the student; a code for whoever
    authorises absence. Raises NotToBeContacted for a person who must not be rung.
    """
    with transaction.atomic():
        changed = 0
        if codes and marks:
            # What was said is for those who read contacts; everybody who sees the mark reads its reason.
            changed = set_reason(by=by, marks=marks, codes=codes, reason=f"First-day call: {outcome.lower()}")
        log_contact(
            by,
            student,
            contact=contact,
            key=key,
            channel="call",
            direction="out",
            at=clock.now(),
            summary=f"Absent today: {outcome.lower()}",
            note=said.strip(),
            outcome=outcome,
        )
    return changed


def set_reason(*, by: Any, marks: Sequence[MarkAt], codes: Mapping[str, str], reason: str) -> int:
    """Set the code of absences that stand without a reason, by series; gives how many changed.

    A mark that has a reason by now is left alone: somebody else was quicker. The mark before it, why, who and when are kept.
    For whoever authorises absence and amends closed registers, for every one of the students.
    """
    ids = sorted({mark.student_id for mark in marks})
    if not marks:
        raise BadMarks({"marks": "Tick at least one absence."})
    if not rules.may_authorise_for(by, ids) or not _may_amend(by, ids):
        raise NotAllowed("You can't set the reason for all of these students.")
    if not reason.strip():
        raise BadMarks({"reason": "Say how the reason is known, or what was tried. It is kept with the mark."})
    places = _places(marks)
    chosen = {series: _codes(series, codes.get(series, ""), found) for series, found in places.items()}
    changed = 0
    with transaction.atomic():
        for series, found in places.items():
            changed += _write(by, series, found, chosen[series], reason.strip())
        if changed:
            details = {"codes": dict(codes), "students": len(ids), "marks": changed}
            record.record(by, choices.REASONS_SET, "students", "", details=details)
    return changed


def _may_amend(by: Any, ids: Sequence[int]) -> bool:
    return Student.objects.visible_to(by, rules.AMEND).filter(pk__in=ids).count() == len(ids)


def _places(marks: Sequence[MarkAt]) -> dict[str, list[StudentPlace]]:
    """Where the marks stand by series, sessions first; raises TakenElsewhere when one of them is the MIS's."""
    sites = sites_of_marks(marks)
    if any(mis for _, mis in sites.values()):
        raise TakenElsewhere("Registers of one of these sites are taken in its MIS; set the reason there.")
    found: dict[str, list[StudentPlace]] = {}
    for series in Series:
        own = sorted(mark for mark in sites if mark.series == series)
        if own:
            found[series] = [
                StudentPlace(mark.student_id, mark.date, mark.slot, sites[mark][0], False, time.min, "") for mark in own
            ]
    return found


def _codes(series: str, symbol: str, places: Sequence[StudentPlace]) -> dict[Any, Any]:
    if not symbol:
        words = "lessons" if series == Series.LESSON else "sessions"
        raise BadMarks({"code": f"Choose the reason for the {words}."})
    chosen, problems = codes_for(series, symbol, places)
    if problems:
        raise BadMarks(problems)
    if any(is_no_reason(code) for code in chosen.values()):
        raise BadMarks({"code": f"{symbol} says that no reason is known. Choose a reason."})
    return chosen


def _write(by: Any, series: str, places: Sequence[StudentPlace], chosen: Mapping[Any, Any], reason: str) -> int:
    locked = lock(series, [place.key for place in places])
    open_codes = set(no_reason_ids(series))
    rows = [
        Row(*place.key, chosen[place.site_id, place.date].id, None, stands.note)
        for place in places
        if (stands := locked.stands.get(place.key)) is not None and stands.code_id in open_codes
    ]
    return write(locked, rows, by, reason)
