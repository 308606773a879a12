"""How much of a day is known: counted by the students whom the reader reaches, and said on every page about today."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.actions import mark_register
from attendance.queries.registers.day_known import DayKnown, known_of
from caseload.models import CaseloadMembership
from core import clock
from tests.attendance.conftest import lesson_of, marks_for, session_of
from tests.attendance.test_analysis import words
from tests.college import College


@pytest.fixture
def ten_taken(college: College) -> College:
    """At 10:00: 10A was taken, with Ada absent; 10B, 9C, Kestrel 1 and the lesson of S1 at nine were not."""
    mark_register(by=college.price, register=session_of(college), marks=marks_for(college, Ada="I"))
    return college


def test_registers_and_students_are_counted_by_who_is_reached(ten_taken: College) -> None:
    officer, tutor = known_of(ten_taken.price), known_of(ten_taken.okafor)
    # Of the tutor's students: 10A, Kestrel 1 in which one of them is too, and the lesson 10x/Ma1 at nine.
    assert (tutor.registers, tutor.taken, tutor.students, tutor.marked) == (3, 1, 8, 8)
    assert (officer.taken, officer.marked) == (1, 8)
    assert (
        officer.words
        == f"1 of {officer.registers} registers taken so far, 8 of {officer.students} students accounted for"
    )
    # The school's tutor groups once, and the lessons that have begun: those of S1 and of 10x/Ma1 where they meet on a Friday.
    mark_register(by=ten_taken.price, register=session_of(ten_taken, group="10B"), marks=marks_for(ten_taken, "10B"))
    again = known_of(ten_taken.price)
    assert (again.registers, again.taken, again.marked) == (officer.registers, 2, 14)


def test_a_lesson_of_the_sixth_form_counts_once_it_has_begun(college: College) -> None:
    monday = date(2026, 11, 16)
    with clock.set_to(clock.at(monday, 8, 0)):
        assert known_of(college.quill).words == "No register has begun yet"
    with clock.set_to(clock.at(monday, 9, 5)):
        before = known_of(college.quill)
        assert (before.registers, before.taken, before.marked, before.is_nothing) == (1, 0, 0, True)
        mark_register(by=college.quill, register=lesson_of(college, day=monday), marks=marks_for(college, "S1"))
        after = known_of(college.quill)
        assert (after.registers, after.taken, after.students == after.marked, after.is_all) == (1, 1, True, True)


def test_a_closed_day_says_nothing(college: College) -> None:
    with clock.set_to(clock.at(date(2026, 11, 21), 10)):
        assert known_of(college.price) == DayKnown(date(2026, 11, 21))
        assert known_of(college.price).words == ""


def test_the_pages_about_today_say_how_much_is_known(ten_taken: College, sign_in: Any) -> None:
    head = sign_in(ten_taken.lind)
    said = "1 of 4 registers taken so far, 8 of 14 students accounted for"
    for name in ("absent_list", "missing_register_list"):
        assert said in words(head.get(reverse(f"attendance:{name}"))), name
    # Outside they take charge of the whole site: the list is of everybody there, and so is what is known.
    whole = head.get(reverse("attendance:evacuation_list"))
    known = whole.context["known"]
    assert (known.taken, known.marked, known.students) == (1, 8, len(whole.context["list"].unknown) + 8)
    assert known.words in words(whole)
    officer = words(sign_in(ten_taken.price).get(reverse("attendance:first_day_list")))
    assert "registers taken so far, 8 of" in officer


def test_nothing_says_none_where_nothing_is_known(college: College, sign_in: Any) -> None:
    """No register is taken: nobody is called present, and no absence explained."""
    head, officer = sign_in(college.lind), sign_in(college.price)
    for client, name, never in (
        (head, "absent_list", "Nobody is marked absent"),
        (officer, "first_day_list", "Every absence has a reason"),
    ):
        answer = client.get(reverse(f"attendance:{name}"))
        page = words(answer)
        assert '<span class="wm-n">0</span>' not in answer.content.decode(), name
        assert never not in page, name
        assert "Not known yet" in page, name
        assert "0 of" in page, name


def test_a_head_of_year_whose_students_sit_in_other_groups_is_not_told_that_none_is_missing(
    college: College, sign_in: Any
) -> None:
    """Mixed-age tutor groups: their registers are led by others, and hold the students all the same."""
    nines = [student for student in college.students if student.date_of_birth >= date(2012, 9, 1)]
    wholly = CaseloadMembership.objects.filter(group__name__in=("10A", "10B", "Kestrel 1"))
    for group, nine in zip(sorted(set(wholly.values_list("group_id", flat=True))), nines, strict=False):
        CaseloadMembership.objects.filter(student=nine).update(group=group)
    page = words(sign_in(college.lind).get(reverse("attendance:missing_register_list")))
    assert "Every register that has begun was taken" not in page
    assert "registers that your students are in are not taken yet; others follow them." in page


def test_as_many_queries_for_everybody_as_for_one_group(ten_taken: College) -> None:
    def cost(user: Any) -> int:
        with CaptureQueriesContext(connection) as made:
            known_of(user)
        return len(made)

    cost(ten_taken.okafor)
    assert cost(ten_taken.price) <= cost(ten_taken.okafor) + 2  # lessons too, and no reading of the tutor's own groups


def test_my_work_says_how_much_of_the_day_it_knows(college: College, sign_in: Any) -> None:
    """A tutor whose tutor group is taken with nobody away: nothing is due, but a lesson of theirs is not known."""
    client = sign_in(college.okafor)
    mark_register(by=college.price, register=session_of(college), marks=marks_for(college))
    page = client.get(reverse("caseload:my_work"))
    assert [one.words for one in page.context["so_far"]] == [
        "1 of 3 registers taken so far, 8 of 8 students accounted for"
    ]
    text = page.content.decode()
    assert "1 of 3 registers taken so far, 8 of 8 students accounted for." in text
    assert ("Nothing is due so far" in text, 'title="Nothing is due"' in text) == (
        not page.context["found"].lines,
        False,
    )
    with clock.set_to(clock.at(date(2026, 11, 21), 10)):
        assert client.get(reverse("caseload:my_work")).context["so_far"] == []


def test_my_work_of_a_teacher_without_absences_to_ring_about_says_nothing_of_the_day(
    college: College, sign_in: Any
) -> None:
    assert sign_in(college.mendes).get(reverse("caseload:my_work")).context["so_far"] == []
