"""What somebody had typed when their session ended."""

from django.db import models

from core.models.base import PublicIdModel


class KeptForm(PublicIdModel):
    """What one person had typed into one form when it could not be taken: sealed, for them alone, for a day.

    Row security shows a row to nobody but this person, whoever signs in on the same browser next.
    """

    person_id = models.BigIntegerField(db_index=True)
    kept_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    digest = models.CharField(
        max_length=64, help_text="A keyed fingerprint, so that the same form sent twice is kept once."
    )
    key_id = models.CharField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = "kept form"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Kept form {self.pk}"
