"""Times offered and booked, what students wrote beforehand, and what a tutor's calendar shows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from caseload.models import CaseloadMembership, Student
from caseload.queries.tutors import tutors_of
from core import clock
from interventions.models import Booking, CalendarFeed, Slot, StudentWords

OFFER = "interventions.offer_slots"
LOG = "interventions.log_meeting"
LOOK_BACK, LOOK_AHEAD = timedelta(days=60), timedelta(days=370)
STUDENTS_SEE = timedelta(days=60)


@dataclass
class OfferedTime:
    """One time with who is in it, if anybody, and who missed or left it."""

    slot: Slot
    booking: Booking | None
    missed: list[Booking]

    @property
    def starts(self) -> datetime:
        """When it begins."""
        starts: datetime = clock.local(self.slot.time.lower)
        return starts

    @property
    def ends(self) -> datetime:
        """When it ends."""
        ends: datetime = clock.local(self.slot.time.upper)
        return ends

    @property
    def is_past(self) -> bool:
        """Whether it has begun."""
        return self.starts <= clock.now()


def times_of_day(user: Any, day: date) -> list[OfferedTime]:
    """The times that somebody offers on a day, in order. Two queries."""
    start = clock.at(day, 0)
    rows = Slot.objects.visible_to(user, OFFER).filter(
        withdrawn_at=None, time__startswith__gte=start, time__startswith__lt=clock.at(day + timedelta(days=1), 0)
    )
    return [_offered(slot) for slot in _with_bookings(rows, user)]


def _with_bookings(rows: QuerySet[Slot], user: Any) -> QuerySet[Slot]:
    mine = Booking.objects.visible_to(user, LOG).select_related("student").order_by("booked_at")
    return rows.select_related("type").prefetch_related(Prefetch("bookings", mine, "known")).order_by("time")


def _offered(slot: Any) -> OfferedTime:
    taking = [one for one in slot.known if one.state in ("booked", "held")]
    return OfferedTime(slot, taking[0] if taking else None, [one for one in slot.known if one.state == "no_show"])


def days_with_times(user: Any) -> list[date]:
    """The days from today on with times of this person's, and the last one before, in order. One query."""
    now = clock.at(clock.today(), 0)
    rows = Slot.objects.visible_to(user, OFFER).filter(
        withdrawn_at=None, time__startswith__gte=now - timedelta(days=30)
    )
    days = sorted({clock.local(time.lower).date() for time in rows.values_list("time", flat=True)})
    before = [day for day in days if day < clock.today()]
    return before[-1:] + [day for day in days if day >= clock.today()]


def open_times_of(tutor_id: int) -> QuerySet[Slot]:
    """The times of a tutor that a student may choose from."""
    last = clock.now() + STUDENTS_SEE
    return Slot.objects.open().filter(tutor=tutor_id, time__startswith__lt=last).order_by("time")


def open_times_for(user: Any, student: Student) -> QuerySet[Slot]:
    """The free times into which somebody may book this student: their own, and those of the student's tutors."""
    last = clock.now() + STUDENTS_SEE
    rows = (
        Slot.objects.open().filter(tutor__in=bookable(user, student), time__startswith__lt=last).select_related("tutor")
    )
    return rows.order_by("time", "tutor__sort_key", "pk")


def bookable(user: Any, student: Student) -> set[int]:
    """The ids of those into whose times somebody may book this student: their own, and the student's tutors."""
    groups = CaseloadMembership.objects.filter(student=student, period__contains=clock.today())
    held = tutors_of(groups.values_list("group_id", flat=True))
    return {user.pk, *(person for people in held.values() for person in people)}


def booked_times(student: Student) -> QuerySet[Booking]:
    """The student's booked times from now on, with whomever; the caller has let this person see the student."""
    rows = Booking.objects.taking_room().filter(student=student, time__endswith__gt=clock.now())
    return rows.select_related("slot__tutor").order_by("time")


def next_booking(user: Any, student: Student) -> Booking | None:
    """The student's next booked time with this person."""
    rows = Booking.objects.visible_to(user, LOG).taking_room().filter(student=student, time__endswith__gt=clock.now())
    return rows.select_related("slot").order_by("time").first()


def words_for(user: Any, student: Student) -> StudentWords | None:
    """What the student wrote for this person and no one-to-one has followed yet."""
    rows = StudentWords.objects.visible_to(user).filter(student=student, meeting=None, sealed_at=None)
    return rows.exclude(written_at=None).order_by("-written_at", "-pk").first()


def asked_lately(user: Any) -> QuerySet[StudentWords]:
    """The students whom this person asked to write, whose link still opens or who wrote in the last weeks."""
    rows = StudentWords.objects.visible_to(user).filter(asked_at__gte=clock.now() - timedelta(days=28), meeting=None)
    return (
        rows.filter(link__revoked_at=None).select_related("student", "link").order_by("student__sort_key", "-asked_at")
    )


def calendar_rows(feed: CalendarFeed) -> list[dict[str, Any]]:
    """What a calendar address gives: the person's times, booked or open, with names only if they asked for them."""
    now = clock.now()
    rows = Slot.objects.filter(
        tutor=feed.user_id, time__startswith__range=(now - LOOK_BACK, now + LOOK_AHEAD), withdrawn_at=None
    )
    return [_event(_offered(slot), feed) for slot in _with_bookings(rows, feed.user)]


def _event(one: OfferedTime, feed: CalendarFeed) -> dict[str, Any]:
    title = "One-to-one" if one.booking else "Open time"
    if one.booking and feed.with_names:
        title = f"One-to-one: {one.booking.student.full_name}"
    return {
        "uid": one.slot.public_id,
        "starts": one.slot.time.lower,
        "ends": one.slot.time.upper,
        "title": title,
        "place": one.slot.place,
        "busy": one.booking is not None,
        "changed": one.booking.booked_at if one.booking else one.slot.opened_at,
    }
