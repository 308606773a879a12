"""What attendance tests share: the register of 10A on Friday 20 November 2026 at ten, when its morning has closed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from attendance.actions.registers import NewMark
from attendance.models import SessionMark
from attendance.queries.sittings import find_sitting
from attendance.sittings import Sitting
from core import clock
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
