"""Action plans: what is in a student's way, what is aimed for, who does what by when, and what came of it."""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from caseload.models import Student
from core import clock
from core.models import PublicIdModel, StoredFile
from interventions import choices
from interventions.choices_plans import OUTCOME_TONES, AgreedWith, Approval, PlanOutcome, PlanStepKind
from interventions.models.bank import BankItem
from interventions.querysets_plans import PlanActionQuerySet, PlanQuerySet

STAFF = settings.AUTH_USER_MODEL


class Barrier(PublicIdModel):
    """Something that stands in students' way: travel, money, health. Data: a college adds its own."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField("place in the list", default=100)
    active = models.BooleanField("offered in plans", default=True)

    class Meta:
        ordering = ["position", "name"]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class PlanStage(PublicIdModel):
    """One of the stages of action plans: when it is used, whose plan it is, who approves, when it is looked at again."""

    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80)
    about = models.CharField("used when", max_length=200, blank=True)
    owner_role = models.CharField(max_length=40, help_text="The role whose plan it is.")
    approver_role = models.CharField(max_length=40, blank=True, help_text="Empty when nobody has to approve it.")
    review_after_days = models.PositiveSmallIntegerField(default=28)
    active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__range=(1, 4)), name="interventions_plan_stage_1_to_4")
        ]
        permissions = [("set_up_plans", "Can set up barriers and stages of action plans")]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class ActionPlan(PublicIdModel):
    """What is in the way, what is aimed for, who does what by when, with whom it was agreed, and what came of it."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    barriers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(Barrier, blank=True, related_name="+")
    reasons = models.TextField("what is in the way", max_length=choices.TEXT_LIMIT, blank=True)
    aims = models.TextField(max_length=choices.TEXT_LIMIT)
    stage = models.ForeignKey(PlanStage, models.PROTECT, related_name="+")
    owner = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    agreed_with = ArrayField(models.CharField(max_length=8, choices=AgreedWith.choices), default=list, blank=True)
    agreed_words = models.CharField("who that is", max_length=200, blank=True)
    starts_on = models.DateField(default=clock.today)
    review_on = models.DateField()
    approval = models.CharField(max_length=9, choices=Approval.choices, default=Approval.NONE, blank=True)
    stage_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")  # who brought it to its stage
    approved_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=PlanOutcome.choices, blank=True)
    outcome_note = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    bank_item = models.ForeignKey(BankItem, models.PROTECT, null=True, blank=True, related_name="plans")
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)  # when what is signed last changed
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["review_on", "pk"]
        indexes = [models.Index(fields=["student", "-starts_on"], name="interventions_plan_of")]
        constraints = [
            models.CheckConstraint(condition=Q(review_on__gte=F("starts_on")), name="interventions_plan_forwards"),
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="") | Q(closed_on__isnull=False) & ~Q(outcome=""),
                name="interventions_plan_closed_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("stage_by")),
                name="interventions_plan_approved_by_another",
            ),
        ]
        permissions = [
            ("view_plan", "Can read action plans in which they have something to do"),
            ("manage_plan", "Can make, change and review action plans"),
        ]

    @property
    def is_open(self) -> bool:
        """Still going on."""
        return self.closed_on is None

    @property
    def review_due(self) -> bool:
        """Still going on, and the day of its review has come."""
        return self.closed_on is None and self.review_on <= clock.today()

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody's approval."""
        return self.closed_on is None and self.approval == Approval.WAITING

    @property
    def outcome_tone(self) -> str:
        """The tone of its outcome."""
        return OUTCOME_TONES.get(PlanOutcome(self.outcome), "plain") if self.outcome else "plain"

    @property
    def agreed_labels(self) -> list[str]:
        """With whom it was agreed, in words."""
        return [AgreedWith(code).label for code in AgreedWith.values if code in self.agreed_with]


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old), pghistory.DeleteEvent("removed", row=pghistory.Old)
)
class PlanAction(PublicIdModel):
    """One action of a plan: what, who, by when, done when. Who is one of the staff, or somebody else in words."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="actions")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=choices.LINE_LIMIT)
    owner = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    owner_words = models.CharField("who, if not on the staff", max_length=80, blank=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlanActionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, owner_words="") | Q(owner=None) & ~Q(owner_words=""),
                name="interventions_plan_action_whose",
            ),
            models.CheckConstraint(
                condition=Q(done_on=None, done_by=None) | Q(done_on__isnull=False, done_by__isnull=False),
                name="interventions_plan_action_done_by",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(done_on=None), name="interventions_plan_action_due")
        ]

    @property
    def is_overdue(self) -> bool:
        """Still to do, and past its date."""
        return self.done_on is None and self.due_on < clock.today()

    @property
    def who(self) -> str:
        """Who does it."""
        return self.owner.formal_name if self.owner is not None else self.owner_words


class PlanStep(models.Model):
    """What happened to a plan: made, changed, looked at, moved, approved, signed, ended. Append-only."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=PlanStepKind.choices)
    stage = models.ForeignKey(PlanStage, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    note = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["plan", "-at"], name="interventions_plan_step_of")]

    def __str__(self) -> str:
        return f"Plan step {self.pk}"


class PlanCopy(PublicIdModel):
    """A signed copy of a plan, as it was scanned or photographed. Earlier ones stay."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="copies")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    signed_on = models.DateField()
    attached_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(default=clock.now)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["-signed_on", "-pk"]
