"""What two people decide about the holder of a protected role: that they leave, or that a role of theirs ends; and what one may do at once."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q

from core import clock
from core.models import PublicIdModel

STAFF = settings.AUTH_USER_MODEL


class EndingRequest(PublicIdModel):
    """A request that the holder of a protected role leaves, or that one protected role of theirs ends (`role`).

    Nothing changes until a second person approves; then the database itself ends it. Who asked and who decided are
    written by the database from the signed name, whatever the application says.
    """

    user = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    role = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    decided_by = models.ForeignKey(STAFF, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    consented = models.BooleanField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(decided_by=None),
                nulls_distinct=False,
                name="caseload_ending_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(consented=None, decided_by=None)
                | Q(consented=False, decided_by__isnull=False)
                | Q(consented=True, decided_by__isnull=False) & ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")),
                name="caseload_ending_needs_a_second_person",
            ),
        ]


class Suspension(PublicIdModel):
    """Access taken from the holder of a protected role at once, by one person, for three school days at most.

    The database writes the last day to the person's row and takes it away again; nothing else may.
    """

    user = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)
    lifted_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None) | Q(lifted_by__isnull=False, lifted_at__isnull=False),
                name="caseload_suspension_lifted_by_somebody",
            )
        ]
