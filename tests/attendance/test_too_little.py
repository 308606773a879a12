"""Of fewer than twenty possible sessions nothing is called a habit, and nobody is named for it: on pages and in files."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from attendance.actions import rebuild_summary
from attendance.arithmetic import ENOUGH, Totals
from attendance.panels import load_reasons
from caseload.queries.calendar import school_days
from tests.attendance.test_analysis import mark_sessions, words
from tests.college import College


@pytest.fixture
def one_mark(college: College) -> College:
    """Ada has one mark, N; Ben has twenty, three of them N."""
    days = school_days(college.school, date(2026, 9, 2), college.today)
    mark_sessions(college, college.student("Ada"), ["N"], days)
    mark_sessions(college, college.student("Ben"), ["/", "\\"] * 8 + ["/"] + ["N"] * 3, days)
    rebuild_summary()
    return college


def test_twenty_are_enough_and_nineteen_are_not() -> None:
    few, enough = Totals(present=9, unauthorised=10), Totals(present=10, unauthorised=10)
    assert (few.possible, few.called_persistent, few.called_severe, few.tone) == (19, False, False, "plain")
    assert (enough.possible, enough.called_persistent, enough.called_severe, enough.tone) == (
        ENOUGH,
        True,
        True,
        "concern",
    )
    assert (few.is_persistent, few.is_severe) == (True, True)  # the measure itself is of any number (facts 1.5)


def test_one_mark_names_nobody_in_the_list_nor_in_its_file(one_mark: College, sign_in: Any) -> None:
    officer, address = sign_in(one_mark.price), reverse("attendance:persistent_list")
    for show, named in (("persistent", ["Ben"]), ("severe", []), ("crossing", [])):
        page = officer.get(address, {"show": show})
        assert [each.row["given_name"] for each in page.context["page"]] == named
        said = "1 with fewer than 20 possible sessions or lessons this year: too little to call it a habit, so they are not named."
        assert said in words(page)
        file = b"".join(officer.get(address, {"show": show, "as": "csv"}).streaming_content).decode("utf-8-sig")
        assert said in file
        assert ("Ada" in file, "Ben" in file) == (False, bool(named))


def test_one_mark_is_no_reason_in_lists_and_no_pill(one_mark: College, sign_in: Any) -> None:
    ada, ben = (one_mark.student(name) for name in ("Ada", "Ben"))
    assert list(load_reasons([ada.pk, ben.pk], one_mark.okafor)) == [ben.pk]
    tutor = sign_in(one_mark.okafor)
    for student, called in ((ada, False), (ben, True)):
        for name in ("attendance:student_attendance", "caseload:student_detail"):
            page = words(tutor.get(reverse(name, args=[student.public_id])))
            assert ("Persistent absence" in page or "Severe absence" in page) is called, name


def test_students_of_a_group_with_too_little_come_last(one_mark: College, sign_in: Any) -> None:
    address = reverse("attendance:comparison_students")
    query = {"by": "caseload", "window": "year"}
    page = sign_in(one_mark.lind).get(address, query)
    assert [row["given_name"] for row, _, _ in page.context["page"]][:2] == ["Ben", "Ada"]
    said = "1 with fewer than 20 possible sessions in these dates: too little to compare, so they come last."
    assert said in words(page)
    file = sign_in(one_mark.lind).get(address, query | {"as": "csv"})
    assert said in b"".join(file.streaming_content).decode("utf-8-sig")
