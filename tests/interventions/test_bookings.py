"""Times for one-to-ones: opening, booking, clashes, missed ones, and the calendar address."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core import clock
from interventions import actions
from interventions.actions.bookings import TimesSaid
from interventions.actions.feeds import make_feed
from interventions.choices import BookingState
from interventions.icalendar import calendar_text, escaped, folded
from interventions.models import Booking, Meeting, MeetingType, Slot
from tests.college import College
from tests.interventions.test_pages import talk_to, typed

MONDAY = date(2026, 11, 23)


@pytest.fixture
def times(college: College, kind: MeetingType) -> list[Slot]:
    """Four times of Ms Okafor's on Monday."""
    return actions.open_times(TimesSaid(MONDAY, time(9), time(10), 15, kind, "R4"), by=college.okafor)


def starts(slots: list[Slot]) -> list[str]:
    return [clock.local(slot.time.lower).strftime("%H:%M") for slot in slots]


def test_a_progress_day_is_opened_in_two_clicks(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    page = client.get(reverse("interventions:slot_new"))
    form = page.context["form"]
    usual = {name: form[name].value() for name in ("day", "starts", "ends", "minutes", "place")}
    assert (usual["day"], usual["starts"], usual["ends"], usual["minutes"]) == (MONDAY, time(9), time(15, 30), 15)
    sent = {
        "day": "2026-11-23",
        "starts": "09:00",
        "ends": "15:30",
        "minutes": "15",
        "place": "",
        "type": str(MeetingType.objects.get(code="personal-progress-day").pk),
    }
    answer = client.post(reverse("interventions:slot_new"), sent)
    assert answer.url == reverse("interventions:slot_list") + "?day=2026-11-23"
    assert Slot.objects.filter(tutor=college.okafor).count() == 26
    # Pressed twice nothing is opened twice, and it says so.
    again = client.post(reverse("interventions:slot_new"), sent)
    assert again.status_code == 422
    assert "You offer some of these times already" in again.content.decode()
    assert Slot.objects.count() == 26


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2026-11-19"}, "That day is past"),
        ({"day": "2026-12-25"}, "The college is closed on"),
        ({"day": "2029-01-10"}, "more than a year away"),
        ({"ends": "08:00"}, "“To” must come after “from”"),
        ({"ends": "09:05"}, "There is no room for 15 minutes"),
        ({"minutes": "7"}, "Select a valid choice"),
        ({"day": "2026-11-20", "starts": "07:00"}, "That time is past"),
    ],
)
def test_times_that_make_no_sense(
    college: College, sign_in: Any, kind: MeetingType, changes: dict[str, str], words: str
) -> None:
    sent = {"day": "2026-11-23", "starts": "09:00", "ends": "10:00", "minutes": "15", "type": str(kind.pk)} | changes
    answer = sign_in(college.okafor).post(reverse("interventions:slot_new"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Slot.objects.exists()


def test_the_clocks_go_back_and_times_stay_where_they_are(college: College, kind: MeetingType) -> None:
    slots = actions.open_times(TimesSaid(date(2027, 3, 29), time(9), time(9, 30), 15, kind), by=college.okafor)
    assert starts(slots) == ["09:00", "09:15"]
    assert slots[0].time.lower.astimezone(clock.LONDON).utcoffset() == timedelta(hours=1)


def test_the_database_refuses_what_clashes(college: College, times: list[Slot], kind: MeetingType) -> None:
    ada, ben = college.student("Ada"), college.student("Ben")
    actions.book_time(times[0], ada, by=college.okafor)
    with pytest.raises(actions.TimeTaken):
        actions.book_time(times[0], ben, by=college.okafor)
    # Another tutor's time at the same hour: the student can't be in two places.
    other = actions.open_times(TimesSaid(MONDAY, time(9, 10), time(9, 40), 30, kind), by=college.lind)
    with pytest.raises(actions.StudentBusy):
        actions.book_time(other[0], ada, by=college.lind)
    assert [(row.slot_id, row.student_id) for row in Booking.objects.all()] == [(times[0].pk, ada.pk)]
    # Past every rule, the tables themselves refuse it.
    nine = datetime(2026, 11, 23, 9, 5, tzinfo=clock.LONDON)
    with pytest.raises(IntegrityError, match="interventions_slot_alone"), transaction.atomic():
        Slot.objects.create(tutor=college.okafor, time=DateTimeTZRange(nine, nine + timedelta(minutes=5)), type=kind)
    with pytest.raises(IntegrityError, match="interventions_student_booked_once"), transaction.atomic():
        Booking.objects.create(slot=other[0], student=ada, time=other[0].time)


def test_the_same_booking_twice_is_one(college: College, times: list[Slot]) -> None:
    ada = college.student("Ada")
    first = actions.book_time(times[0], ada, by=college.okafor)
    assert actions.book_time(times[0], ada, by=college.okafor) == first


def test_a_missed_one_is_rearranged_and_stays_missed(college: College, times: list[Slot]) -> None:
    booking = actions.book_time(times[0], college.student("Ada"), by=college.okafor)
    with clock.set_to(datetime(2026, 11, 23, 9, 20, tzinfo=clock.LONDON)):
        actions.end_booking(booking, BookingState.NO_SHOW, by=college.okafor)
        with pytest.raises(actions.BookingEnded):
            actions.end_booking(booking, BookingState.CANCELLED, by=college.okafor)
        booking.refresh_from_db()
        actions.move_booking(booking, times[2], by=college.okafor)
    assert list(Booking.objects.order_by("pk").values_list("slot", "state")) == [
        (times[0].pk, "no_show"),
        (times[2].pk, "booked"),
    ]


def test_moving_to_a_taken_time_keeps_the_old_one(college: College, times: list[Slot], sign_in: Any) -> None:
    booking = actions.book_time(times[0], college.student("Ada"), by=college.okafor)
    actions.book_time(times[1], college.student("Ben"), by=college.okafor)
    client, address = sign_in(college.okafor), reverse("interventions:booking_move", args=[booking.public_id])
    assert client.post(address, {"slot": str(times[1].public_id)}).status_code == 422
    booking.refresh_from_db()
    assert booking.state == "booked"
    assert client.post(address, {"slot": str(times[3].public_id)}).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "moved"


def test_only_a_free_time_is_withdrawn_and_only_by_its_tutor(college: College, times: list[Slot]) -> None:
    actions.book_time(times[0], college.student("Ada"), by=college.okafor)
    with pytest.raises(actions.TimeTaken):
        actions.withdraw_time(times[0], by=college.okafor)
    with pytest.raises(PermissionDenied):
        actions.withdraw_time(times[1], by=college.lind)
    actions.withdraw_time(times[1], by=college.okafor)
    with pytest.raises(actions.TimeTaken):
        actions.book_time(times[1], college.student("Ben"), by=college.okafor)


def test_logging_the_one_to_one_holds_the_booking(college: College, times: list[Slot], sign_in: Any) -> None:
    booking = actions.book_time(times[0], college.student("Ada"), by=college.okafor)
    with clock.set_to(datetime(2026, 11, 23, 9, 20, tzinfo=clock.LONDON)):
        client, address = sign_in(college.okafor), talk_to(college, "Ada")
        client.post(address, typed(client.get(address), notes="All well.", held_on="2026-11-23"))
    booking.refresh_from_db()
    assert (booking.state, booking.meeting) == ("held", Meeting.objects.get())


def test_the_list_of_the_day_costs_the_same_for_any_number(
    college: College, times: list[Slot], sign_in: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from interventions.queries.bookings import times_of_day

    with django_assert_num_queries(2):
        assert len(times_of_day(college.okafor, MONDAY)) == 4
    for slot, given in zip(times, ("Ada", "Ben", "Chloe", "Dmytro"), strict=True):
        actions.book_time(slot, college.student(given), by=college.okafor)
    with django_assert_num_queries(2):
        rows = times_of_day(college.okafor, MONDAY)
    assert [row.booking.student.given_name for row in rows if row.booking] == ["Ada", "Ben", "Chloe", "Dmytro"]
    page = sign_in(college.okafor).get(reverse("interventions:slot_list")).content.decode()
    assert "Ada Ábel" in page


def feed_of(college: College, sign_in: Any, with_names: bool) -> str:
    address = make_feed(with_names=with_names, by=college.okafor)
    answer = sign_in(college.sam).get(address.removeprefix("http://localhost:8000"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return str(answer.content.decode())


def test_the_calendar_names_nobody_unless_the_tutor_asks(college: College, times: list[Slot], sign_in: Any) -> None:
    actions.book_time(times[0], college.student("Ada"), by=college.okafor)
    plain = feed_of(college, sign_in, with_names=False)
    assert [line for line in plain.split("\r\n") if line.startswith("SUMMARY")] == [
        "SUMMARY:One-to-one",
        *["SUMMARY:Open time"] * 3,
    ]
    assert "Ada" not in plain
    assert "DTSTART:20261123T090000Z" in plain
    assert "SUMMARY:One-to-one: Ada Ábel" in feed_of(college, sign_in, with_names=True)


def test_a_new_calendar_address_ends_the_one_before(college: College, times: list[Slot], client: Any) -> None:
    first = make_feed(with_names=False, by=college.okafor).removeprefix("http://localhost:8000")
    second = make_feed(with_names=False, by=college.okafor).removeprefix("http://localhost:8000")
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    college.okafor.is_active = False
    college.okafor.save()
    assert client.get(second).status_code == 404


def test_calendar_text_is_folded_and_escaped() -> None:
    assert escaped("a;b,c\\d\r\ne\x07") == "a\\;b\\,c\\\\d\\ne"
    line = "SUMMARY:" + "Łukasz Čapek 🎓 " * 20
    pieces = folded(line).split("\r\n ")
    assert max(len(piece.encode()) for piece in pieces) <= 75
    assert "".join(pieces) == line
    moment = datetime(2026, 7, 1, 9, 0, tzinfo=clock.LONDON)
    event = {"uid": UUID(int=1), "starts": moment, "ends": moment, "title": "x", "place": "", "busy": True}
    text = calendar_text("One-to-ones", "example.org", [event | {"changed": moment}], moment)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "\r\nDTSTART:20260701T080000Z\r\n" in text


def test_staff_book_a_student_into_a_time_of_the_tutor(college: College, times: list[Slot], sign_in: Any) -> None:
    ada = college.student("Ada")
    browser = sign_in(college.lind)
    address = reverse("interventions:student_book", args=[ada.public_id])
    page = browser.get(address)
    assert "with Ms Okafor" in page.content.decode()
    answer = browser.post(address, {"slot": str(times[0].public_id)})
    assert answer.url == reverse("caseload:student_detail", args=[ada.public_id])
    assert Booking.objects.get(slot=times[0]).booked_by == college.lind
    again = browser.post(address, {"slot": str(times[0].public_id)})
    assert again.status_code == 422
    assert "Booked already" in again.content.decode()
    assert "Somebody has booked that time meanwhile" in again.content.decode()


def test_nobody_books_into_the_times_of_somebody_else_s_tutor(college: College, times: list[Slot]) -> None:
    with pytest.raises(PermissionDenied):
        actions.book_time(times[0], college.student("Imran"), by=college.lind)
    actions.book_time(times[0], college.student("Ada"), by=college.lind)
