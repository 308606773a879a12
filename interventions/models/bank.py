"""The bank of model targets and action plans that staff save to, adapt from and rate; and what is counted towards a target."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from caseload.models import Course
from core import clock
from core.models import PublicIdModel
from interventions import choices, choices_bank
from interventions.choices_programmes import NeedArea
from interventions.querysets_bank import BankQuerySet

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class BankItem(PublicIdModel):
    """A model target or action plan that staff save, adapt from and rate. It belongs to the college and names no student."""

    kind = models.CharField(max_length=6, choices=choices_bank.BankKind.choices, default=choices_bank.BankKind.TARGET)
    title = models.CharField("name", max_length=200)
    area = models.CharField(max_length=12, choices=NeedArea.choices, blank=True)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    figure = models.CharField("measured by", max_length=12, choices=choices.Figure.choices, blank=True)
    data = models.JSONField(default=dict, help_text="The fields of the target by name; never a student's name.")
    saved_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = BankQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        permissions = [("manage_bank", "Can change and archive what others saved to the bank")]

    @property
    def is_plan(self) -> bool:
        """Whether it is a model of an action plan."""
        return self.kind == choices_bank.BankKind.PLAN

    @property
    def what(self) -> str:
        """The wording of the model target, or the aim of the model plan."""
        return str(self.data.get("aims" if self.is_plan else "what", ""))

    @property
    def steps(self) -> list[str]:
        """Its steps, in order."""
        return [str(step) for step in self.data.get("steps", [])]


class BankRating(models.Model):
    """What one colleague thinks of an item of the bank, one to five."""

    item = models.ForeignKey(BankItem, models.CASCADE, related_name="ratings")
    user = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField(choices=choices_bank.Stars.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "user"], name="interventions_rating_once"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="interventions_rating_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"Rating {self.pk}"


class TargetCount(models.Model):
    """One time that counts towards a target of a number of times, such as one workshop attended."""

    target: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "interventions.Target", models.PROTECT, related_name="counts"
    )
    on = models.DateField(default=clock.today)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    form_token = models.UUIDField(unique=True, editable=False)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"Count {self.pk}"
