"""Absence known beforehand, what each site has decided about registers, and marks that come from the MIS."""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from attendance import choices
from attendance.querysets import MarkDeliveryQuerySet
from caseload.models import Site, Student
from core import clock
from core.models import PublicIdModel, StoredFile

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class PlannedAbsence(PublicIdModel):
    """One student is going to be away or elsewhere between two dates: it fills their registers before they are taken.

    A code for sessions, one for lessons, or both. Entered together for many (a trip), rows share a batch.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=choices.PlannedKind.choices)
    session_code = models.CharField(max_length=4, blank=True)
    lesson_code = models.CharField(max_length=4, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    part = models.CharField(max_length=3, choices=choices.DayPart.choices, default=choices.DayPart.DAY)
    weekdays: "ArrayField[Any, Any]" = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="0 is Monday; none is every day."
    )
    note = models.CharField(max_length=200, blank=True)
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        help_text="The plan with other dates that this one took the place of.",
    )
    fills_since = models.DateTimeField(
        default=clock.now, help_text="Marks from this moment on are its own; a change of dates hands it on."
    )
    entered_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    withdrawn_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_on", "pk"]
        indexes = [
            models.Index(
                fields=["student", "ends_on"], condition=models.Q(withdrawn_at=None), name="attendance_planned_of"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="attendance_planned_forwards"
            ),
            models.CheckConstraint(
                condition=~models.Q(session_code="", lesson_code=""), name="attendance_planned_has_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | ~models.Q(withdrawn_reason=""),
                name="attendance_planned_withdrawn_has_a_reason",
            ),
        ]
        permissions = [("manage_closures", "Can close sites and open them again")]


class SiteSettings(models.Model):
    """What a site has decided about its registers, beside what the site itself says. Without a row the defaults hold."""

    site = models.OneToOneField(Site, models.PROTECT, primary_key=True, related_name="attendance_settings")
    remind_after_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, default=15, help_text="After a register should have been begun; empty for no reminder."
    )
    chase_after_days = models.PositiveSmallIntegerField(
        default=5, help_text="School days after which an absence without a reason is chased (5 in the guidance)."
    )
    headline = models.CharField(max_length=10, choices=choices.Headline.choices, default=choices.Headline.ATTENDED)
    stale_after_minutes = models.PositiveSmallIntegerField(
        default=60, help_text="Without new marks from the MIS for this long in the school day, the feed is stale."
    )
    changed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"Attendance settings of site {self.pk}"


class MarkDelivery(PublicIdModel):
    """One delivery of marks from a site's MIS: what came, what it changed, up to when it is complete."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=clock.now)
    covers_until = models.DateTimeField(help_text="Marks are complete up to this moment.")
    file_name = models.CharField(max_length=200)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="File, line, column, value and what is wrong, at most 500.")
    registers_missing = models.JSONField(
        default=list,
        help_text="Registers of its last day that had begun and of which not one mark was here afterwards.",
    )
    brought_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    brought_by_system = models.CharField(max_length=60, blank=True)

    objects = MarkDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["site", "-received_at"], name="attendance_delivery_of")]
        permissions = [("import_marks", "Can bring in marks from the MIS and see what came")]


class MissingMarks(models.Model):
    """The marks of one day that came from a site's MIS and could not be taken, until a later delivery brings them.

    No day holds the rows whose date could not be read.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    date = models.DateField(null=True)
    marks = models.JSONField(default=list, help_text="Student and session or lesson of each, as the file names them.")
    count = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(help_text="How many rows of this day the delivery had.")
    delivery = models.ForeignKey(MarkDelivery, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["site", "date"]
        constraints = [
            models.UniqueConstraint(fields=["site", "date"], name="attendance_missing_marks_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"Missing marks {self.pk}"


class EvacuationCopy(models.Model):
    """The last evacuation list made for a site: who was marked in, as a file that is ready when the network is not."""

    site = models.OneToOneField(Site, models.PROTECT, primary_key=True, related_name="+")
    date = models.DateField()
    made_at = models.DateTimeField()
    marked_in = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Evacuation list of site {self.pk}"
