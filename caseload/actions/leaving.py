"""End students' rolls when they leave: every place of theirs with it, and what was planned for later.

The one way for imports, for the page of a student and for lists. What happened is never touched.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, DateField, F, Func, Q, QuerySet, Value, When

from audit import record
from caseload import verbs
from caseload.models import (
    CaseloadMembership,
    Enrolment,
    HouseMembership,
    SiteMembership,
    Student,
    TeachingGroupMembership,
    YearGroupMembership,
)
from caseload.registries import leaving
from caseload.registries.leaving import DAY
from caseload.rules.students import MANAGE_STUDENTS, require
from core import wording
from core.actors import SystemActor

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

GROUPS: tuple[Any, ...] = (YearGroupMembership, HouseMembership, CaseloadMembership, TeachingGroupMembership)
REASON_NOT_KNOWN = 98  # facts 2.6
Sites = Collection[int] | None


class RollProblem(Exception):
    """The roll of this student can't be ended as was asked; the sentence says why and what to do."""

    def __init__(self, student: Student, sentence: str) -> None:
        super().__init__(sentence)
        self.student, self.sentence = student, sentence


class BeforeFirstDay(RollProblem):
    """The last day given is before the first day on roll: they may never have been here."""


class HasLeft(RollProblem):
    """They left before, on this day or an earlier one."""


class NeverOnRoll(RollProblem):
    """They are on no roll that could end."""


class SeenHere(RollProblem):
    """Somebody recorded that they were here, so they can't be taken off the roll as if they never were."""


@dataclass
class Left:
    """What came of it: those whose roll ended, those left out with the reason, how many places ended, and what else."""

    ended: list[Student] = field(default_factory=list)
    left_out: list[RollProblem] = field(default_factory=list)
    places: int = 0
    planned: dict[str, int] = field(default_factory=dict)


def end_roll(
    by: "By", student: Student, last_day: date, reason: str = "", *, destination: str = "", sites: Sites = None
) -> Left:
    """End one student's roll after their last day. Raises RollProblem, and then nothing has changed."""
    with transaction.atomic():
        left = end_rolls(by, [student], last_day, reason, destination=destination, sites=sites)
        if left.left_out:
            raise left.left_out[0]
    return left


@transaction.atomic
def end_rolls(
    by: "By",
    students: Iterable[Student],
    last_day: date,
    reason: str = "",
    *,
    destination: str = "",
    sites: Sites = None,
) -> Left:
    """End the rolls of students after their last day: at these sites, or everywhere.

    Their places in groups and on courses end with it, and places that would begin later are removed. Those who are on
    no site's roll afterwards lose what is planned for later too. Whoever was not on the roll that day is left out.
    """
    chosen = _lock(by, students)
    rolls = _rolls(chosen, sites)
    left = Left()
    for student in chosen:
        problem = _why_not(student, rolls[student.pk], last_day)
        if problem:
            left.left_out.append(problem)
        else:
            left.ended.append(student)
    ids = [student.pk for student in left.ended]
    if ids:
        said = {"leaving_reason": reason.strip()[:80], "destination": destination.strip()[:120]}
        left.places = _end_places(ids, last_day + DAY, sites, said)
        left.planned = leaving.tell(by, gone_from(ids, last_day + DAY))
    for student in left.ended:
        details = {"last_day": last_day.isoformat(), "sites": sorted(sites) if sites is not None else None}
        record.record(by, verbs.ROLL_ENDED, "student", student.pk, details=details)
    return left


@transaction.atomic
def never_here(by: "By", student: Student, *, sites: Sites = None) -> date:
    """Take a student off the roll as one who never came, with every place since their first day; gives that day.

    Raises SeenHere when somebody recorded that they came: then they have a last day.
    """
    chosen = _lock(by, [student])
    rolls = _rolls(chosen, sites)[student.pk]
    if not rolls:
        raise NeverOnRoll(student, f"{student.full_name} is on no roll.")
    last = rolls[-1]
    first = last.period.lower
    seen = leaving.seen_since(student.pk, first)
    if seen:
        words = f"{student.full_name} was here on {wording.day(seen)}. Give their last day instead."
        raise SeenHere(student, words)
    details = {
        "rolls": [[row.site_id, str(row.period.lower), str(row.period.upper)] for row in rolls if row.period.lower >= first]
    }  # fmt: skip
    # Whoever was on no roll here before had no place here either, whatever day it is said to begin on.
    _end_places([student.pk], first if rolls[0].period.lower < first else date.min, sites, {})
    leaving.tell(by, gone_from([student.pk], first))
    record.record(by, verbs.NEVER_HERE, "student", student.pk, details=details)
    return first


def _lock(by: "By", students: Iterable[Student]) -> Sequence[Student]:
    """The students as they are stored, in the order of their names; two people who end the same ones take turns."""
    ids = {student.pk for student in students}
    rows = Student.objects.select_for_update().filter(pk__in=ids)
    found = list(rows.order_by("pk"))
    if not isinstance(by, SystemActor):
        allowed = set(Student.objects.visible_to(by, MANAGE_STUDENTS).filter(pk__in=ids).values_list("pk", flat=True))
        require(ids <= allowed)
    return sorted(found, key=lambda student: (student.sort_key, student.pk))


def _rolls(students: Sequence[Student], sites: Sites) -> dict[int, list[SiteMembership]]:
    """Each student's rolls at the sites, the earliest first."""
    rows = SiteMembership.objects.filter(student__in=[student.pk for student in students], period__isempty=False)
    found: dict[int, list[SiteMembership]] = defaultdict(list)
    for row in (rows if sites is None else rows.filter(site__in=sites)).order_by("period"):
        found[row.student_id].append(row)
    return found


def _why_not(student: Student, rolls: Sequence[SiteMembership], last_day: date) -> RollProblem | None:
    name, day = student.full_name, wording.day(last_day)
    if not rolls:
        return NeverOnRoll(student, f"{name} is on no roll that could end.")
    on_that_day = [roll for roll in rolls if last_day in roll.period]
    if any(roll.period.upper != last_day + DAY for roll in on_that_day):
        return None
    if rolls[0].period.lower > last_day:
        first = wording.day(rolls[0].period.lower)
        words = (
            f"{name} is on roll from {first}, after {day}. Give a last day from {first} on, or say that they were never"
            " here."
        )
        return BeforeFirstDay(student, words)
    ended = max(roll.period.upper for roll in rolls if roll.period.upper and roll.period.upper <= last_day + DAY) - DAY
    return HasLeft(student, f"{name} left on {wording.day(ended)} already.")


def _end_places(ids: Sequence[int], after: date, sites: Sites, said: dict[str, str]) -> int:
    """End every place on this day and remove those that would begin later; gives how many rows that changed."""
    there = Q() if sites is None else Q(site__in=sites)
    rolls = SiteMembership.objects.filter(there, student__in=ids)
    changed = _end(rolls, after, leaver_proposed_at=None, **said)
    there = Q() if sites is None else Q(group__site__in=sites)
    for model in GROUPS:
        # By number, since a row can't be removed by what it is joined to.
        rows = model.objects.filter(pk__in=model.objects.filter(there, student__in=ids).values("pk"))
        changed += _end(rows, after)
    return changed + _end_enrolments(ids, after, sites)


def _end(rows: "QuerySet[Any]", after: date, **also: Any) -> int:
    removed, _ = rows.filter(period__startswith__gte=after).delete()
    going_on = Q(period__endswith=None) | Q(period__endswith__gt=after)
    begins = Func(F("period"), function="lower", output_field=DateField())
    period = Func(begins, Value(after, DateField()), function="daterange")
    return removed + rows.filter(going_on, period__startswith__lt=after).update(period=period, **also)


def _end_enrolments(ids: Sequence[int], after: date, sites: Sites) -> int:
    """Courses end on the last day: completed where their planned end had come, else withdrawn for a reason not known."""
    rows = Enrolment.objects.filter(student__in=ids)
    rows = rows if sites is None else rows.filter(site__in=sites)
    last_day = after - DAY if after > date.min else after
    removed, _ = rows.filter(started_on__gte=after).delete()
    shortened = rows.filter(ended_on__gt=last_day).update(ended_on=last_day)
    came_to_its_end = Q(planned_end_on__lte=last_day)
    status = Enrolment.Status
    ended = rows.filter(ended_on=None).update(
        ended_on=last_day,
        status=Case(When(came_to_its_end, then=Value(status.COMPLETED)), default=Value(status.WITHDRAWN)),
        withdraw_reason=Case(When(came_to_its_end, then=Value(None)), default=Value(REASON_NOT_KNOWN)),
    )
    return removed + shortened + ended


def gone_from(ids: Sequence[int], from_day: date) -> leaving.Gone:
    """Those of them who are on no site's roll from the day on."""
    still = SiteMembership.objects.filter(student__in=ids, period__overlap=(from_day, None)).values_list("student_id")
    return leaving.Gone(frozenset(ids) - {pk for (pk,) in still}, from_day)
