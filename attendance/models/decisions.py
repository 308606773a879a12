"""What was decided about a student who met the national threshold of unauthorised absence."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from attendance import choices
from attendance.querysets import AboutStudentQuerySet
from caseload.models import Student
from core import clock
from core.models import PublicIdModel

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class ThresholdDecision(PublicIdModel):
    """One decision about a student at the threshold: what, why, by whom, when, and on how many sessions. Never deleted."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=16, choices=choices.Decision.choices)
    reason = models.CharField(max_length=500, help_text="Why, in this student's case.")
    first_week = models.DateField(help_text="The Monday of the first of the ten school weeks that were counted.")
    last_week = models.DateField(help_text="The Monday of the last of them.")
    sessions = models.PositiveSmallIntegerField(help_text="Unauthorised sessions in these weeks when it was decided.")
    provisional = models.PositiveSmallIntegerField(default=0, help_text="Of these, with reason not yet provided (N).")
    decided_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    objects = AboutStudentQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        indexes = [models.Index(fields=["student", "-decided_at"], name="attendance_decision_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undone_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason="")),
                name="attendance_decision_undone_says_why",
            )
        ]
        permissions = [("decide_threshold", "Can record decisions at the threshold of unauthorised absence")]
