"""Plan absence, change the dates of a plan, withdraw it.

Sessions are locked before lessons, and all weeks of the old and the new dates of a series in one call, so that two people
who plan and withdraw for the same students never wait for each other in a circle (see `writing`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import Locked, lock, write
from attendance.choices import Series
from attendance.errors import AlreadyWithdrawn, CannotPlan, NotAllowed, ReasonNeeded
from attendance.models import PlannedAbsence
from attendance.planning import Wanted
from attendance.queries.absence.plan_marks import marks_of
from attendance.queries.absence.plan_survey import Key, Survey, overlaps, survey
from attendance.queries.registers.positions import Row, StudentPlace
from audit import record
from core import clock

IN_ORDER = (Series.SESSION, Series.LESSON)
Places = Mapping[str, Sequence[StudentPlace]]


def plan_absence(
    *, by: Any, student_ids: Iterable[int], wanted: Wanted, together: bool = False, leave_out: bool = False
) -> list[PlannedAbsence]:
    """Plan an absence for one or many students and fill their registers; marks that stand already stay.

    `together` keeps the rows as one batch, withdrawn as one. With `leave_out` the students for whom it can't be are left
    out; otherwise one of them stops it for all. For whoever authorises absence and reaches every one of them.
    """
    ids = sorted(set(student_ids))
    if not ids or not rules.may_authorise_for(by, ids):
        raise NotAllowed("You can't plan absence for all of these students.")
    found = survey(ids, wanted)
    _possible_or_raise(found, leave_out)
    return _carry_out(by, found, batch=uuid4() if together else None)


def change_plan(*, by: Any, plan: PlannedAbsence, wanted: Wanted, reason: str) -> PlannedAbsence:
    """Withdraw a plan and put another in its place: marks to come follow, marks already taken stay. Gives the new plan."""
    _allowed_with_reason(by, [plan.student_id], reason)
    found = survey([plan.student_id], wanted, [plan])
    _possible_or_raise(found)
    return _carry_out(by, found, old=[plan], reason=reason)[0]


def withdraw_plans(*, by: Any, plans: Sequence[PlannedAbsence], reason: str) -> int:
    """Withdraw plans: the marks to come that they wrote are taken away with the reason, marks already taken stay.

    Gives how many marks were taken away. Raises AlreadyWithdrawn when somebody else was first.
    """
    _allowed_with_reason(by, sorted({plan.student_id for plan in plans}), reason)
    with transaction.atomic():
        old = _claim(by, plans, reason)
        own, locked = _lock_all(old, {})
        taken_away = sum(_write(by, locked[series], own[series], [], {}, "", reason) for series in locked)
        details = {"plans": len(old), "batch": plans[0].batch, "marks": taken_away}
        record.record(by, choices.PLANNED_ABSENCE_WITHDRAWN, "planned_absence", old[0].pk, details=details)
    return taken_away


def _carry_out(
    by: Any, found: Survey, *, batch: UUID | None = None, old: Sequence[PlannedAbsence] = (), reason: str = ""
) -> list[PlannedAbsence]:
    wanted, now = found.wanted, clock.now()
    with transaction.atomic():
        gone = _claim(by, old, reason) if old else []
        own, locked = _lock_all(gone, found.places)
        ids = [line.student.pk for line in found.possible]
        if clashes := overlaps(ids, wanted):  # planned by somebody else since we looked
            raise CannotPlan({}, clashes)
        plans = PlannedAbsence.objects.bulk_create(_rows(by, found, batch, gone, now))
        filled = {}
        for series, held in locked.items():
            places, chosen = found.places.get(series, []), found.chosen.get(series, {})
            filled[series] = _write(by, held, own.get(series, set()), places, chosen, wanted.note, reason)
        details = {
            "kind": wanted.kind, "start": wanted.starts_on, "end": wanted.ends_on, "students": len(plans),
            "batch": batch, "replaces": [plan.pk for plan in gone], "marks": filled,
        }  # fmt: skip
        record.record(by, choices.PLANNED_ABSENCE_SET, "planned_absence", plans[0].pk, details=details)
    return plans


def _rows(by: Any, found: Survey, batch: UUID | None, gone: Sequence[PlannedAbsence], now: Any) -> list[PlannedAbsence]:
    wanted = found.wanted
    replaced = gone[0] if gone else None
    at_school = {place.student_id for place in found.places.get(Series.SESSION, [])}
    return [
        PlannedAbsence(
            student=line.student,
            kind=wanted.kind,
            session_code=wanted.session_code if line.student.pk in at_school else "",
            lesson_code=wanted.lesson_code,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            part=wanted.part,
            weekdays=list(wanted.weekdays),
            note=wanted.note,
            batch=replaced.batch if replaced else batch,
            replaces=replaced,
            fills_since=replaced.fills_since if replaced else now,
            entered_by=by,
            entered_at=now,
        )
        for line in found.possible
    ]


def _claim(by: Any, plans: Sequence[PlannedAbsence], reason: str) -> list[PlannedAbsence]:
    """Take the plans out of force; whoever comes second is told."""
    rows = PlannedAbsence.objects.select_for_update().filter(pk__in=[plan.pk for plan in plans], withdrawn_at=None)
    standing = list(rows.order_by("pk"))
    if not standing:
        raise AlreadyWithdrawn("Somebody withdrew or changed this meanwhile. Look at it again.")
    for plan in standing:
        plan.withdrawn_by, plan.withdrawn_at, plan.withdrawn_reason = by, clock.now(), reason.strip()[:200]
    PlannedAbsence.objects.bulk_update(standing, ["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    return standing


def _lock_all(old: Sequence[PlannedAbsence], places: Places) -> tuple[dict[str, set[Key]], dict[str, Locked]]:
    """Lock every week that is written to, sessions first; a series without any is left out.

    Gives the marks of the old plans too, as they stand once nobody else can write them.
    """
    ids = [plan.pk for plan in old]
    before = marks_of(ids)
    locked: dict[str, Locked] = {}
    for series in IN_ORDER:
        keys = before.get(series, set()) | {place.key for place in places.get(series, [])}
        if keys:
            locked[series] = lock(series, sorted(keys))
    after = marks_of(ids)
    return {series: keys & after[series] for series, keys in before.items()}, locked


def _write(
    by: Any,
    locked: Locked,
    own: set[Key],
    places: Sequence[StudentPlace],
    chosen: Any,
    note: str,
    reason: str,
) -> int:
    """Fill the places without a mark, and take away the plan's own marks that have no place any more."""
    wanted = {place.key: chosen[place.site_id, place.date].id for place in places}
    rows = [Row(*key, None) for key in sorted(own - set(wanted))]
    for key, code in wanted.items():
        stands = locked.stands.get(key)
        if key in own or stands is None or stands.code_id is None:
            rows.append(Row(*key, code, None, note.strip()[:200]))
    return write(locked, rows, by, reason.strip())


def _possible_or_raise(found: Survey, leave_out: bool = False) -> None:
    problems = {line.student.pk: line.problem for line in found.problems}
    if found.faults or not found.possible or (problems and not leave_out):
        raise CannotPlan(found.faults, problems)


def _allowed_with_reason(by: Any, student_ids: list[int], reason: str) -> None:
    if not student_ids or not rules.may_authorise_for(by, student_ids):
        raise NotAllowed("You can't change what is planned for these students.")
    if not reason.strip():
        raise ReasonNeeded(student_ids)
