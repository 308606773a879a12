"""Support plans: a student's need, what is provided for it, and the rounds of assess, plan, do, review."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from caseload.models import Student
from core import clock
from core.models import PublicIdModel
from interventions.choices import LINE_LIMIT, TEXT_LIMIT
from interventions.choices_support import EAL_STAGES, NEEDS, ExamAccess, Worked
from interventions.querysets_support import SupportPlanQuerySet

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class SupportPlan(PublicIdModel):
    """A student's need and the provision for it. A student has one that is open; its rounds follow one another."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    need = models.CharField(max_length=12, choices=list(NEEDS.items()))
    second_need = models.CharField(max_length=12, choices=list(NEEDS.items()), blank=True)
    need_words = models.TextField("the need in words", max_length=TEXT_LIMIT)
    wanted = models.TextField("what it is to reach", max_length=TEXT_LIMIT, blank=True)
    views = models.TextField("what the student and home say", max_length=TEXT_LIMIT, blank=True)
    provision = models.TextField("what staff do", max_length=TEXT_LIMIT)
    eal_stage = models.CharField("EAL stage", max_length=1, choices=list(EAL_STAGES.items()), blank=True)
    exam_access: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=12, choices=ExamAccess.choices), default=list, blank=True
    )
    exam_access_words = models.CharField(max_length=LINE_LIMIT, blank=True)
    owner = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    assessed_on = models.DateField()
    planned_on = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = SupportPlanQuerySet.as_manager()

    class Meta:
        ordering = ["review_on", "pk"]
        indexes = [models.Index(fields=["student", "-made_at"], name="interventions_support_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(ended_on=None), name="interventions_support_plan_once"
            ),
            models.CheckConstraint(
                condition=(Q(planned_on=None) | Q(planned_on__gte=F("assessed_on")))
                & (Q(started_on=None) | Q(started_on__gte=Coalesce("planned_on", "assessed_on")))
                & Q(review_on__gte=Coalesce("started_on", "planned_on", "assessed_on")),
                name="interventions_support_round_forwards",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(ended_because="") & Q(ended_by__isnull=False),
                name="interventions_support_ends_with_a_reason",
            ),
        ]
        permissions = [
            ("write_support", "Can write and review support plans"),
            ("view_support", "Can read support plans"),
            ("view_provision", "Can read what helps a student in class and in exams"),
        ]

    @property
    def stage(self) -> str:
        """How far the round has got, in the words of assess, plan, do, review."""
        if self.ended_on is not None:
            return "Ended"
        if self.review_due:
            return "Review"
        if self.started_on is not None and self.started_on <= clock.today():
            return "Do"
        return "Plan" if self.planned_on is not None else "Assess"

    @property
    def review_due(self) -> bool:
        """Still open, and its review date has come."""
        return self.ended_on is None and self.review_on <= clock.today()

    @property
    def needs_words(self) -> str:
        """The needs as one line."""
        return " and ".join(NEEDS.get(code, code) for code in (self.need, self.second_need) if code)

    @property
    def access_words(self) -> list[str]:
        """The exam access arrangements, each in words, in the order of the list."""
        return [str(label) for code, label in ExamAccess.choices if code in self.exam_access]


class SupportReview(models.Model):
    """One review of a support plan, which ended a round: its dates, what was found, when it is looked at next. Append-only."""

    plan = models.ForeignKey(SupportPlan, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    assessed_on = models.DateField()
    planned_on = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    reviewed_on = models.DateField()
    worked = models.CharField(max_length=8, choices=Worked.choices)
    found = models.TextField("what was found", max_length=TEXT_LIMIT)
    next_on = models.DateField("next review", null=True, blank=True)
    reviewed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "round"], name="interventions_support_review_once"),
            models.CheckConstraint(
                condition=Q(next_on=None) | Q(next_on__gt=F("reviewed_on")),
                name="interventions_support_review_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"Support review {self.pk}"
