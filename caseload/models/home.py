"""Whether home is written to: the college's policy, and what students from 18 on have said."""

import pghistory
from django.conf import settings
from django.db import models

from caseload.models.students import Student
from core import clock


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class HomePolicy(models.Model):
    """What the college has decided about writing home. One row; without it the defaults hold."""

    write_at_16_and_17 = models.BooleanField(
        "write home about students of 16 and 17", default=True, help_text="Under 16 home is always written to."
    )
    announce_days = models.PositiveSmallIntegerField(
        "days before an 18th birthday on which the tutor is told", default=30
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="caseload_home_policy_only_one")]

    def __str__(self) -> str:
        return "Home policy"


class HomeConsent(models.Model):
    """A student has said that home may be written to from their 18th birthday on. It can be withdrawn, never deleted."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    given_on = models.DateField(default=clock.today)
    words = models.CharField("how they said it", max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=models.Q(withdrawn_at=None), name="caseload_home_consent_once"
            )
        ]

    def __str__(self) -> str:
        return f"Home consent {self.pk}"
