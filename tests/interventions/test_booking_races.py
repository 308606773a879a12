"""Two who book at the same moment, on connections of their own: the database lets one in."""

from datetime import date, time
from typing import Any

from core import naming
from interventions import actions
from interventions.actions.bookings import TimesSaid
from interventions.models import Booking, MeetingType, Slot
from tests.attendance.test_races import at_once, committed  # noqa: F401  (a fixture)
from tests.college import College

MONDAY = date(2026, 11, 23)


def times(college: College, tutor: Any, start: int = 9) -> list[Slot]:
    said = TimesSaid(MONDAY, time(start), time(start, 30), 15, MeetingType.objects.get(code="progress-review"), "")
    return actions.open_times(said, by=tutor)


def booking(slot: Slot, student: Any, by: Any) -> Any:
    def work() -> None:
        with naming.named(by.pk):
            actions.book_time(slot, student, by=by)

    return work


def test_of_two_students_booked_at_once_one_gets_the_time(committed: College) -> None:  # noqa: F811  (the fixture)
    college = committed
    slot = times(college, college.okafor)[0]
    faults = at_once(
        booking(slot, college.student("Ada"), college.okafor), booking(slot, college.student("Ben"), college.lind)
    )
    assert [type(fault) for fault in faults] == [actions.TimeTaken]
    assert Booking.objects.taking_room().filter(slot=slot).count() == 1


def test_a_student_booked_twice_at_once_for_one_hour_goes_to_one(committed: College) -> None:  # noqa: F811  (the fixture)
    college = committed
    mine, theirs = times(college, college.okafor)[0], times(college, college.lind)[0]
    ada = college.student("Ada")
    faults = at_once(booking(mine, ada, college.okafor), booking(theirs, ada, college.lind))
    assert [type(fault) for fault in faults] == [actions.StudentBusy]
    assert Booking.objects.taking_room().filter(student=ada).count() == 1
