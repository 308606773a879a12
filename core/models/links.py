"""Single-purpose links for people without an account."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from core import clock
from core.models.base import PublicIdModel


class SignedLinkQuerySet(models.QuerySet["SignedLink"]):
    """Links that were given out."""

    def usable(self) -> Self:
        """Links that still open: not expired, not taken back, not used up."""
        return self.filter(
            Q(max_uses=None) | Q(used_count__lt=F("max_uses")),
            revoked_at=None,
            expires_at__gt=clock.now(),
        )


class SignedLink(PublicIdModel):
    """One link for one person and one purpose. Only a keyed fingerprint of its token is stored."""

    purpose = models.CharField(max_length=60)
    subject = models.JSONField(default=dict, help_text="Ids of what the link is about, as numbers.")
    fingerprint = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, default=1)
    used_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    issued_by_id = models.BigIntegerField(null=True, blank=True)

    objects = SignedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "link"
        indexes = [models.Index(fields=["purpose", "expires_at"], name="signedlink_purpose")]

    def __str__(self) -> str:
        return f"Link {self.pk}"
