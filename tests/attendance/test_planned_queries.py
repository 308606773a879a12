"""What is planned for the students of a register: dates, weekdays, part of day, series, withdrawn."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import PlannedAbsence
from attendance.queries.absence.planned import planned_for
from core import clock
from tests.attendance.conftest import lesson_of, members, session_of


def plan(college, given="Ada", **values):
    defaults = {"kind": "appointment", "session_code": "M", "lesson_code": "M", "entered_by": college.price}
    dates = {"starts_on": college.today, "ends_on": college.today}
    return PlannedAbsence.objects.create(student=college.student(given), **defaults | dates | values)


def found_at(sitting, college, group="10A"):
    return {row.student_id: row.code for row in planned_for(sitting, [s.pk for s in members(college, group)]).values()}


def test_planned_for_the_sitting_by_student_with_its_own_series_code(college):
    plan(college, session_code="M", lesson_code="S")
    plan(college, "Imran")
    plan(college, "Wren", session_code="", lesson_code="W", kind="work")
    assert found_at(session_of(college), college) == {college.student("Ada").pk: "M"}
    assert found_at(lesson_of(college), college, "S1") == {college.student("Wren").pk: "W"}


def test_words_name_the_kind_and_the_code(college):
    plan(college)
    assert [each.words for each in planned_for(session_of(college), [college.student("Ada").pk]).values()] == [
        "Medical or dental appointment (M)"
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 24)},
        {"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 19)},
        {"weekdays": [0, 3]},
        {"part": "pm"},
        {"session_code": ""},
        {"withdrawn_at": clock.at(date(2026, 11, 19), 9), "withdrawn_reason": "Cancelled"},
    ],
)
def test_nothing_is_planned_outside_dates_weekdays_part_and_series_or_once_withdrawn(college, values):
    plan(college, **values)
    assert found_at(session_of(college), college) == {}


def test_a_lesson_belongs_to_the_afternoon_from_the_sites_pm_on(college):
    college.sixth.am_starts_at, college.sixth.pm_starts_at = "08:45", "10:00"
    college.sixth.save()
    plan(college, "Wren", part="pm")
    assert found_at(lesson_of(college, slug="0900"), college, "S1") == {}
    assert found_at(lesson_of(college, slug="1000"), college, "S1") == {college.student("Wren").pk: "M"}


def test_one_query_for_one_student_and_for_thirty(college):
    for given in ("Ada", "Ben", "Wren"):
        plan(college, given, weekdays=[4])
    sitting = session_of(college)
    for ids in ([college.student("Ada").pk], [student.pk for student in college.students]):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            planned_for(sitting, ids)
        assert len(caught) == 1
