"""Taking a site from one academic year into the next: decided on, carried out in the background, and undoable."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from caseload.models.calendar import AcademicYear, Site
from caseload.querysets import RolloverQuerySet
from core import clock
from core.models import LeasedWork, PublicIdModel


class Rollover(PublicIdModel, LeasedWork):
    """One site's move from a year into the next: who goes up, who stays, who leaves, which tutor groups go on.

    Nothing is changed while it is a draft. `made` holds the numbers of the rows it made, so that it can be undone.
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        APPLY = "apply", "Being carried out"
        APPLIED = "applied", "Carried out"
        UNDO = "undo", "Being undone"
        UNDONE = "undone", "Undone"
        DROPPED = "dropped", "Thrown away"

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    from_year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="+")
    to_year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.DRAFT)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    end_rolls = models.BooleanField("end the roll of those who finish", default=True)
    tutors_stay = models.BooleanField("tutors stay with their groups", default=True)
    staying = models.JSONField(default=list, help_text="Students who stay in their year.")
    names = models.JSONField(default=dict, help_text="Next year's name of each tutor group; empty when it ends.")
    confirmed = models.CharField(max_length=64, blank=True, help_text="The plan that was confirmed, as a hash.")
    result = models.JSONField(default=dict)
    made = models.JSONField(default=dict)

    objects = RolloverQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_year=models.F("to_year")), name="caseload_rollover_into_another_year"
            ),
            models.UniqueConstraint(
                fields=["site", "to_year"],
                condition=Q(stage__in=["draft", "apply", "applied", "undo"]),
                name="caseload_rollover_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Rollover {self.pk}"
