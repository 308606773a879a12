"""Put students into groups, move them and take them out, from a date. What was stays as it was."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit import record
from caseload import verbs
from caseload.models import (
    Caseload,
    CaseloadMembership,
    Student,
    TeachingGroup,
    TeachingGroupMembership,
    YearGroup,
    YearGroupMembership,
)
from caseload.queries.calendar import academic_year_on
from caseload.rules.structure import MANAGE_STRUCTURE, manages_site
from caseload.rules.students import reaches, require

if TYPE_CHECKING:
    from accounts.models import User
    from core.actors import SystemActor

    By = User | SystemActor

Group = Caseload | TeachingGroup
TABLES: dict[type[Any], Any] = {Caseload: CaseloadMembership, TeachingGroup: TeachingGroupMembership}


class AlreadyThere(Exception):
    """The student is in the group already."""


class NotThere(Exception):
    """The student is not in the group on that day."""


class NoYear(Exception):
    """The day is in no academic year of the calendar."""


class AnotherTutorGroup(Exception):
    """The student is in another tutor group on that day: move them instead."""

    def __init__(self, group: Caseload) -> None:
        super().__init__()
        self.group = group


@transaction.atomic
def add_member(by: "By", group: Group, student: Student, on: date) -> Any:
    """Put a student into a group from a date to the end of its academic year."""
    require(manages_site(by, group.site_id) and reaches(by, MANAGE_STRUCTURE, student))
    _lock(student)
    period = DateRange(on, _day_after(group))
    rows = TABLES[type(group)].objects
    if rows.filter(student=student, group=group, period__overlap=period).exists():
        raise AlreadyThere
    other = _tutor_group_on(student, on) if _is_tutor_group(group) else None
    if other is not None:
        raise AnotherTutorGroup(other)
    row = rows.create(student=student, group=group, period=period)
    _note(by, verbs.MEMBER_ADDED, group, student, on)
    return row


@transaction.atomic
def place_new_student(
    by: "By", student: Student, on: date, year_group: YearGroup | None, tutor_group: Caseload | None
) -> None:
    """Put a student who has just been added into their year group and tutor group, to the end of the academic year.

    Raises NoYear when the day is in no academic year.
    """
    if year_group is not None:
        require(manages_site(by, year_group.site_id))
        year = academic_year_on(on)
        if year is None or year.ends_on < on:
            raise NoYear
        period = DateRange(on, year.ends_on + timedelta(days=1))
        YearGroupMembership.objects.create(student=student, group=year_group, year=year, period=period)
        _note(by, verbs.MEMBER_ADDED, year_group, student, on)
    if tutor_group is not None:
        require(manages_site(by, tutor_group.site_id))
        period = DateRange(on, _day_after(tutor_group))
        CaseloadMembership.objects.create(student=student, group=tutor_group, period=period)
        _note(by, verbs.MEMBER_ADDED, tutor_group, student, on)


@transaction.atomic
def set_year_group(by: "By", group: YearGroup, student: Student, on: date) -> YearGroupMembership:
    """Put a student into a year group from a date to the end of that academic year, out of the one they were in.

    Raises NoYear outside every academic year, and AlreadyThere when they are in it already.
    """
    require(manages_site(by, group.site_id) and reaches(by, MANAGE_STRUCTURE, student))
    year = academic_year_on(on)
    if year is None or year.ends_on < on:
        raise NoYear
    _lock(student)
    period = DateRange(on, year.ends_on + timedelta(days=1))
    others = YearGroupMembership.objects.filter(student=student, period__overlap=period)
    if any(row.group_id == group.pk and row.period.lower <= on for row in others):
        raise AlreadyThere
    for row in others:
        if row.period.lower >= on:
            row.delete()
        else:
            row.period = DateRange(row.period.lower, on)
            row.save(update_fields=["period"])
    placed = YearGroupMembership.objects.create(student=student, group=group, year=year, period=period)
    _note(by, verbs.MEMBER_ADDED, group, student, on)
    return placed


@transaction.atomic
def remove_member(by: "By", group: Group, student: Student, on: date) -> None:
    """Take a student out of a group: the date is the first day on which they are no longer in it."""
    require(manages_site(by, group.site_id))
    _lock(student)
    _end(group, student, on)
    _note(by, verbs.MEMBER_REMOVED, group, student, on)


@transaction.atomic
def move_member(by: "By", group: Caseload, student: Student, to: Caseload, on: date) -> Any:
    """Move a student from one caseload to another from a date: they are in one until the day before, then in the other."""
    require(manages_site(by, group.site_id) and manages_site(by, to.site_id))
    _lock(student)
    period = DateRange(on, _day_after(to))
    if CaseloadMembership.objects.filter(student=student, group=to, period__overlap=period).exists():
        raise AlreadyThere
    _end(group, student, on)
    row = CaseloadMembership.objects.create(student=student, group=to, period=period)
    _note(by, verbs.MEMBER_MOVED, group, student, on, to=to.pk)
    return row


def _end(group: Group, student: Student, on: date) -> None:
    """End the membership that holds on the day. One that would begin and end on the same day never was, and goes."""
    row = TABLES[type(group)].objects.filter(student=student, group=group, period__contains=on).first()
    if row is None:
        raise NotThere
    if row.period.lower == on:
        row.delete()
        return
    row.period = DateRange(row.period.lower, on)
    row.save(update_fields=["period"])


def _lock(student: Student) -> None:
    """Two people moving the same student at once take turns."""
    Student.objects.select_for_update().get(pk=student.pk)


def _is_tutor_group(group: Group) -> bool:
    return isinstance(group, Caseload) and group.kind == Caseload.Kind.TUTOR_GROUP


def _tutor_group_on(student: Student, day: date) -> Caseload | None:
    row = (
        CaseloadMembership.objects.select_related("group")
        .filter(student=student, period__contains=day, group__kind=Caseload.Kind.TUTOR_GROUP)
        .first()
    )
    return row.group if row else None


def _day_after(group: Group) -> date:
    """The first day of the next academic year, when memberships of this one have ended."""
    return group.year.ends_on + timedelta(days=1)


def _note(by: "By", verb: str, group: Group | YearGroup, student: Student, on: date, **more: Any) -> None:
    details = {"student": student.pk, "on": on.isoformat(), **more}
    record.record(by, verb, group._meta.model_name or "", group.pk, details=details)
