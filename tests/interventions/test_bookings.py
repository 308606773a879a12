"""Times for one-to-ones: opening, booking, clashes, missed ones, and the calendar address."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from caseload.models import Closure, LessonTime, TimetabledLesson
from core import clock
from interventions import actions
from interventions.actions.bookings import TimesSaid
from interventions.actions.feeds import make_feed
from interventions.choices import BookingState
from interventions.icalendar import calendar_text, escaped, folded
from interventions.models import Booking, Meeting, MeetingType, Slot
from interventions.queries.day_breaks import WITHOUT_TIMETABLE, usual_breaks
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
        "day": "2026-11-23", "starts": "09:00", "ends": "15:30", "minutes": "15", "gap": "0", "place": "", "open": "1",
        "type": str(MeetingType.objects.get(code="personal-progress-day").pk), "seen": form.seen,
        **{field.name: f"{field.value():%H:%M}" for pair in form.pauses for field in pair if field.value()},
    }  # fmt: skip
    answer = client.post(reverse("interventions:slot_new"), sent)
    assert answer.url == reverse("interventions:slot_list") + "?day=2026-11-23"
    slots = Slot.objects.filter(tutor=college.okafor).order_by("time")
    assert len(slots) == len(form.slots) > 15
    assert [slot.time for slot in slots] == form.slots
    # Pressed twice nothing is opened twice, and it says so.
    again = client.post(reverse("interventions:slot_new"), sent)
    assert again.status_code == 422
    assert "You offer some of these slots already" in again.content.decode()
    assert Slot.objects.count() == len(slots)


def test_a_progress_day_leaves_out_break_and_lunch_of_the_timetable_and_gaps_between() -> None:
    said = TimesSaid(
        MONDAY, time(9), time(14), 25, None, gap=5,  # type: ignore[arg-type]  # its kind plays no part
        breaks=((time(10, 20), time(10, 40)), (time(12), time(12, 45))),
    )  # fmt: skip
    assert [f"{clock.local(one.lower):%H:%M}-{clock.local(one.upper):%H:%M}" for one in said.ranges()] == [
        "09:00-09:25", "09:30-09:55", "10:40-11:05", "11:10-11:35", "12:45-13:10", "13:15-13:40",
    ]  # fmt: skip


def test_the_breaks_of_the_day_come_from_the_timetable_or_are_usual_ones(college: College) -> None:
    TimetabledLesson.objects.all().delete()
    LessonTime.objects.all().delete()
    assert usual_breaks(college.okafor, MONDAY) == WITHOUT_TIMETABLE
    for number, start, end in (
        (1, "09:00", "10:20"),
        (2, "10:40", "12:00"),
        (3, "12:45", "14:05"),
        (4, "14:10", "15:30"),
    ):
        LessonTime.objects.create(
            site=college.school, weekday=0, number=number, label=f"P{number}", starts_at=start, ends_at=end
        )
    assert usual_breaks(college.okafor, MONDAY) == {
        "break": (time(10, 20), time(10, 40)), "lunch": (time(12), time(12, 45))
    }  # fmt: skip


def test_slots_are_shown_before_they_are_opened(college: College, sign_in: Any, kind: MeetingType) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:slot_new")
    sent = {
        "day": "2026-11-23", "starts": "09:00", "ends": "10:00", "minutes": "15", "type": str(kind.pk), "open": "1",
        "break_from": "09:15", "break_to": "09:30",
    }  # fmt: skip
    shown = client.post(address, sent | {"seen": "something else"})
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.content.decode()))
    assert (shown.status_code, Slot.objects.count()) == (200, 0)
    assert "3 slots on Mon 23 Nov" in page
    assert "09:00 to 09:15 : 09:00 09:30 to 10:00 : 09:30 · 09:45" in page
    part = client.post(address, sent, headers={"HX-Request": "true"}).content.decode()
    assert "3 slots on" in part
    assert "<form" not in part
    assert client.post(address, sent | {"seen": shown.context["form"].seen}).status_code == 302
    assert starts(list(Slot.objects.order_by("time"))) == ["09:00", "09:30", "09:45"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2026-11-19"}, "That day is past"),
        ({"day": "2026-12-25"}, "Waymark School is closed on Fri 25 Dec"),
        ({"day": "2026-11-21"}, "Waymark School is closed on Sat 21 Nov"),
        ({"day": "2029-01-10"}, "more than a year away"),
        ({"ends": "08:00"}, "“To” must come after “from”"),
        ({"ends": "09:05"}, "There is no room for 15 minutes"),
        ({"minutes": "7"}, "This is not one of the choices here"),
        ({"day": "2026-11-20", "starts": "07:00"}, "That time is past"),
        ({"lunch_from": "09:15"}, "Give both times of this break, or neither."),
        ({"lunch_from": "09:15", "lunch_to": "09:15"}, "This is before the break begins."),
        ({"break_from": "08:00", "break_to": "11:00"}, "There is no room for 15 minutes"),
        ({"gap": "-5"}, "Give 0 or more"),
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


def test_a_day_on_which_the_site_of_ones_students_is_closed_is_refused_and_not_proposed(
    college: College, sign_in: Any, kind: MeetingType
) -> None:
    Closure.objects.create(site=college.school, kind="inset", name="INSET", starts_on=MONDAY, ends_on=MONDAY)
    client, address = sign_in(college.okafor), reverse("interventions:slot_new")
    assert client.get(address).context["form"]["day"].value() == MONDAY + timedelta(days=1)
    sent = {"day": "2026-11-23", "starts": "09:00", "ends": "10:00", "minutes": "15", "type": str(kind.pk)}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "Waymark School is closed on Mon 23 Nov. Give another day." in refused.content.decode()
    # A tutor at the sixth form, which opens on that day.
    Closure.objects.update(site=college.sixth)
    assert client.post(address, sent).status_code == 200


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
    college.leaves(college.okafor)
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
