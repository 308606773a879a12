"""Decide about writing home, and write down what a student of 18 says about it."""

from typing import TYPE_CHECKING

from django.db import transaction

from audit import record
from caseload import verbs
from caseload.models import HomeConsent, HomePolicy, Student
from caseload.rules.structure import manages_college
from caseload.rules.students import LOG_CONTACT, reaches, require
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def set_home_policy(by: "User", *, write_at_16_and_17: bool, announce_days: int) -> HomePolicy:
    """Decide whether home is written to about students of 16 and 17, and when tutors are told of an 18th birthday."""
    require(manages_college(by))
    values = {"write_at_16_and_17": write_at_16_and_17, "announce_days": announce_days}
    row, _ = HomePolicy.objects.update_or_create(pk=1, defaults=values | {"changed_by": by, "changed_at": clock.now()})
    record.record(by, verbs.HOME_POLICY_SET, "home_policy", 1, details=values)
    return row


@transaction.atomic
def give_home_consent(by: "User", student: Student, words: str) -> HomeConsent:
    """Write down that a student agrees to home being written to from 18 on. Said twice it stands once."""
    require(reaches(by, LOG_CONTACT, student))
    Student.objects.select_for_update().get(pk=student.pk)
    there = HomeConsent.objects.filter(student=student, withdrawn_at=None).first()
    if there is not None:
        return there
    row = HomeConsent.objects.create(student=student, words=words.strip(), recorded_by=by)
    record.record(by, verbs.HOME_CONSENT_GIVEN, "student", student.pk)
    return row


@transaction.atomic
def withdraw_home_consent(by: "User", student: Student) -> bool:
    """Write down that a student no longer agrees. From now on nothing goes home about them. Gives whether it had stood."""
    require(reaches(by, LOG_CONTACT, student))
    rows = HomeConsent.objects.filter(student=student, withdrawn_at=None)
    changed = rows.update(withdrawn_at=clock.now(), withdrawn_by=by)
    if changed:
        record.record(by, verbs.HOME_CONSENT_WITHDRAWN, "student", student.pk)
    return bool(changed)
