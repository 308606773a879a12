"""What a file of marks claims: complete only up to what was taken, dates asked about, and what is missing said everywhere."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from attendance.actions.missing_marks import expect_no_more
from attendance.errors import NotAllowed
from attendance.models import MarkDelivery, MissingMarks, SessionMark
from attendance.queries.registers.feeds import feeds_of
from audit.models import Entry
from caseload.models import CaseloadMembership, Site, Student
from core import clock
from core.jobs import run_now
from exchange.models import MarkImport
from tests.exchange.conftest import upload
from tests.exchange.test_marks import LIST, bring, csv_of, problems, school, standing  # noqa: F401  (a fixture)

ROWS = ("A000,2026-11-19,AM,/", "A001,2026-11-19,AM,/", "A000,2026-11-19,PM,\\", "A001,2026-11-19,PM,\\")
UNKNOWN = "A999,2026-11-19,AM,/"


def words() -> list[str]:
    return [feed.words for feed in feeds_of()]


@pytest.fixture
def only_10a(college: Any) -> None:
    """Nobody is in the other tutor groups of the school, so that a file of 10A leaves no register out."""
    CaseloadMembership.objects.filter(group__site=college.school).exclude(group__name="10A").delete()


@pytest.mark.usefixtures("school", "only_10a")
def test_refused_rows_are_said_to_be_missing_wherever_the_marks_are_spoken_of(college: Any, sign_in: Any) -> None:
    result = bring(college, csv_of(*ROWS, UNKNOWN, "A998,2026-11-18,AM,/", "A000,soon,AM,/"))
    assert (result.created, result.refused) == (4, 3)
    assert result.missing == [
        {"date": "2026-11-19", "rows": 1}, {"date": "2026-11-18", "rows": 1}, {"date": "", "rows": 1},
    ]  # fmt: skip
    assert words() == ["marks to yesterday 16:20, 3 of them missing"]
    page = sign_in(college.okafor).get(reverse("attendance:absent_list")).content.decode()
    assert "From the MIS: marks to yesterday 16:20, 3 of them missing" in page
    own = sign_in(college.price).get(LIST).content.decode()
    assert [
        words in own for words in ("Marks missing", "Thu 19 Nov (1)", "Wed 18 Nov (1)", "no readable date (1)")
    ] == [True] * 4
    assert "Up to date" not in own
    detail = sign_in(college.price).get(
        reverse("exchange:mark_delivery_detail", args=[MarkDelivery.objects.get().public_id])
    )
    assert "3 marks missing" in detail.content.decode()


@pytest.mark.usefixtures("school")
def test_a_site_that_never_had_a_delivery_is_not_called_up_to_date(college: Any, sign_in: Any) -> None:
    page = sign_in(college.price).get(LIST).content.decode()
    assert "no marks have come in from the MIS yet" in page
    assert ("No marks yet" in page, "Up to date" in page) == (True, False)


def test_where_every_register_is_taken_here_the_page_says_who_decides_it(college: Any, sign_in: Any) -> None:
    page = sign_in(college.tran).get(LIST).content.decode()
    assert "The attendance officer decides that in the site’s attendance settings." in page


@pytest.mark.usefixtures("school", "only_10a")
def test_a_later_file_that_brings_them_ends_it(college: Any) -> None:
    bring(college, csv_of(*ROWS, UNKNOWN))
    assert [(row.date, row.marks, row.count) for row in MissingMarks.objects.all()] == [
        (date(2026, 11, 19), ["a999 am"], 1)
    ]
    Student.objects.filter(pk=college.student("Chloe").pk).update(admission_number="A999")
    bring(college, csv_of(*ROWS, UNKNOWN))
    assert (words(), MissingMarks.objects.exists()) == (["marks to yesterday 16:20"], False)


@pytest.mark.usefixtures("school")
def test_a_correction_of_one_mark_does_not_hide_the_others(college: Any) -> None:
    bring(college, csv_of(*ROWS, UNKNOWN, "A998,2026-11-19,AM,/"))
    bring(college, csv_of("A002,2026-11-19,AM,/"))
    assert [row.marks for row in MissingMarks.objects.all()] == [["a998 am", "a999 am"]]
    Student.objects.filter(pk=college.student("Chloe").pk).update(admission_number="A999")
    bring(college, csv_of(UNKNOWN))
    assert [row.marks for row in MissingMarks.objects.all()] == [["a998 am"]]


@pytest.mark.usefixtures("school")
def test_a_whole_file_without_those_rows_ends_it_too(college: Any) -> None:
    bring(college, csv_of(*ROWS[:2], UNKNOWN, "A000,soon,AM,/"))
    bring(college, csv_of(*ROWS))
    assert MissingMarks.objects.count() == 0


@pytest.mark.usefixtures("school")
def test_registers_that_the_file_leaves_out_are_named_everywhere(college: Any, sign_in: Any) -> None:
    """Three tutor groups have somebody on their registers and not one mark; a later file that brings one ends it."""
    groups = CaseloadMembership.objects.exclude(group__name="10A").filter(group__site=college.school)
    rows = groups.select_related("group", "student").order_by("group__name")
    first_of = {row.group.name: row.student.admission_number for row in rows}
    assert set(first_of) == {"10B", "9C", "Kestrel 1"}
    left_out = [f"{name} {session}" for session in ("AM", "PM") for name in ("10B", "9C", "Kestrel 1")]
    assert bring(college, csv_of(*ROWS), dry_run=True).registers_missing == left_out
    bring(college, csv_of(*ROWS))
    assert words() == ["marks to yesterday 16:20, none of 10B AM and 5 other registers"]
    browser = sign_in(college.price)
    assert f"Registers without a mark: {', '.join(left_out)}" in browser.get(LIST).content.decode()
    page = browser.get(reverse("exchange:mark_delivery_detail", args=[MarkDelivery.objects.get().public_id]))
    assert f"registers that had begun:</strong> {', '.join(left_out)}." in page.content.decode()
    sessions = (("AM", "/"), ("PM", "\\"))
    rest = [f"{number},2026-11-19,{session},{code}" for session, code in sessions for number in first_of.values()]
    bring(college, csv_of(*rest[:-1]))
    assert words() == ["marks to yesterday 16:20, none of Kestrel 1 PM"]
    bring(college, csv_of(rest[-1].replace("\\", "-")))
    assert words() == ["marks to yesterday 16:20, none of Kestrel 1 PM"]  # a blank is no mark
    bring(college, csv_of(rest[-1]))
    assert words() == ["marks to yesterday 16:20"]


@pytest.mark.usefixtures("school")
def test_marks_that_will_never_come_are_given_up_once(college: Any, sign_in: Any) -> None:
    bring(college, csv_of(*ROWS, UNKNOWN, "A998,2026-11-18,AM,/"))
    delivery, browser = MarkDelivery.objects.get(), sign_in(college.price)
    address = reverse("exchange:mark_delivery_no_more", args=[delivery.public_id])
    detail = reverse("exchange:mark_delivery_detail", args=[delivery.public_id])
    assert "They won’t come" in browser.get(detail).content.decode()
    said = browser.post(address, follow=True).content.decode()
    assert "Waymark no longer waits for 2 marks from this file." in said
    assert ("They won’t come" in said, MissingMarks.objects.exists()) == (False, False)
    assert "nothing changed" in browser.post(address, follow=True).content.decode()
    assert [entry.details for entry in Entry.objects.filter(verb="attendance.marks_given_up")] == [{"marks": 2}]
    with pytest.raises(NotAllowed):
        expect_no_more(college.okafor, delivery)


@pytest.mark.usefixtures("school")
def test_complete_only_up_to_the_register_that_has_no_mark_yet(college: Any) -> None:
    """A file with the morning alone says nothing of the afternoon, whatever time somebody typed."""
    noon = clock.at(date(2026, 11, 19), 13, 20)
    assert bring(college, csv_of(*ROWS[:2])).covers_until == noon
    assert bring(college, csv_of(*ROWS[:2]), covers_until=clock.at(college.today, 9)).covers_until == noon
    assert bring(college, csv_of(*ROWS[:3]), covers_until=clock.at(college.today, 9)).covers_until == clock.at(
        date(2026, 11, 19), 16, 20
    )
    # Of the afternoon only what was refused came.
    assert bring(college, csv_of(*ROWS[:2], "A999,2026-11-19,PM,\\")).covers_until == noon


def test_lessons_are_complete_up_to_the_next_one(college: Any) -> None:
    Site.objects.filter(pk=college.sixth.pk).update(registers_taken="mis")
    college.sixth.refresh_from_db()
    Student.objects.filter(pk=college.student("Wren").pk).update(uln="2000000000")
    head = "uln,date,period,code"
    result = bring(college, csv_of("2000000000,2026-11-20,P1,/", head=head), college.sixth)
    assert result.covers_until == clock.now()  # ten o'clock, when the second begins
    friday = csv_of("2000000000,2026-11-13,P1,/", "2000000000,2026-11-13,P2,/", head=head)
    assert bring(college, friday, college.sixth).covers_until == clock.at(date(2026, 11, 13), 11, 20)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.usefixtures("school")
def test_other_separators_are_read(college: Any, separator: str) -> None:
    content = csv_of("A000,2026-11-20,AM,/").replace(b",", separator.encode())
    assert (bring(college, content).created, standing()) == (1, [("Ada", college.today, 1, "/")])


@pytest.mark.usefixtures("school")
def test_dates_with_slashes_are_asked_about(college: Any) -> None:
    rows = ("A000,11/6/2026,AM,/", "A001,11/9/2026,AM,N")
    result = bring(college, csv_of(*rows))
    assert problems(result) == [
        (1, "date", "11/6/2026", "2 dates are written with slashes, and nothing says whether the day or the month comes"
        " first. Every one of them could be day/month/year or month/day/year. Nothing was taken until somebody says it."),
    ]  # fmt: skip
    assert result.problems[0].as_text().endswith("somebody says it. Say it with --dates dmy or --dates mdy.")
    assert (result.imported, SessionMark.objects.exists()) == (False, False)
    assert bring(college, csv_of(*rows), dates="mdy").created == 2
    assert [day for _, day, _, _ in standing()] == [date(2026, 11, 6), date(2026, 11, 9)]


@pytest.mark.usefixtures("school")
def test_the_wrong_order_is_noticed_and_no_mark_lands_on_another_day(college: Any) -> None:
    result = bring(college, csv_of("A000,11/6/2026,AM,/", "A000,11/13/2026,AM,/"), dates="dmy")
    assert [found.message for found in result.problems] == [
        "The dates were read as day/month/year, and 11/13/2026 can only be month/day/year. Choose the other order under"
        " “Dates with slashes”, or correct the file."
    ]
    assert not SessionMark.objects.exists()


@pytest.mark.usefixtures("school")
def test_dates_with_the_month_in_letters_need_no_answer(college: Any) -> None:
    bring(college, csv_of("A000,20 Nov 2026,AM,/", "A001,2026-11-20T00:00:00,AM,/"))
    assert [day for _, day, _, _ in standing()] == [college.today] * 2


@pytest.mark.usefixtures("school")
def test_unknown_columns_are_listed_and_refuse_nothing(college: Any) -> None:
    result = bring(college, csv_of("A000,Ada,2026-11-20,AM,/,x", head="admission_number,Name,date,session,code,Room"))
    assert problems(result) == [(1, "", "", "Columns that Waymark does not know were not read: Name, Room.")]
    assert (result.created, result.refused) == (1, 0)


@pytest.mark.usefixtures("school")
def test_the_preview_asks_once_and_remembers_for_that_upload_alone(college: Any, sign_in: Any) -> None:
    browser = sign_in(college.tran)
    browser.post(LIST, {"site": college.school.pk, "file": upload(csv_of("A000,11/6/2026,AM,/", UNKNOWN), "m.csv")})
    run = MarkImport.objects.get()
    run_now("exchange.work_on_marks", import_id=run.pk)
    detail = reverse("exchange:mark_import_detail", args=[run.public_id])
    page = browser.get(detail)
    assert ("How are dates with slashes written" in page.content.decode(), page.context["may_confirm"]) == (True, False)
    dates = reverse("exchange:mark_import_dates", args=[run.public_id])
    assert "Choose how the dates are written" in browser.post(dates, {"dates": "x"}, follow=True).content.decode()
    browser.post(dates, {"dates": "mdy"})
    run_now("exchange.work_on_marks", import_id=run.pk)
    page = browser.get(detail)
    assert ("How are dates" in page.content.decode(), page.context["may_confirm"]) == (False, True)
    assert "1 mark in this file cannot be taken." in page.content.decode()
    browser.post(reverse("exchange:mark_import_confirm", args=[run.public_id]))
    run_now("exchange.work_on_marks", import_id=run.pk)
    assert standing() == [("Ada", date(2026, 11, 6), 1, "/")]
    assert "dates read as month/day/year" in browser.get(detail).content.decode()
    assert not browser.get(LIST).context["form"]["dates"].value()  # the next file is asked about again
