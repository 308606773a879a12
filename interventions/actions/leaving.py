"""What becomes of booked one-to-ones and interventions when students leave the roll."""

from typing import Any

from django.db.models import DateField, F, Func, Q, Value

from audit import record
from caseload.registries.leaving import Follower, Gone
from core import clock
from interventions import choices
from interventions.choices import BookingState
from interventions.models import Booking, InterventionMember

NO_LONGER_HERE = "No longer on roll"


def follow_leavers(by: Any, gone: Gone) -> int:
    """Cancel the one-to-ones that are booked for later, and end the students' part in interventions after their last day.

    Gives how many of both.
    """
    return _cancel_bookings(by, gone) + _leave_interventions(gone)


def _cancel_bookings(by: Any, gone: Gone) -> int:
    later = Booking.objects.select_for_update().filter(
        student__in=gone.student_ids,
        state=BookingState.BOOKED,
        time__startswith__gte=max(clock.at(gone.from_day, 0), clock.now()),
    )
    rows = list(later.order_by("pk").values_list("pk", "student_id"))
    Booking.objects.filter(pk__in=[pk for pk, _ in rows]).update(
        state=BookingState.CANCELLED, ended_at=clock.now()
    )  # fmt: skip
    for pk, student in rows:
        details = {"student": student, "state": BookingState.CANCELLED}
        record.record(by, choices.CHANGED_BOOKING, "booking", pk, details=details)
    return len(rows)


def _leave_interventions(gone: Gone) -> int:
    rows = InterventionMember.objects.filter(student__in=gone.student_ids)
    removed, _ = rows.filter(period__startswith__gte=gone.from_day).delete()
    begins = Func(F("period"), function="lower", output_field=DateField())
    period = Func(begins, Value(gone.from_day, DateField()), function="daterange")
    going_on = Q(period__endswith=None) | Q(period__endswith__gt=gone.from_day)
    ended = rows.filter(going_on, period__startswith__lt=gone.from_day).update(
        period=period, left_because=NO_LONGER_HERE
    )  # fmt: skip
    return removed + ended


FOLLOWER = Follower("one-to-ones and interventions", follow_leavers)
