"""Audit entries and the seals that chain them."""

from django.db import models


class Entry(models.Model):
    """One thing that somebody saw or did. Written in the transaction of what it records, never changed, never removed."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    system = models.CharField(max_length=60, blank=True)
    role_at_time = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60, db_index=True)
    object_kind = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)
    walled = models.BooleanField(default=False)
    refused = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["object_kind", "object_id", "-at"], name="audit_entry_object")]

    def __str__(self) -> str:
        return f"Entry {self.pk}"


class Seal(models.Model):
    """One link of the keyed chain: it covers one entry and the seal before it."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    mac = models.BinaryField()
    key_id = models.CharField(max_length=32)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Seal {self.position}"
