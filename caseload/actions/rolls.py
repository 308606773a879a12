"""Correct a student's first day on roll, and take back a student who was added by mistake."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit import record
from caseload import hanging, verbs
from caseload.models import SiteMembership, Student
from caseload.queries.rolls import GROUPS, first_day_corrected
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
    for place, period in change.places:
        if period is None:
            place.delete()
        else:
            place.period = period
            place.save(update_fields=["period"])
    details = {"site": stored.site_id, "from": seen, "to": first_day.isoformat()}
    record.record(by, verbs.FIRST_DAY_CORRECTED, "student", roll.student_id, details=details)


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
