"""Panels: students whom several people talk about together, the pack they read before, and what they agree."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from caseload.models import Student
from core import clock
from core.models import LeasedWork, PublicIdModel, StoredFile
from interventions.choices_panels import ACTION_LIMIT
from interventions.querysets_panels import PackQuerySet, PanelActionQuerySet, PanelQuerySet

STAFF = settings.AUTH_USER_MODEL


class PanelMeeting(PublicIdModel):
    """A panel: what it is called, when, who leads it, who attends, and whom it talks about in which order."""

    title = models.CharField(max_length=120)
    held_on = models.DateField()
    chair = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    attendees: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    others = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(unique=True, editable=False)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        permissions = [("hold_panel", "Can hold panels and attend them")]


class PanelStudent(models.Model):
    """A student of a panel and their place in it; the first is talked about first."""

    panel = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="places")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["panel", "student"], name="interventions_panel_student_once")]

    def __str__(self) -> str:
        return f"Panel student {self.pk}"


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class PanelAction(PublicIdModel):
    """What a panel agreed about a student: the action, whose it is, by when, and whether it is done."""

    panel = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="actions")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    what = models.CharField(max_length=ACTION_LIMIT)
    owner = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    due_on = models.DateField()
    agreed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    dropped = models.BooleanField(default=False)
    batch = models.UUIDField(editable=False)
    line = models.PositiveSmallIntegerField(editable=False)

    objects = PanelActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["owner", "due_on"], condition=Q(done_at=None), name="interventions_panel_todo")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="interventions_panel_action_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, dropped=False)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="interventions_panel_action_done_by_somebody",
            ),
        ]

    @property
    def is_overdue(self) -> bool:
        """Open, and past its day."""
        return self.done_at is None and self.due_on < clock.today()


class PanelDraft(models.Model):
    """What somebody has typed of a recap and not saved yet; each open form has a key of its own."""

    key = models.UUIDField(unique=True)
    author = models.ForeignKey(STAFF, models.CASCADE, related_name="+")
    panel = models.ForeignKey(PanelMeeting, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-saved_at", "-pk"]

    def __str__(self) -> str:
        return f"Panel draft {self.pk}"


class PanelPack(PublicIdModel, LeasedWork):
    """The pack of a panel for one person: one page a student, with what this very person may read."""

    panel = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    snapshot_at = models.DateTimeField(null=True, blank=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = PackQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"Panel pack {self.pk}"
