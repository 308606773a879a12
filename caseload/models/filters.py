"""Filters of lists of students that somebody saved under a name."""

from django.conf import settings
from django.db import models

from caseload.querysets import SavedFilterQuerySet
from core import clock
from core.models import PublicIdModel


class SavedFilter(PublicIdModel):
    """A way to tell a list of students apart, under a name: which list, and what was chosen in it. It names no student.

    Whoever opens it sees the students whom they reach, worked out anew.
    """

    class ListPage(models.TextChoices):
        CASELOAD = "caseload_list", "My caseload"
        STUDENTS = "student_list", "All students"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=16, choices=ListPage.choices)
    query = models.CharField(max_length=300)
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=clock.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="caseload_saved_filter_once")]
