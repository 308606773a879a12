"""What the page about the outbox reads."""

from django.db.models import Count, Q, QuerySet

from core.models import Mail
from core.models.mail import MailState, SeenBy

# What the page shows: its words, and the states that stand behind them.
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "uncertain": ("Perhaps sent", (MailState.UNCERTAIN,)),
    "failed": ("Refused", (MailState.FAILED,)),
    "waiting": ("Waiting", (MailState.WAITING, MailState.RUNNING, MailState.HANDING_OVER)),
    "sent": ("Sent", (MailState.SENT,)),
}


def counts() -> dict[str, int]:
    """How many mails stand in each part of the page; sent ones are not counted, they only grow."""
    states = [state for name, (_, states) in SHOWN.items() if name != "sent" for state in states]
    by_state = dict(Mail.objects.in_log().filter(state__in=states).values_list("state").annotate(Count("pk")))
    return {
        name: sum(by_state.get(state, 0) for state in states) for name, (_, states) in SHOWN.items() if name != "sent"
    }


def undelivered_to(people: Q) -> QuerySet[Mail]:
    """Mails that the log does not show and that did not arrive, oldest first; without their words."""
    rows = Mail.objects.exclude(seen_by=SeenBy.LOG).undelivered().filter(people)
    return rows.order_by("queued_at", "pk").defer("text", "html", "subject")


def mails_in(name: str) -> QuerySet[Mail]:
    """The mails in one part of the page, newest first; without their words, which nobody here needs to read."""
    found = Mail.objects.in_log().filter(state__in=SHOWN[name][1]).order_by("-queued_at", "-pk")
    return found.defer("text", "html").annotate(documents=Count("attachments"))
