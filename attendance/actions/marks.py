"""Change one mark."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import lock, write
from attendance.choices import Series, SessionSlot
from attendance.codes import Code, CodeSet, code_set
from attendance.coding import MarkPosition, why_not
from attendance.errors import BadMarks, NoRegister, NotAllowed, ReasonNeeded, RegisterProblem, TakenElsewhere
from attendance.queries.registers.positions import Row
from audit import record
from caseload.models import SiteMembership, Student, TeachingGroupMembership, TimetabledLesson
from core import wording


@dataclass(frozen=True)
class _At:
    """Where the mark stands, and what the site says about it."""

    site_id: int
    in_mis: bool
    register_minutes: int
    born: date | None


def amend_mark(
    *,
    by: Any,
    series: str,
    student_id: int,
    date: date,
    slot: int,
    code: str,
    minutes_late: int | None = None,
    note: str = "",
    reason: str = "",
) -> bool:
    """Change one student's mark, or take it away with an empty code; the mark before it, the reason and the name are kept.

    For whoever amends closed registers and reaches the student. Gives whether anything changed.
    """
    if not rules.may_amend_marks_of(by, student_id):
        raise NotAllowed("You can't change marks of this student.")
    at = _where(series, student_id, date, slot)
    if at.in_mis:
        raise TakenElsewhere("Registers of this site are taken in its MIS; change the mark there.")
    found = _code(
        by,
        code_set(series, at.site_id),
        code,
        student_id,
        MarkPosition(series, date, slot, True, at.born, False, at.register_minutes),
        minutes_late,
    )
    row = Row(
        student_id,
        date,
        slot,
        found.id if found else None,
        minutes_late if found and found.is_late else None,
        note.strip()[:200],
    )
    problem: RegisterProblem | None = None
    written = 0
    with transaction.atomic(savepoint=False):
        locked = lock(series, [(student_id, date, slot)])
        stands = locked.stands.get((student_id, date, slot))
        if stands is not None and stands.code_id is not None and row[3:] != stands.value and not reason.strip():
            problem = ReasonNeeded([student_id])
        else:
            written = write(locked, [row], by, reason.strip())
            if written:
                details = {"series": series, "date": date, "slot": slot, "code": code}
                record.record(by, choices.MARK_AMENDED, "student", student_id, details=details)
    if problem is not None:
        raise problem
    return bool(written)


def _where(series: str, student_id: int, day: date, slot: int) -> _At:
    """The site on whose roll the student was that day; raises NoRegister when there was none, or no such lesson."""
    fields = ("site_id", "site__registers_taken", "site__register_minutes")
    rolls = SiteMembership.objects.filter(student_id=student_id, period__contains=day)
    if series == Series.SESSION:
        if slot not in SessionSlot.values:
            raise NoRegister("A session is AM or PM.")
        rolls = rolls.filter(site__kind="school")
    else:
        lesson = TimetabledLesson.objects.filter(pk=slot, period__contains=day, time__weekday=day.weekday())
        group = lesson.values_list("group_id", "group__site_id").first()
        if (
            group is None
            or not TeachingGroupMembership.objects.filter(
                student_id=student_id, group_id=group[0], period__contains=day
            ).exists()
        ):
            raise NoRegister(f"The student had no such lesson on {wording.day(day)}.")
        rolls = rolls.filter(site_id=group[1])
    found = rolls.values_list(*fields).first()
    if found is None:
        raise NoRegister(f"The student was not on the roll on {wording.day(day)}.")
    born = Student.objects.values_list("date_of_birth", flat=True).get(pk=student_id)
    return _At(found[0], found[1] == "mis", found[2], born)


def _code(
    by: Any, codes: CodeSet, symbol: str, student_id: int, place: MarkPosition, minutes_late: int | None
) -> Code | None:
    if not symbol:
        return None
    code = codes.on(symbol, place.date)
    if code is None:
        raise BadMarks({student_id: f"There is no code “{symbol[:8]}” in force on {wording.day(place.date)}."})
    sentence = why_not(code, place, minutes_late if code.is_late else None)
    if sentence is None and not rules.may_set(code, officer=rules.may_authorise_for(by, [student_id])):
        sentence = f"{code.code} is set by the attendance officer."
    if sentence:
        raise BadMarks({student_id: sentence})
    return code
