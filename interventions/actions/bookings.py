"""Opening times for one-to-ones, booking them, and what becomes of a booked time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from audit import record
from caseload.models import Student
from core import clock
from core.actors import SystemActor
from interventions import choices, rules
from interventions.choices import BookingState
from interventions.models import Booking, Meeting, MeetingType, Slot
from interventions.queries.bookings import bookable

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

OFFER = "interventions.offer_slots"
BY_LINK = SystemActor("student-links", "a student answers through the link that they were sent")
MOST_TIMES = 100


class TimesClash(Exception):
    """The tutor offers one of these times already; nothing was opened."""


class TimeTaken(Exception):
    """Somebody has booked the time meanwhile, or it is withdrawn or past; nothing was booked."""


class StudentBusy(Exception):
    """The student has another booking at that time; nothing was booked."""


class BookingEnded(Exception):
    """The booking was held, moved, cancelled or missed already; nothing was changed."""


@dataclass(frozen=True)
class TimesSaid:
    """A row of slots on one day: from, to, how many minutes each lasts, the minutes between two, and the breaks left out."""

    day: date
    starts: time
    ends: time
    minutes: int
    type: MeetingType
    place: str = ""
    gap: int = 0
    breaks: tuple[tuple[time, time], ...] = ()

    def ranges(self) -> list[DateTimeTZRange]:
        """Each slot that fits whole between the two and touches no break; after a break the next begins at its end."""
        begin, last = self._at(self.starts), self._at(self.ends)
        long, step = timedelta(minutes=self.minutes), timedelta(minutes=self.minutes + self.gap)
        breaks = [(self._at(start), self._at(end)) for start, end in self.breaks]
        found: list[DateTimeTZRange] = []
        while begin + long <= last:
            resume = next((end for start, end in breaks if start < begin + long and begin < end), None)
            if resume is None:
                found.append(DateTimeTZRange(begin, begin + long))
            begin = resume or begin + step
        return found

    def _at(self, hour: time) -> datetime:
        return datetime.combine(self.day, hour, clock.LONDON)


@transaction.atomic
def open_times(said: TimesSaid, *, by: "By") -> list[Slot]:
    """Offer a row of times for one-to-ones, all or none. Two of a tutor's times never overlap."""
    if isinstance(by, SystemActor) or not by.has_perm(OFFER):
        raise PermissionDenied
    slots = [Slot(tutor=by, time=one, type=said.type, place=said.place) for one in said.ranges()[:MOST_TIMES]]
    try:
        with transaction.atomic():
            Slot.objects.bulk_create(slots)
    except IntegrityError as clash:
        raise TimesClash from clash
    record.record(by, choices.OPENED_TIMES, details={"on": str(said.day), "times": len(slots)})
    return slots


@transaction.atomic
def withdraw_time(slot: Slot, *, by: "By") -> bool:
    """Take a time back that nobody has booked. Gives whether it was still open."""
    if slot.tutor_id != by.pk:
        raise PermissionDenied
    now = Slot.objects.select_for_update().get(pk=slot.pk)
    if Booking.objects.taking_room().filter(slot=now).exists():
        raise TimeTaken
    if not Slot.objects.filter(pk=now.pk, withdrawn_at=None).update(withdrawn_at=clock.now()):
        return False
    record.record(by, choices.WITHDREW_TIME, "slot", now.pk)
    return True


@transaction.atomic
def book_time(slot: Slot, student: Student, *, by: "By") -> Booking:
    """Book a time for a student: the student through their link, or whoever logs one-to-ones with the student.

    Staff book into their own times and into those of the student's tutors, nobody else's.

    One student in a time, and one time for a student at once; the database refuses the rest. The same again does nothing.
    """
    if not isinstance(by, SystemActor) and not may_book(by, slot, student):
        raise PermissionDenied
    held = (
        Slot.objects.select_for_update().filter(pk=slot.pk, withdrawn_at=None, time__endswith__gt=clock.now()).first()
    )
    if held is None:
        raise TimeTaken
    before = Booking.objects.taking_room().filter(slot=held, student=student).first()
    if before is not None:
        return before
    booking = Booking(slot=held, student=student, time=held.time, booked_by=None if isinstance(by, SystemActor) else by)
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as clash:
        raise _which(clash) from clash
    record.record(by, choices.BOOKED_TIME, "booking", booking.pk, details={"student": student.pk})
    return booking


def may_book(by: "User", slot: Slot, student: Student) -> bool:
    """Whoever logs one-to-ones with the student, into a time of their own or of one of the student's tutors."""
    return rules.may_log_meeting(by, student) and slot.tutor_id in bookable(by, student)


def _which(clash: IntegrityError) -> Exception:
    cause: Any = clash.__cause__
    busy = cause is not None and cause.diag.constraint_name == "interventions_student_booked_once"
    return StudentBusy() if busy else TimeTaken()


@transaction.atomic
def end_booking(booking: Booking, state: BookingState, *, by: "By") -> Booking:
    """Say that the student did not come, or cancel. A time that is still to come is free again."""
    if booking.slot.tutor_id != by.pk or state not in (BookingState.NO_SHOW, BookingState.CANCELLED):
        raise PermissionDenied
    ended = {"state": state, "ended_at": clock.now()}
    if not Booking.objects.filter(pk=booking.pk, state=BookingState.BOOKED).update(**ended):
        raise BookingEnded
    record.record(
        by, choices.CHANGED_BOOKING, "booking", booking.pk, details={"student": booking.student_id, "state": state}
    )
    return booking


@transaction.atomic
def move_booking(booking: Booking, slot: Slot, *, by: "By") -> Booking:
    """Rearrange: leave one time and book another, both or neither. A missed one is rearranged too, and stays missed."""
    if booking.slot.tutor_id != by.pk:
        raise PermissionDenied
    if booking.state not in (BookingState.BOOKED, BookingState.NO_SHOW):
        raise BookingEnded
    moved = {"state": BookingState.MOVED, "ended_at": clock.now()}
    if booking.state == BookingState.BOOKED and not Booking.objects.filter(
        pk=booking.pk, state=BookingState.BOOKED
    ).update(**moved):
        raise BookingEnded
    return book_time(slot, booking.student, by=by)


def hold_booked(meeting: Meeting) -> None:
    """A one-to-one that is logged on the day of its booking was held in that booked time. Called when it is logged."""
    day = clock.local(meeting.held_at).date()
    rows = Booking.objects.filter(
        student=meeting.student_id,
        slot__tutor=meeting.led_by_id,
        state__in=(BookingState.BOOKED, BookingState.NO_SHOW),
        time__startswith__range=(clock.at(day, 0), clock.at(day, 0) + timedelta(days=1)),
    )
    first = rows.order_by("time").values_list("pk", flat=True).first()
    if first is not None:
        Booking.objects.filter(pk=first).update(state=BookingState.HELD, ended_at=clock.now(), meeting=meeting)
