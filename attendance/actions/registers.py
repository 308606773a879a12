"""Take a register, or change one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from attendance import rules
from attendance.actions.writing import OnRegister, Standing, lock, read_register, write_register
from attendance.choices import Series
from attendance.codes import Code, CodeSet, all_codes, code_set
from attendance.coding import MarkPosition, why_not
from attendance.errors import (
    DAY_OVER,
    BadMarks,
    BlanksLeft,
    ChangedMeanwhile,
    Clash,
    NotAllowed,
    NotYet,
    ReasonNeeded,
    RegisterProblem,
    TakenElsewhere,
)
from attendance.merging import Said, Seen, merged
from attendance.models import LessonMark, SessionMark
from attendance.queries.absence.planned import planned_for
from attendance.queries.registers.positions import Row
from attendance.sittings import Sitting
from core import clock


@dataclass(frozen=True)
class NewMark:
    """What somebody wants a student's mark to be; an empty code is no mark. `seen` guards against overwriting unseen changes,
    and `filled` is the code that the page itself had put there, because it was planned."""

    student_id: int
    code: str
    minutes_late: int | None = None
    note: str = ""
    seen: Seen | None = None
    filled: str = ""

    @property
    def said(self) -> Said:
        """What it says."""
        return Said(self.code, self.minutes_late, self.note.strip())


@dataclass(frozen=True)
class Saved:
    """What came of saving a register."""

    register_id: int
    first_taken: bool
    written: int
    unmarked: int


@dataclass(frozen=True)
class _Plan:
    """What is wanted, checked against everything but the marks that stand."""

    sitting: Sitting
    by: Any
    codes: CodeSet
    members: Collection[int]
    wanted: Mapping[int, tuple[NewMark, Row]]
    reason: str
    asked: Collection[int] | None = None  # nothing: blanks are not asked about


def mark_register(
    *,
    by: Any,
    register: Sitting,
    marks: Sequence[NewMark],
    reason: str = "",
    read: OnRegister | None = None,
    asked: Collection[int] | None = None,
) -> Saved:
    """Save a register: who was there, late or absent. Students on it without a mark stay blank and are counted as unmarked.

    Saves all or nothing. What a colleague saved since the page was opened is never overwritten unseen, and rows left alone
    take it; after closing, marks that stood change only with a reason. Each change keeps the mark before it, the summary follows, and it is audited.
    A page that has read the register already hands that on in `read`; marks that changed since are found. With `asked`, the
    students about whom the page has asked, one who would be saved without a mark for the first time stops the saving.
    """
    _check(by, register)
    problem: RegisterProblem | None = None
    with transaction.atomic(savepoint=False):
        try:
            saved = _save(by, register, marks, reason, read or read_register(register), asked)
        except RegisterProblem as stopped:  # nothing is written yet, and whoever holds the transaction may go on in it
            problem = stopped
    if problem is not None:
        raise problem
    return saved


def _save(
    by: Any, sitting: Sitting, marks: Sequence[NewMark], reason: str, read: OnRegister, asked: Collection[int] | None
) -> Saved:
    plan = replace(_plan(by, sitting, read.born, marks, reason), asked=asked)
    saved = _write(plan, read.stands)
    if saved is None:
        # Somebody changed one of these marks since they were read: look again at what can't change any more.
        locked = lock(sitting.series, [(student, sitting.date, sitting.slot) for student in read.born])
        saved = _write(plan, {student: standing for (student, _, _), standing in locked.stands.items()})
        assert saved is not None, "A locked register changed."
    return saved


def _write(plan: _Plan, stands: Mapping[int, Standing]) -> Saved | None:
    """Write what must be written, given what stands; nothing when that is no longer so."""
    rows = _to_write(plan, stands)
    after = {student: standing.code_id for student, standing in stands.items()}
    after |= {row.student_id: row.code_id for row in rows}
    blank = [student for student in plan.members if after.get(student) is None]
    # A blank that stands was saved as one before, and is known.
    if plan.asked is not None and (left := [one for one in blank if one not in stands and one not in plan.asked]):
        raise BlanksLeft(left)
    unmarked = len(blank)
    taken = write_register(plan.sitting, rows, stands, plan.by, plan.reason, unmarked)
    return Saved(taken.register_id, taken.first, taken.written, unmarked) if taken else None


def _check(by: Any, sitting: Sitting) -> None:
    if not rules.may_take_register(by, sitting):
        raise NotAllowed("You do not take this register.")
    if sitting.in_mis:
        raise TakenElsewhere(f"Registers of {sitting.site_name} are taken in its MIS; marks come in from there.")
    if sitting.date > clock.today():
        raise NotYet("A register can be taken from the morning of its day.")


def _plan(
    by: Any, sitting: Sitting, members: Mapping[int, date | None], marks: Sequence[NewMark], reason: str
) -> _Plan:
    """Check every mark against the register, the codes and the rules of facts 1.4, before anything is locked."""
    codes = code_set(sitting.series, sitting.site_id)
    problems: dict[int | str, str] = {}
    wanted: dict[int, tuple[NewMark, Row]] = {}
    for mark in marks:
        if mark.student_id in wanted:
            problems[mark.student_id] = "This student stands twice in what was sent."
        elif mark.student_id not in members:
            problems[mark.student_id] = f"Not on the register of {sitting.group_name} on this day."
        else:
            code = codes.on(mark.code, sitting.date) if mark.code else None
            sentence = _fault(mark, code, codes, sitting, members[mark.student_id])
            if sentence:
                problems[mark.student_id] = sentence
            else:
                wanted[mark.student_id] = (mark, _row(mark, code, sitting))
    if problems:
        raise BadMarks(problems)
    return _Plan(sitting, by, codes, list(members), wanted, reason.strip())


def _fault(mark: NewMark, code: Code | None, codes: CodeSet, sitting: Sitting, born: date | None) -> str | None:
    if len(mark.note) > 200:
        return "A note has at most 200 characters."
    if not mark.code:
        return None
    if code is None:
        known = codes.ever(mark.code)
        if known is None:
            return f"There is no code “{mark.code[:8]}” here."
        return why_not(known, MarkPosition(sitting.series, sitting.date, sitting.slot))
    minutes = mark.minutes_late if code.is_late else None
    place = MarkPosition(
        sitting.series, sitting.date, sitting.slot, born=born, register_minutes=sitting.register_minutes
    )
    return why_not(code, place, minutes)


def _row(mark: NewMark, code: Code | None, sitting: Sitting) -> Row:
    minutes = mark.minutes_late if code and code.is_late else None
    return Row(mark.student_id, sitting.date, sitting.slot, code.id if code else None, minutes, mark.note.strip())


def _to_write(plan: _Plan, stands: Mapping[int, Standing]) -> list[Row]:
    """What must be written, given what stands; raises what is in the way."""
    rows: list[Row] = []
    clashes: list[int] = []
    changed: list[int] = []
    taken_away = False
    for student in plan.members:
        standing = stands.get(student)
        entry = plan.wanted.get(student)
        if entry is None:
            if standing is None:
                rows.append(Row(student, plan.sitting.date, plan.sitting.slot, None))
            continue
        mark, row = entry
        if standing is not None and mark.seen is not None and mark.seen.version != standing.version:
            row, is_clash = _beside(plan, mark, mark.seen, standing)
            if is_clash:
                clashes.append(student)
                continue
        if standing is not None and row[3:] == standing.value:
            continue
        rows.append(row)
        if standing is not None and standing.code_id is not None and row[3:5] != standing.value[:2]:
            changed.append(student)
            taken_away |= row.code_id is None
    if clashes:
        raise ChangedMeanwhile(_clashes(plan, clashes))
    if problem := _closed_in_the_way(plan, changed, taken_away) or _officers_only(plan, rows):
        raise problem
    return rows


def _beside(plan: _Plan, mark: NewMark, seen: Seen, standing: Standing) -> tuple[Row, bool]:
    """What is to be written beside a colleague's mark of the same student, and whether both entered different ones."""
    code = all_codes().get(standing.code_id or 0)
    theirs = Said(code.code if code else "", standing.minutes_late, standing.note)
    found = merged(seen.said, mark.said, theirs, mark.filled)
    date, slot = plan.sitting.date, plan.sitting.slot
    if found.said[:2] == theirs[:2]:  # their code by its number, which may be one that is no longer in force
        return Row(
            mark.student_id, date, slot, standing.code_id, standing.minutes_late, found.said.note
        ), found.is_clash
    return plan.wanted[mark.student_id][1]._replace(note=found.said.note), found.is_clash


def _closed_in_the_way(plan: _Plan, changed: list[int], taken_away: bool) -> RegisterProblem | None:
    if not changed or not (plan.sitting.has_closed or taken_away):
        return None
    if plan.sitting.has_closed and not rules.may_change_closed(plan.by, plan.sitting):
        return NotAllowed(DAY_OVER)
    return None if plan.reason else ReasonNeeded(changed)


def _officers_only(plan: _Plan, rows: list[Row]) -> RegisterProblem | None:
    """Codes that authorise absence are the attendance officer's; asked only when one is to be written.

    A code that was planned for the student is somebody's decision already: whoever takes the register may save it.
    """
    special = [row for row in rows if row.code_id and not rules.may_set(plan.codes.by_id[row.code_id], officer=False)]
    if not special or rules.may_set_every_code(plan.by, plan.sitting):
        return None
    planned = planned_for(plan.sitting, [row.student_id for row in special])
    codes = {student: each.code for student, each in planned.items()}
    special = [row for row in special if plan.codes.by_id[row.code_id or 0].code != codes.get(row.student_id)]
    if not special:
        return None
    return BadMarks(
        {
            row.student_id: f"{plan.codes.by_id[row.code_id or 0].code} is set by the attendance officer."
            for row in special
        }
    )


def _clashes(plan: _Plan, students: list[int]) -> list[Clash]:
    """The marks that stand instead, by whom and since when; read only when there is a clash to show."""
    sitting = plan.sitting
    model, slot = (SessionMark, "slot") if sitting.series == Series.SESSION else (LessonMark, "lesson_id")
    rows = model.objects.select_related("marked_by").filter(
        student_id__in=students, date=sitting.date, **{slot: sitting.slot}
    )
    found = {row.student_id: row for row in rows}
    return [_clash(found[student]) for student in students]


def _clash(mark: Any) -> Clash:
    code = all_codes().get(mark.code_id)
    who = mark.marked_by.formal_name if mark.marked_by else "Waymark"
    return Clash(
        mark.student_id, code.code if code else "", mark.minutes_late, mark.note, mark.version, who, mark.marked_at
    )
