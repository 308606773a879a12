"""A student who was added by mistake and taken back is no match for a row of a roster."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from caseload.actions.rolls import take_back
from caseload.actions.students import add_student
from caseload.models import SiteMembership, Student
from core import naming
from tests.college import College
from tests.exchange.rosters import run

Roster = Callable[..., Path]
STUDENTS = (
    "ID,School DfE Number,Username,First Name,Last Name,Grade,Birthdate\n"
    "s1,8239999,s1@lane.example,Ora,Klein,10,2011-10-24\n"
)

ORA = {"given_name": "Ora", "family_name": "Klein", "date_of_birth": date(2011, 10, 24)}


def test_a_roster_adds_whom_somebody_took_back(college: College, roster: Roster) -> None:
    with naming.named(college.tran.pk):
        mistake = add_student(college.tran, college.school, **ORA)
        take_back(college.tran, mistake)
    run(roster(Student=STUDENTS, StudentEnrollment="Section ID,ID\ng1,s1\n"))
    added = Student.objects.get(given_name="Ora", taken_back_at=None)
    assert added.pk != mistake.pk
    assert SiteMembership.objects.filter(student=added).count() == 1
    assert not SiteMembership.objects.filter(student=mistake).exists()
