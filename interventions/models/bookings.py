"""Times that a tutor offers, who booked them, what students wrote beforehand, and calendars to subscribe to."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from caseload.models import Student
from core import clock
from core.models import PublicIdModel, SignedLink
from interventions import choices
from interventions.models.meetings import Meeting, MeetingType
from interventions.querysets import BookingQuerySet, SlotQuerySet, StudentWordsQuerySet

STAFF = settings.AUTH_USER_MODEL


class Slot(PublicIdModel):
    """A time that a tutor offers for a one-to-one. A tutor's times never overlap; the database sees to it."""

    tutor = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    time = DateTimeRangeField()
    type = models.ForeignKey(MeetingType, models.PROTECT, related_name="+")
    place = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["time"]
        constraints = [
            ExclusionConstraint(
                name="interventions_slot_alone",
                expressions=[("tutor", RangeOperators.EQUAL), ("time", RangeOperators.OVERLAPS)],
                condition=Q(withdrawn_at=None),
            )
        ]
        permissions = [("offer_slots", "Can offer times for one-to-ones and ask students to write beforehand")]


class Booking(PublicIdModel):
    """A student's place in a slot. One at a time in a slot, and nobody is booked twice at once: the database sees to it."""

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    time = DateTimeRangeField()
    state = models.CharField(max_length=10, choices=choices.BookingState.choices, default=choices.BookingState.BOOKED)
    booked_by = models.ForeignKey(
        STAFF, models.PROTECT, null=True, blank=True, related_name="+", help_text="Nobody: the student, by their link."
    )
    booked_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["time"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state__in=choices.TAKING_ROOM), name="interventions_slot_booked_once"
            ),
            ExclusionConstraint(
                name="interventions_student_booked_once",
                expressions=[("student", RangeOperators.EQUAL), ("time", RangeOperators.OVERLAPS)],
                condition=Q(state__in=choices.TAKING_ROOM),
            ),
        ]


class StudentWords(PublicIdModel):
    """What a student wrote before a one-to-one, through their one-use link."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    link = models.ForeignKey(SignedLink, models.PROTECT, related_name="+")
    mailed = models.BooleanField(default=False)
    well = models.TextField("what is going well", max_length=4_000, blank=True)
    hard = models.TextField("what is hard", max_length=4_000, blank=True)
    talk = models.TextField("what I want to talk about", max_length=4_000, blank=True)
    wellbeing = models.PositiveSmallIntegerField(null=True, blank=True, choices=choices.Wellbeing.choices)
    written_at = models.DateTimeField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")

    objects = StudentWordsQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = "words of a student"
        indexes = [models.Index(fields=["student", "-asked_at"], name="interventions_words_of")]


class CalendarFeed(models.Model):
    """A tutor's own calendar address: a secret in it, and no student's name unless the tutor asked for it."""

    user = models.OneToOneField(STAFF, models.PROTECT, primary_key=True, related_name="+")
    link = models.ForeignKey(SignedLink, models.PROTECT, related_name="+")
    with_names = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"Calendar feed of user {self.pk}"
