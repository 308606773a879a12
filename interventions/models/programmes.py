"""Interventions: for one student or a group, with sessions, hours, cost, and what they changed."""

from decimal import Decimal
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from caseload.models import Course, Student
from core import clock
from core.models import LeasedWork, PublicIdModel
from interventions.choices import TEXT_LIMIT
from interventions.choices_programmes import HiddenReason, ImpactScope, Measure, NeedArea
from interventions.models.bank import BankItem
from interventions.querysets_programmes import (
    ImpactRunQuerySet,
    InterventionQuerySet,
    MemberQuerySet,
    ProgrammeQuerySet,
)

STAFF = settings.AUTH_USER_MODEL


class InterventionType(PublicIdModel):
    """A kind of intervention: mentoring, small-group maths, counselling. Data: a college adds its own."""

    name = models.CharField(max_length=80, unique=True)
    area = models.CharField("area of need", max_length=12, choices=NeedArea.choices)
    active = models.BooleanField("offered for new interventions", default=True)

    class Meta:
        ordering = ["name"]
        permissions = [("manage_kinds", "Can set up kinds of interventions")]


class Programme(PublicIdModel):
    """A name under which somebody puts interventions that belong together, of one kind or several; their impact is worked out as one."""

    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="interventions_programme_once")]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Intervention(PublicIdModel):
    """Something done for a student or a group for a while, to reach something that can be measured."""

    type = models.ForeignKey(InterventionType, models.PROTECT, related_name="interventions")
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="interventions", help_text="What it belongs to."
    )
    title = models.CharField(max_length=120)
    area = models.CharField("area of need", max_length=12, choices=NeedArea.choices)
    intended = models.TextField("intended outcome", max_length=TEXT_LIMIT)
    figure = models.CharField("measured by", max_length=12, choices=Measure.choices)
    figure_goal = models.DecimalField("goal", max_digits=7, decimal_places=2, null=True, blank=True)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    led_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField("planned end", null=True, blank=True)
    review_on = models.DateField()
    cost_per_hour = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    other_cost = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal(0))
    ended_on = models.DateField("ended", null=True, blank=True)
    outcome = models.TextField(max_length=TEXT_LIMIT, blank=True)
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="interventions_intervention_forwards"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")),
                name="interventions_intervention_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(review_on__gte=F("starts_on")), name="interventions_intervention_review_after_start"
            ),
        ]
        permissions = [
            ("run_intervention", "Can start and run interventions"),
            ("view_impact", "Can see what interventions changed"),
        ]

    @property
    def is_to_come(self) -> bool:
        """Planned, and its first day has not come yet."""
        return self.ended_on is None and self.starts_on > clock.today()

    @property
    def review_due(self) -> bool:
        """Still going on, and its review date has come."""
        return self.ended_on is None and self.review_on <= clock.today()


class InterventionReview(models.Model):
    """What a review of an intervention found, and when the next one is; none when it ended there. Append-only."""

    intervention = models.ForeignKey(Intervention, models.PROTECT, related_name="reviews")
    found = models.TextField("what was found", max_length=TEXT_LIMIT)
    next_on = models.DateField("next review", null=True, blank=True)
    reviewed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-reviewed_at", "-pk"]

    def __str__(self) -> str:
        return f"Intervention review {self.pk}"


class InterventionMember(models.Model):
    """A student takes part from one date to another; the end is the first day they no longer do."""

    intervention = models.ForeignKey(Intervention, models.PROTECT, related_name="members")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    period: Any = DateRangeField()
    left_because = models.CharField(max_length=200, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="interventions_member_once",
                expressions=[
                    ("intervention", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__startswith__isnull=False),
                name="interventions_member_for_a_day",
            ),
        ]
        indexes = [models.Index(fields=["student"], name="interventions_member_of")]

    def __str__(self) -> str:
        return f"Intervention member {self.pk}"


class InterventionSession(PublicIdModel):
    """One session that was held: when, how long, who led it, what was done."""

    intervention = models.ForeignKey(Intervention, models.PROTECT, related_name="sessions")
    held_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    staff: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, related_name="+")
    note = models.TextField(max_length=TEXT_LIMIT, blank=True)
    logged_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-held_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(1, 600)), name="interventions_session_minutes"),
            models.UniqueConstraint(fields=["intervention", "held_at"], name="interventions_session_once"),
        ]


class SessionAttendance(models.Model):
    """Whether a student was at a session of an intervention. Not a register mark: it counts nowhere else."""

    session = models.ForeignKey(InterventionSession, models.CASCADE, related_name="attendance")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    came = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "student"], name="interventions_session_attendance_once")
        ]

    def __str__(self) -> str:
        return f"Session attendance {self.pk}"


class ChoiceExplained(models.Model):
    """Whether there was a reason for choosing the students of an intervention, or for a model plan, that figures don't hold.

    Append-only: the latest answer of each person counts, and anybody's yes goes before a no; earlier ones stay with who gave them.
    They can be taken back (`ChoiceTakenBack`).
    """

    intervention = models.ForeignKey(Intervention, models.PROTECT, null=True, blank=True, related_name="+")
    bank_item = models.ForeignKey(BankItem, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=8, choices=HiddenReason.choices)
    said_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(intervention__isnull=False, bank_item=None) | Q(intervention=None, bank_item__isnull=False),
                name="interventions_choice_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"Choice explained {self.pk}"


class ChoiceTakenBack(models.Model):
    """An answer about why students were chosen that no longer counts: who says so, when and why.

    Of somebody who has left a leader takes it back; a yes of somebody who did not choose the students, they themselves.
    """

    answer = models.OneToOneField(ChoiceExplained, models.PROTECT, related_name="taken_back")
    because = models.CharField(max_length=200)
    taken_back_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"Choice taken back {self.pk}"


class ImpactRun(PublicIdModel, LeasedWork):
    """A comparison worked out in the background: of what, over how many weeks, by which method, from which moment's data."""

    scope = models.CharField(max_length=12, choices=ImpactScope.choices)
    intervention = models.ForeignKey(Intervention, models.PROTECT, null=True, blank=True, related_name="+")
    type = models.ForeignKey(InterventionType, models.PROTECT, null=True, blank=True, related_name="+")
    bank_item = models.ForeignKey(BankItem, models.PROTECT, null=True, blank=True, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="+")
    weeks = models.PositiveSmallIntegerField(default=6)
    method_version = models.CharField(max_length=20)
    snapshot_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    result = models.JSONField(default=dict)

    objects = ImpactRunQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="intervention", intervention__isnull=False, type=None, bank_item=None, programme=None)
                | Q(scope="type", type__isnull=False, intervention=None, bank_item=None, programme=None)
                | Q(scope="template", bank_item__isnull=False, intervention=None, type=None, programme=None)
                | Q(scope="programme", programme__isnull=False, intervention=None, type=None, bank_item=None),
                name="interventions_impact_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"Impact run {self.pk}"
