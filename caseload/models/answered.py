"""Open reasons that were cleared by saving something: by whom, when and through what, so that it can be undone."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from caseload.models.students import Student
from caseload.querysets import AnsweredReasonQuerySet


class AnsweredReason(models.Model):
    """One open reason that one save cleared. `save_key` is that of the save: all of it is undone together, and once."""

    save_key = models.UUIDField(default=uuid4, db_index=True)
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, help_text="Where the reason comes from.")
    number = models.BigIntegerField(help_text="Its row's number there.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    through_kind = models.CharField(max_length=40, help_text="What was saved.")
    through_number = models.BigIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = AnsweredReasonQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Answered reason {self.pk}"
