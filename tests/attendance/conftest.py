"""What attendance tests share: the register of 10A on Friday 20 November 2026 at ten, when its morning has closed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from attendance.actions.registers import NewMark
from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import AlertRule, SessionMark
from attendance.queries.registers.sittings import find_sitting
from attendance.sittings import Sitting
from caseload.queries.calendar import school_days
from core import clock
from tests.attendance.alerting import Absent
from tests.college import College
from tests.people import STUDENTS


def members(college: Any, group: str = "10A") -> list[Any]:
    """The students of a tutor group, as in the cast."""
    return [
        student for student, (_, _, _, tutor, _, _) in zip(college.students, STUDENTS, strict=True) if tutor == group
    ]


def session_of(college: Any, slug: str = "am", day: date | None = None, group: str = "10A", who: Any = None) -> Sitting:
    """The sitting of a tutor group's session."""
    found = find_sitting(
        who or college.price, "attendance.take_register", college.caseloads[group].public_id, day or college.today, slug
    )
    assert found is not None
    return found


def lesson_of(college: Any, group: str = "12 Biology B", slug: str = "0900", day: date | None = None) -> Sitting:
    """The sitting of a lesson."""
    found = find_sitting(
        college.price, "attendance.take_register", college.groups[group].public_id, day or college.today, slug
    )
    assert found is not None
    return found


def marks_for(college: Any, group: str = "10A", present: str = "/", **codes: str) -> list[NewMark]:
    """A mark for everybody in the group: present, but for the codes given by first name."""
    return [NewMark(student.pk, codes.get(student.given_name, present)) for student in members(college, group)]


def code_of(student: Any, day: date, slot: int = 1) -> str | None:
    """The code of a session mark as it stands."""
    return SessionMark.objects.values_list("code__code", flat=True).get(student=student, date=day, slot=slot)


@pytest.fixture
def early(college: Any) -> Iterator[None]:
    """Ten to nine: the morning's register is open."""
    with clock.set_to(clock.at(college.today, 8, 50)):
        yield


@pytest.fixture
def rule(college: College) -> AlertRule:
    """“Below 90 % this year” is on, and is the only one."""
    found = AlertRule.objects.get(name="Below 90 % this year")
    AlertRule.objects.filter(pk=found.pk).update(
        switched_on_at=clock.now(), switched_on_by=college.price, least_possible=10
    )
    found.refresh_from_db()
    return found


@pytest.fixture
def absent(college: College) -> Absent:
    """Marks students for some days, ill unless said: `absent("Ada", codes="/\\\\")`."""
    ids = {code.code: code.id for code in all_codes().values() if code.series == "session" and code.valid_to is None}

    def write(*who: Any, start: date = date(2026, 11, 2), end: date = date(2026, 11, 13), codes: str = "II") -> None:
        people = [college.student(name) if isinstance(name, str) else name for name in who]
        SessionMark.objects.bulk_create(
            SessionMark(
                student=student, date=day, slot=slot, code_id=ids[codes[slot - 1]], marked_by=college.okafor,
                marked_at=clock.now(),
            )
            for student in people for day in school_days(college.school, start, end) for slot in (1, 2)
        )  # fmt: skip
        rebuild_summary()

    return write
