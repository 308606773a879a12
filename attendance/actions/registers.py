"""Take a register, or change one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction

from attendance import choices, rules
from attendance.actions.writing import Locked, Row, Standing, lock, write
from attendance.choices import Series
from attendance.codes import Code, CodeSet, code_set
from attendance.coding import Place, why_not
from attendance.errors import (
    BadMarks,
    ChangedMeanwhile,
    Clash,
    NotAllowed,
    NotYet,
    ReasonNeeded,
    RegisterProblem,
    TakenElsewhere,
)
from attendance.queries.planned import planned_for
from attendance.queries.registers import Member, members_of
from attendance.sittings import Sitting
from audit import record
from core import clock
from core.actors import SystemActor


class Seen(NamedTuple):
    """A mark as its writer saw it when the page was opened; version 0 is no mark at all."""

    version: int
    code: str = ""
    minutes_late: int | None = None
    note: str = ""


@dataclass(frozen=True)
class NewMark:
    """What somebody wants a student's mark to be; an empty code is no mark. `seen` guards against overwriting unseen changes."""

    student_id: int
    code: str
    minutes_late: int | None = None
    note: str = ""
    seen: Seen | None = None


@dataclass(frozen=True)
class Saved:
    """What came of saving a register."""

    register_id: int
    first_taken: bool
    written: int
    unmarked: int


@dataclass(frozen=True)
class _Plan:
    """Everything known before the first row is locked."""

    sitting: Sitting
    by: Any
    codes: CodeSet
    members: Mapping[int, Member]
    wanted: Mapping[int, tuple[NewMark, Row]]
    reason: str


def mark_register(*, by: Any, register: Sitting, marks: Sequence[NewMark], reason: str = "") -> Saved:
    """Save a register: who was there, late or absent. Students on it without a mark stay blank and are counted as unmarked.

    Saves all or nothing. What somebody else changed meanwhile is never overwritten unseen; after closing, marks that
    stood change only with a reason. Each change keeps the mark before it, the summary follows, and it is audited.
    """
    _check(by, register)
    plan = _plan(by, register, marks, reason)
    problem: RegisterProblem | None = None
    with transaction.atomic(savepoint=False):
        locked = lock(register.series, [(student, register.date, register.slot) for student in plan.members])
        rows, problem = _to_write(plan, locked.stands)
        if problem is None:
            saved = _save(plan, rows, locked)
            _record(plan, saved)
    if problem is not None:
        raise problem
    return saved


def _check(by: Any, sitting: Sitting) -> None:
    if not rules.may_take_register(by, sitting):
        raise NotAllowed("You do not take this register.")
    if sitting.in_mis:
        raise TakenElsewhere(f"Registers of {sitting.site_name} are taken in its MIS; marks come in from there.")
    if sitting.date > clock.today():
        raise NotYet("A register can be taken from the morning of its day.")


def _plan(by: Any, sitting: Sitting, marks: Sequence[NewMark], reason: str) -> _Plan:
    """Check every mark against the register, the codes and the rules of facts 1.4, before anything is locked."""
    members = {member.id: member for member in members_of(sitting)}
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
    return _Plan(sitting, by, codes, members, wanted, reason.strip())


def _fault(mark: NewMark, code: Code | None, codes: CodeSet, sitting: Sitting, member: Member) -> str | None:
    if len(mark.note) > 200:
        return "A note has at most 200 characters."
    if not mark.code:
        return None
    if code is None:
        known = codes.ever(mark.code)
        if known is None:
            return f"There is no code “{mark.code[:8]}” here."
        return why_not(known, Place(sitting.series, sitting.date, sitting.slot))
    minutes = mark.minutes_late if code.is_late else None
    return why_not(code, place_of(sitting, member), minutes)


def place_of(sitting: Sitting, member: Member) -> Place:
    """Where a mark of this register stands, for the rules on codes."""
    return Place(
        sitting.series, sitting.date, sitting.slot, born=member.born, register_minutes=sitting.register_minutes
    )


def _row(mark: NewMark, code: Code | None, sitting: Sitting) -> Row:
    minutes = mark.minutes_late if code and code.is_late else None
    return Row(mark.student_id, sitting.date, sitting.slot, code.id if code else None, minutes, mark.note.strip())


def _to_write(
    plan: _Plan, current: Mapping[tuple[int, Any, int], Standing]
) -> tuple[list[Row], RegisterProblem | None]:
    """What must be written, given what stands; or what is in the way."""
    rows: list[Row] = []
    clashes: list[Clash] = []
    changed: list[int] = []
    taken_away = False
    for student in plan.members:
        stands = current.get((student, plan.sitting.date, plan.sitting.slot))
        entry = plan.wanted.get(student)
        if entry is None:
            if stands is None:
                rows.append(Row(student, plan.sitting.date, plan.sitting.slot, None))
            continue
        mark, row = entry
        if stands is not None and row[3:] == stands.value:
            continue
        if mark.seen is not None and mark.seen.version != (stands.version if stands else 0):
            if _untouched(mark):
                continue
            if stands is not None:
                clashes.append(_clash(student, stands, plan.codes))
                continue
        rows.append(row)
        if stands is not None and stands.code_id is not None and row[3:5] != stands.value[:2]:
            changed.append(student)
            taken_away |= row.code_id is None
    if clashes:
        return [], ChangedMeanwhile(_with_names(clashes, current, plan.sitting))
    return rows, _closed_in_the_way(plan, changed, taken_away) or _officers_only(plan, rows)


def _untouched(mark: NewMark) -> bool:
    """Whether the writer left this row as they saw it."""
    return mark.seen is not None and (mark.code, mark.minutes_late, mark.note.strip()) == mark.seen[1:]


def _closed_in_the_way(plan: _Plan, changed: list[int], taken_away: bool) -> RegisterProblem | None:
    if not changed or not (plan.sitting.has_closed or taken_away):
        return None
    if plan.sitting.has_closed and not rules.may_change_closed(plan.by, plan.sitting):
        return NotAllowed("The day of this register is over; the attendance officer can change it.")
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


def _clash(student: int, stands: Standing, codes: CodeSet) -> Clash:
    code = codes.by_id.get(stands.code_id or 0)
    return Clash(
        student, code.code if code else "", stands.minutes_late, stands.note, stands.version, "", stands.marked_at
    )


def _with_names(
    clashes: list[Clash], current: Mapping[tuple[int, Any, int], Standing], sitting: Sitting
) -> list[Clash]:
    """Who made the other marks, read only when there is a clash to show."""
    from dataclasses import replace

    from accounts.models import User

    who = {clash.student_id: current[clash.student_id, sitting.date, sitting.slot].marked_by_id for clash in clashes}
    names = {
        user.pk: user.formal_name for user in User.objects.filter(pk__in=[number for number in who.values() if number])
    }
    return [replace(clash, marked_by=names.get(who[clash.student_id] or 0, "Waymark")) for clash in clashes]


def _save(plan: _Plan, rows: list[Row], locked: Locked) -> Saved:
    sitting = plan.sitting
    written = write(locked, rows, plan.by, plan.reason)
    register_id, first = _note_taken(sitting, plan.by, changed=bool(rows))
    after = {key[0]: stands.code_id for key, stands in locked.stands.items()} | {
        row.student_id: row.code_id for row in rows
    }
    return Saved(register_id, first, written, sum(1 for student in plan.members if after.get(student) is None))


def _note_taken(sitting: Sitting, by: Any, *, changed: bool) -> tuple[int, bool]:
    """Record that the register was taken, or saved again; gives its number and whether this was the first time."""
    person, now = (None if isinstance(by, SystemActor) else by.pk), clock.now()
    session = sitting.series == Series.SESSION
    thing = (sitting.group_id, None, sitting.slot) if session else (None, sitting.slot, None)
    inferred = (
        "date, caseload_id, slot) WHERE series = 'session'" if session else "date, lesson_id) WHERE series = 'lesson'"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO attendance_register AS r (series, caseload_id, lesson_id, slot, date, taken_by_id, taken_at, saved_by_id,"
            " saved_at, closed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            f" ON CONFLICT ({inferred} DO UPDATE SET saved_by_id = CASE WHEN %s THEN EXCLUDED.saved_by_id ELSE r.saved_by_id END,"
            " saved_at = CASE WHEN %s THEN EXCLUDED.saved_at ELSE r.saved_at END RETURNING id, xmax = 0",
            [sitting.series, *thing, sitting.date, person, now, person, now, sitting.closes_at, changed, changed],
        )
        number, first = cursor.fetchone()
    return number, first


def _record(plan: _Plan, saved: Saved) -> None:
    """A second press that changes nothing leaves no trace."""
    if not saved.written and not saved.first_taken:
        return
    verb = choices.REGISTER_TAKEN if saved.first_taken else choices.REGISTER_CHANGED
    details = {"series": plan.sitting.series, "date": plan.sitting.date, "slot": plan.sitting.slot}
    details |= {"group": plan.sitting.group_id, "marks": saved.written, "unmarked": saved.unmarked}
    record.record(plan.by, verb, "register", saved.register_id, details=details)
