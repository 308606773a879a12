"""What holds when the team is not there: who was told of a concern, the head's emergency access, the telephone numbers."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from core import clock
from safeguarding import choices
from safeguarding.models.base import Sealed, Walled, to_concern, to_person

ONLY = UUID(int=1)  # the one row of settings


class Told(Walled):
    """That somebody was told of a concern by email: the team, the head, the chair of governors, or nobody at all. One row each time.

    Its reporter reads it, so that the page says truthfully who was told and when. No names and not how many people: they
    would tell of exclusions.
    """

    concern = to_concern()
    audience = models.CharField(max_length=6, choices=choices.Audience)
    told_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(Walled.Meta):
        abstract = False
        verbose_name = "told"
        ordering = ["told_at"]


class Glass(Sealed):
    """The head's emergency access to the team's concerns: breaking glass. Four hours, with a sealed reason; it ends itself.

    The database writes the two times by its own clock, whatever the application says.
    """

    person = to_person()
    started_at = models.DateTimeField(default=clock.now, editable=False)
    until_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = to_person(null=True, blank=True)

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "emergency access"
        verbose_name_plural = "emergency accesses"
        ordering = ["-started_at"]


class EmergencySettings(models.Model):
    """Telephone numbers for when a concern cannot wait, and how often the team is told of one about a student who is not safe.

    One row; without it there are no numbers, and ten minutes hold.
    """

    id = models.UUIDField(primary_key=True, default=ONLY, editable=False)
    team_phone = models.CharField("safeguarding team", max_length=40, blank=True)
    head_phone = models.CharField("head, or whoever leads today", max_length=40, blank=True)
    authority_phone = models.CharField("children’s social care", max_length=40, blank=True)
    night_phone = models.CharField("children’s social care out of hours", max_length=40, blank=True)
    urgent_minutes = models.PositiveSmallIntegerField("minutes between reminders", default=10)
    changed_by = to_person(null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        verbose_name = "emergency settings"
        constraints = [
            models.CheckConstraint(condition=Q(pk=ONLY), name="safeguarding_emergency_settings_only_one"),
            models.CheckConstraint(condition=Q(urgent_minutes__range=(5, 60)), name="safeguarding_urgent_minutes"),
        ]

    def __str__(self) -> str:
        return f"Emergency settings {self.pk}"
