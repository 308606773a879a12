"""Correct a student's first or last day on roll, and take back a student who was added by mistake."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit import record
from caseload import verbs
from caseload.actions.leaving import REASON_NOT_KNOWN, gone_from
from caseload.models import Enrolment, SiteMembership, Student
from caseload.queries.calendar import ONE_DAY
from caseload.queries.rolls import GROUPS, Corrected, first_day_corrected, last_day_corrected
from caseload.registries import hanging, leaving
from caseload.rules.structure import manages_site
from caseload.rules.students import MANAGE_STUDENTS, reaches, require
from core import clock

if TYPE_CHECKING:
    from accounts.models import User
    from core.actors import SystemActor

    By = User | SystemActor


class NotPossible(Exception):
    """It can't be done; the words say why and what to do."""


class StillHanging(Exception):
    """Something is on record about the student, so that they can't be taken back; `what` names it."""

    def __init__(self, what: list[str]) -> None:
        super().__init__()
        self.what = what


@transaction.atomic
def correct_first_day(by: "By", roll: SiteMembership, first_day: date, seen: str) -> None:
    """Correct the first day on roll, with the places in groups that began then. `seen` is the day that the page showed.

    Marks are left as they are: those before the first day no longer count. Raises NotPossible.
    """
    require(manages_site(by, roll.site_id) and reaches(by, MANAGE_STUDENTS, roll.student))
    Student.objects.select_for_update().get(pk=roll.student_id)
    stored = SiteMembership.objects.filter(pk=roll.pk).select_related("site").first()
    if stored is None or stored.period.lower.isoformat() != seen:
        raise NotPossible("Someone else changed this roll while you were editing. Look at it again.")
    change = first_day_corrected(stored, first_day)
    if change.problem:
        raise NotPossible(change.problem)
    stored.period = DateRange(first_day, stored.period.upper)
    stored.save(update_fields=["period"])
    _move(change)
    details = {"site": stored.site_id, "from": seen, "to": first_day.isoformat()}
    record.record(by, verbs.FIRST_DAY_CORRECTED, "student", roll.student_id, details=details)


def _move(change: Corrected) -> None:
    for place, period in change.places:
        if period is None:
            place.delete()
        else:
            place.period = period
            place.save(update_fields=["period"])


@transaction.atomic
def correct_last_day(by: "By", roll: SiteMembership, last_day: date | None, seen: str) -> None:
    """Correct the last day of a roll that has ended, with the places that ended with it; None puts the student back on it.

    `seen` is the day that the page showed. Courses that were withdrawn because of it go on; with an earlier day, what is
    planned after it is cancelled as when somebody leaves. Raises NotPossible.
    """
    require(manages_site(by, roll.site_id) and reaches(by, MANAGE_STUDENTS, roll.student))
    Student.objects.select_for_update().get(pk=roll.student_id)
    stored = SiteMembership.objects.filter(pk=roll.pk).select_related("site").first()
    if stored is None or stored.period.upper is None or (stored.period.upper - ONE_DAY).isoformat() != seen:
        raise NotPossible("Someone else changed this roll while you were editing. Look at it again.")
    change = last_day_corrected(stored, last_day)
    if change.problem:
        raise NotPossible(change.problem)
    _courses(stored, last_day)
    stored.period = DateRange(stored.period.lower, last_day + ONE_DAY if last_day else None)
    if last_day is None:
        stored.leaving_reason = stored.destination = ""
    stored.save(update_fields=["period", "leaving_reason", "destination"])
    _move(change)
    if last_day:
        leaving.tell(by, gone_from([stored.student_id], last_day + ONE_DAY))
    details = {"site": stored.site_id, "from": seen, "to": last_day.isoformat() if last_day else None}
    record.record(by, verbs.LAST_DAY_CORRECTED, "student", roll.student_id, details=details)


def _courses(roll: SiteMembership, last_day: date | None) -> None:
    """Courses that ended with the roll for a reason not known end on the other day, or go on."""
    ended = Enrolment.objects.filter(
        student_id=roll.student_id, site_id=roll.site_id, ended_on=roll.period.upper - ONE_DAY,
        status=Enrolment.Status.WITHDRAWN, withdraw_reason=REASON_NOT_KNOWN,
    )  # fmt: skip
    if last_day is None:
        ended.update(ended_on=None, status=Enrolment.Status.CONTINUING, withdraw_reason=None)
    else:
        ended.filter(started_on__lte=last_day).update(ended_on=last_day)


@transaction.atomic
def take_back(by: "By", student: Student) -> None:
    """Take back a student who was added by mistake: they leave every list and their places go, as if never added.

    Raises StillHanging when anything is on record about them, and changes nothing.
    """
    require(reaches(by, MANAGE_STUDENTS, student))
    stored = Student.objects.select_for_update().get(pk=student.pk)
    rolls = SiteMembership.objects.filter(student=stored)
    require(all(manages_site(by, roll.site_id) for roll in rolls))
    what = hanging.hanging_on(stored.pk)
    if what:
        raise StillHanging(what)
    details = {"rolls": [[roll.site_id, str(roll.period.lower), str(roll.period.upper)] for roll in rolls]}
    for model in (*GROUPS, SiteMembership):
        model.objects.filter(student=stored).delete()
    stored.taken_back_at = clock.now()
    stored.save(update_fields=["taken_back_at"])
    record.record(by, verbs.STUDENT_TAKEN_BACK, "student", stored.pk, details=details)
