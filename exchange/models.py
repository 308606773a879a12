"""Where each imported row came from, and the record of every import."""

from django.conf import settings
from django.db import models

from attendance.models import MarkDelivery
from caseload.models import Site
from core import clock
from core.models import LeasedWork, PublicIdModel, StoredFile
from exchange import choices
from exchange.querysets import MarkImportQuerySet, RosterImportQuerySet


class SourceLink(models.Model):
    """A row of ours stands for a row of a source: how the same bundle, read twice, changes nothing."""

    source = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=choices.Kind.choices)
    source_id = models.CharField(max_length=200)
    object_id = models.BigIntegerField()
    is_tutor_group = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField(default=clock.now)
    missing_since = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "source_id"], name="exchange_source_link_once")
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="exchange_source_link_object")]

    def __str__(self) -> str:
        return f"Source link {self.pk}"


class AnotherPerson(models.Model):
    """Somebody said that a student of a source is another person than the one here of that name and date of birth."""

    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=200)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="exchange_another_person_once")]

    def __str__(self) -> str:
        return f"Another person {self.pk}"


class Upload(PublicIdModel, LeasedWork):
    """A file that somebody sent: previewed first, then confirmed or thrown away."""

    class Stage(models.TextChoices):
        PREVIEW = "preview", "Preview"
        LOAD = "load", "Import"
        LOADED = "loaded", "Imported"

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PREVIEW)
    upload = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    dates = models.CharField(max_length=3, choices=choices.DateOrder.choices, blank=True)
    result = models.JSONField(null=True)

    class Meta(LeasedWork.Meta):
        abstract = True
        ordering = ["-asked_at"]


class RosterImport(Upload):
    """One upload of students and staff from the MIS."""

    source = models.CharField(max_length=40, blank=True, help_text="The system or school it came from.")
    agreed = models.JSONField(default=dict, help_text="By site, how many leavers somebody agreed to.")

    objects = RosterImportQuerySet.as_manager()

    class Meta(Upload.Meta):
        abstract = False
        permissions = [("import_roster", "Can import a roster")]

    def __str__(self) -> str:
        return f"Roster import {self.pk}"


class MarkImport(Upload):
    """One upload of marks for a site that takes its registers in the MIS."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    covers_until = models.DateTimeField(
        null=True, blank=True, help_text="Marks are complete up to this moment; empty to tell it from the file."
    )
    delivery = models.OneToOneField(MarkDelivery, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MarkImportQuerySet.as_manager()

    class Meta(Upload.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Import of marks {self.pk}"
