"""Imports and rosters that addresses point at."""

from datetime import date
from typing import Any

from core import clock
from tests.college import College
from tests.project.things.making import once
from tests.project.things.people import ada


@once
def rollover(college: College) -> Any:
    """The school's move into the next year, being prepared."""

    from caseload.models import AcademicYear, Rollover

    later = AcademicYear.objects.create(start_year=2027, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    return Rollover.objects.create(
        site=college.school, from_year=college.year, to_year=later, asked_by=college.tran, state="done"
    ).public_id


def ada_in_rollover(college: College) -> Any:
    """Ada, who may stay in her year."""
    return {"public_id": rollover(college), "student_id": ada(college)}


@once
def roster(college: College) -> Any:
    """A roster that Mr Trần uploaded, not brought in yet."""
    from core.private.files import save_file
    from exchange.models import RosterImport

    upload = save_file(b"SIS ID,Name\n", "School.csv", "text/csv")
    return RosterImport.objects.create(asked_by=college.tran, upload=upload).public_id


@once
def marks_upload(college: College) -> Any:
    """Marks that Mr Trần uploaded, not brought in yet."""
    from core.private.files import save_file
    from exchange.models import MarkImport

    upload = save_file(b"upn,date,session,code\n", "marks.csv", "text/csv")
    return MarkImport.objects.create(asked_by=college.tran, upload=upload, site=college.school).public_id


@once
def delivery(college: College) -> Any:
    """Marks that came from the school's MIS."""
    from attendance.models import MarkDelivery

    return MarkDelivery.objects.create(site=college.school, covers_until=clock.now(), file_name="marks.csv").public_id


def tutor_of_ten_a(college: College) -> Any:
    """Ms Okafor, as one who takes registers."""
    return college.okafor.public_id
