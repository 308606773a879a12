"""A caseload handed to the next tutor: at the year's end, or when a tutor leaves for good."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from caseload.models import Caseload, Student
from core import clock
from interventions.choices import TEXT_LIMIT
from interventions.querysets_handovers import HandoverNoteQuerySet

STAFF = settings.AUTH_USER_MODEL


class Handover(models.Model):
    """What one tutor hands to the next about a caseload: a draft until it is handed over. One for each caseload."""

    caseload = models.OneToOneField(Caseload, models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)
    handed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    handed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_at=None, handed_by=None) | Q(handed_at__isnull=False, handed_by__isnull=False),
                name="interventions_handover_is_handed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"Handover {self.pk}"


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class HandoverNote(models.Model):
    """What the next tutor should know about one student. Without words it says only that the student was handed over."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="notes")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    text = models.TextField(max_length=TEXT_LIMIT, blank=True)
    written_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    objects = HandoverNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["handover", "student"], name="interventions_handover_note_once")]
        indexes = [models.Index(fields=["student"], name="interventions_handover_of")]

    def __str__(self) -> str:
        return f"Handover note {self.pk}"
