"""What a person decides about a mail that is uncertain or was refused."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from core import clock
from core.jobs import after_commit
from core.models import Mail
from core.models.mail import MailState

KEPT_DAYS = 90  # how long the words of a mail that went out are kept


class AlreadySettled(Exception):
    """Somebody has decided about this mail in the meantime."""


class StaysAddressed(Exception):
    """A mail with a link or a document goes to nobody but the address that it was made for."""


def stays_addressed(mail: Mail) -> bool:
    """Whether a mail holds what nobody else may have: a link with a secret in it, or a document."""
    documents = getattr(mail, "documents", None)  # counted beforehand by a list
    return bool(mail.link_kind) or bool(mail.attachments.exists() if documents is None else documents)


def confirm_arrived(mail: Mail) -> Mail:
    """Note that an uncertain mail did arrive; it is not sent again."""
    changed = Mail.objects.filter(pk=mail.pk, state=MailState.UNCERTAIN).update(
        state=MailState.SENT, sent_at=clock.now(), finished_at=clock.now(), error_text=""
    )
    if not changed:
        raise AlreadySettled
    mail.refresh_from_db()
    return mail


def forget_words() -> int:
    """Empty the text of mails that went out long ago: who got what and when stays, what it said does not."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    done = Mail.objects.filter(state__in=[MailState.SENT, MailState.CANCELLED], finished_at__lt=old).exclude(text="")
    Mail.attachments.through.objects.filter(mail__in=done).delete()
    return done.update(text="", html="")


@transaction.atomic
def send_again(mail: Mail, to: str | None = None) -> Mail:
    """Send an uncertain or refused mail once more, to a corrected address where one is given.

    A link or a document goes to the address it was made for, or not at all: it is asked for again.
    """
    if to and to != mail.to_address and stays_addressed(mail):
        raise StaysAddressed
    changed = Mail.objects.filter(pk=mail.pk, state__in=[MailState.UNCERTAIN, MailState.FAILED]).update(
        state=MailState.WAITING,
        attempts=0,
        not_before=None,
        finished_at=None,
        error_text="",
        queued_at=Now(),
        **({"to_address": to} if to else {}),
    )
    if not changed:
        raise AlreadySettled
    after_commit("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    return mail
