"""Private files: the row is in the database, the bytes lie encrypted in the private store."""

from typing import Self

from django.db import models

from core import clock
from core.models.base import PublicIdModel


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Rows of private files."""

    def kept(self) -> Self:
        """Files whose bytes are still there."""
        return self.filter(deleted_at=None)

    def expired(self) -> Self:
        """Files whose time is over and whose bytes are still there."""
        return self.kept().filter(expires_at__lt=clock.now())


class StoredFile(PublicIdModel):
    """A file that only Waymark's own pages hand out. Its row stays when its bytes have gone."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    key_id = models.CharField(max_length=32)
    sealed_key = models.BinaryField()
    store_path = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="What it belongs to: a kind and a number.")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "file"

    def __str__(self) -> str:
        return f"File {self.pk}"

    @property
    def is_there(self) -> bool:
        """Whether the bytes can still be opened."""
        return self.deleted_at is None
