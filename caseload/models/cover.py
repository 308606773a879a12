"""Cover: what is handed over about single students, and who may arrange it."""

import pghistory
from django.conf import settings
from django.db import models

from caseload.models.grants import CaseloadGrant
from caseload.models.students import Student
from core import clock


class CoverNote(models.Model):
    """What somebody who covers a caseload should look after for one student. Written when cover is arranged."""

    grant = models.ForeignKey(CaseloadGrant, models.PROTECT, related_name="student_notes")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    text = models.TextField(max_length=1000)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["grant", "student"], name="caseload_cover_note_once")]
        permissions = [("arrange_cover", "Can hand caseloads that they lead to a colleague for a while")]

    def __str__(self) -> str:
        return f"Cover note {self.pk}"


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class CoverPolicy(models.Model):
    """What the college has decided about cover. One row; without it the default holds."""

    tutors_arrange = models.BooleanField(
        "tutors hand over their own caseload",
        default=False,
        help_text="Otherwise only whoever leads them does: tutor lead, head of year or house, pastoral manager.",
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="caseload_cover_policy_only_one")]

    def __str__(self) -> str:
        return "Cover policy"
