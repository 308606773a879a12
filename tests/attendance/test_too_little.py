"""Of fewer than twenty possible sessions nothing is called a habit, and nobody is named for it: on pages and in files."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from psycopg.types.range import Range

from attendance.actions import rebuild_summary
from attendance.arithmetic import ENOUGH, Totals
from attendance.cards.students import load_reasons
from caseload.models import SiteMembership
from caseload.queries.calendar import school_days
from core import clock
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


@pytest.mark.parametrize("column", ["attendance_six_weeks", "attendance_year"])
def test_columns_of_lists_mark_too_little_and_put_it_last(one_mark: College, sign_in: Any, column: str) -> None:
    """Ada's 0.0 % is of one session. The mark stands in the row, on a phone too; this week says of how many it is."""
    tutor, address = sign_in(one_mark.okafor), reverse("caseload:caseload_list")
    ada, ben = (one_mark.student(name) for name in ("Ada", "Ben"))
    if column == "attendance_six_weeks":
        late = school_days(one_mark.school, date(2026, 11, 2), one_mark.today)
        mark_sessions(one_mark, ada, ["N"], late)
        mark_sessions(one_mark, ben, ["/", "\\"] * 10, late)
        rebuild_summary()
    for sort in (column, f"-{column}"):
        listed = tutor.get(address, {"sort": sort}).context["listed"]
        names = [row["given_name"] for row in listed.page.object_list]
        assert names[0] == "Ben", sort
        cells = {row["id"]: {of.key: cell for of, cell in row["cells"]} for row in listed.page.object_list}
        assert [cells[pk][column]["note"] for pk in (ada.pk, ben.pk)] == ["too little to say", ""]
    assert "too little to say</small>" in tutor.get(address).content.decode()


def test_the_column_of_this_week_says_of_how_many_it_is(one_mark: College, sign_in: Any) -> None:
    days = school_days(one_mark.school, clock.week_of(one_mark.today), one_mark.today)
    mark_sessions(one_mark, one_mark.student("Ben"), ["/", "\\", "N"], days)
    rebuild_summary()
    page = words(sign_in(one_mark.okafor).get(reverse("caseload:caseload_list")))
    assert "66.7 % of 3" in page


def test_the_students_own_figures_and_other_lists_bear_the_mark(one_mark: College, sign_in: Any) -> None:
    tutor, ada = sign_in(one_mark.okafor), one_mark.student("Ada")
    for name in ("attendance:student_attendance", "caseload:student_detail"):
        page = words(tutor.get(reverse(name, args=[ada.public_id])))
        assert "0 of 1 sessions, too little to say" in page, name
    compared = sign_in(one_mark.lind).get(
        reverse("attendance:comparison_students"), {"by": "caseload", "window": "year"}
    )
    assert "0.0 % too little to say" in words(compared)


def test_leavers_and_late_starters_with_too_little_are_marked_and_counted_in_the_file(
    one_mark: College, sign_in: Any
) -> None:
    came = one_mark.today - timedelta(weeks=2)
    ada = one_mark.student("Ada")
    SiteMembership.objects.filter(student=ada).update(period=Range(came, None))
    mark_sessions(one_mark, ada, ["N"], school_days(one_mark.school, came, one_mark.today))
    rebuild_summary()
    officer, address = sign_in(one_mark.price), reverse("attendance:leaving_list")
    said = "1 with fewer than 20 possible sessions or lessons in these dates: too little to say, so their percentage is marked."
    page = words(officer.get(address, {"show": "joined"}))
    assert "0.0 % too little to say" in page
    assert said in page
    file = officer.get(address, {"show": "joined", "as": "csv"})
    assert said in b"".join(file.streaming_content).decode("utf-8-sig")


def test_students_of_a_group_with_too_little_come_last(one_mark: College, sign_in: Any) -> None:
    address = reverse("attendance:comparison_students")
    query = {"by": "caseload", "window": "year"}
    page = sign_in(one_mark.lind).get(address, query)
    assert [row["given_name"] for row, _, _ in page.context["page"]][:2] == ["Ben", "Ada"]
    said = "1 with fewer than 20 possible sessions in these dates: too little to compare, so they come last."
    assert said in words(page)
    file = sign_in(one_mark.lind).get(address, query | {"as": "csv"})
    assert said in b"".join(file.streaming_content).decode("utf-8-sig")
