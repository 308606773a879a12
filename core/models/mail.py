"""The outbox: one row for each mail to each person."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.jobs.work import LeasedWork, WorkQuerySet, WorkState
from core.models.base import PublicIdModel


class MailState(models.TextChoices):
    """How far a mail has got."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being prepared"
    HANDING_OVER = "handing_over", "Being handed over"
    SENT = "sent", "Handed to the mail server"
    FAILED = "failed", "Refused"
    UNCERTAIN = "uncertain", "Perhaps sent"
    CANCELLED = "cancelled", "Cancelled"


class SeenBy(models.TextChoices):
    """Who is told when a mail does not arrive."""

    LOG = "", "The log of emails, which system administrators read"
    TEAM = "team", "The safeguarding team, the head and the chair"
    RECIPIENT = "recipient", "Only the person it was sent to"


class MailQuerySet(WorkQuerySet["Mail"]):
    """Mails in the outbox."""

    def in_log(self) -> Self:
        """What a system administrator sees and counts: nothing that safeguarding sent, under any subject."""
        return self.filter(seen_by=SeenBy.LOG)

    def undelivered(self) -> Self:
        """Mails that somebody must look at: refused, or perhaps sent."""
        return self.filter(state__in=[MailState.FAILED, MailState.UNCERTAIN])

    def uncertain(self) -> Self:
        """Mails of which nobody can say whether the mail server took them."""
        return self.filter(state=MailState.UNCERTAIN)

    def after_dead_workers(self) -> int:
        """A worker that died while handing a mail over leaves it uncertain: it is never sent again by itself."""
        lost = self.filter(state=MailState.HANDING_OVER, lease_until__lt=Now()).update(
            state=MailState.UNCERTAIN,
            lease_until=None,
            error_text="The worker stopped while the mail server was taking this mail.",
        )
        return lost + super().after_dead_workers()


class Mail(PublicIdModel, LeasedWork):
    """One mail to one person. `key` says what it is about, so that the same mail is queued once."""

    DONE = MailState.SENT
    # A mail server may be away for a weekend; tries are spaced out to an hour.
    max_attempts = models.PositiveIntegerField(default=80)
    state = models.CharField(max_length=16, choices=MailState.choices, default=MailState.WAITING)
    key = models.CharField(max_length=200, unique=True)
    to_address = models.EmailField(max_length=254)
    to_person_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    link_kind = models.CharField(max_length=60, blank=True)
    link_about = models.JSONField(default=dict, help_text="Ids of what the link is about, as numbers.")
    seen_by = models.CharField(max_length=16, choices=SeenBy.choices, default=SeenBy.LOG, blank=True)
    attachments = models.ManyToManyField("core.StoredFile", related_name="+", blank=True)
    unsubscribe_url = models.URLField(max_length=500, blank=True)
    reply_to = models.EmailField(blank=True)
    queued_by_id = models.BigIntegerField(null=True, blank=True)
    queued_by_system = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    server_reply = models.CharField(max_length=300, blank=True)

    objects = MailQuerySet.as_manager()  # type: ignore[misc]  # each kind of work has a queryset of its own

    class Meta(LeasedWork.Meta):
        verbose_name = "mail"
        indexes = [
            models.Index(
                fields=["state", "queued_at"],
                name="mail_unsettled",
                condition=Q(
                    state__in=[
                        "waiting",
                        "running",
                        "handing_over",
                        "uncertain",
                        "failed",
                    ]
                ),
            )
        ]

    def __str__(self) -> str:
        return f"Mail {self.pk}"

    def _held(self) -> Q:
        return Q(state__in=[WorkState.RUNNING, MailState.HANDING_OVER], fence=self.fence)
