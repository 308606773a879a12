"""Home visits: planned, watched while somebody is out, and written down afterwards."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from caseload import choices
from caseload.models.contacts import Contact, ContactLogEntry
from caseload.models.students import Student
from caseload.querysets import VisitQuerySet
from core import clock
from core.models import PublicIdModel

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class VisitPolicy(models.Model):
    """When a missed check-out is said, and to whom after the watcher. One row; without it the defaults hold."""

    alert_after_minutes = models.PositiveSmallIntegerField("minutes after which the watcher is told", default=15)
    escalate_after_minutes = models.PositiveSmallIntegerField(
        "minutes after that until it is said again, and to the people named", default=15
    )
    extend_minutes = models.PositiveSmallIntegerField("minutes that one press adds", default=30)
    people: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    changed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="caseload_visit_policy_only_one"),
            models.CheckConstraint(
                condition=Q(alert_after_minutes__range=(1, 240), escalate_after_minutes__range=(1, 240))
                & Q(extend_minutes__range=(5, 240)),
                name="caseload_visit_policy_minutes",
            ),
        ]

    def __str__(self) -> str:
        return "Visit policy"


class Visit(PublicIdModel):
    """One home visit: to whose home, who goes, who watches, and by when they are expected back."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=300)
    purpose = models.CharField(max_length=200)
    goes = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40, help_text="On which whoever goes can be rung.")
    companions: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    others = models.CharField(max_length=200, blank=True, help_text="Who else comes along: an interpreter, a partner.")
    watcher = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    planned_for = models.DateTimeField()
    back_by = models.DateTimeField()
    state = models.CharField(max_length=9, choices=choices.VisitState.choices, default=choices.VisitState.PLANNED)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)
    alert_level = models.PositiveSmallIntegerField(default=0)
    next_alert_at = models.DateTimeField()
    told: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    log_entry = models.OneToOneField(ContactLogEntry, models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(unique=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["planned_for", "pk"]
        indexes = [
            models.Index(
                fields=["next_alert_at"], condition=Q(state__in=["planned", "out"]), name="caseload_visit_watched"
            ),
            models.Index(fields=["student", "-planned_for"], name="caseload_visit_of"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(back_by__gt=F("planned_for")), name="caseload_visit_forwards"),
            models.CheckConstraint(condition=~Q(goes=F("watcher")), name="caseload_visit_watched_by_another"),
            models.CheckConstraint(
                condition=~Q(state="out") | Q(checked_in_at__isnull=False), name="caseload_visit_out_is_checked_in"
            ),
            models.CheckConstraint(
                condition=~Q(state="back") | Q(checked_out_at__isnull=False), name="caseload_visit_back_is_checked_out"
            ),
        ]

    @property
    def is_watched(self) -> bool:
        """Whether a missed check-out would still be said."""
        return self.state in choices.WATCHED_VISITS

    @property
    def wants_writing_down(self) -> bool:
        """Over, and not in the contact log yet."""
        return self.state in choices.VISITS_TO_LOG and self.log_entry_id is None and self.checked_in_at is not None


class VisitStep(models.Model):
    """Something that happened to a visit: planned, checked in, longer, an alert, checked out, what was found. Append-only."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=choices.VisitStepKind.choices)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=400, blank=True)
    back_by = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Visit step {self.pk}"
