"""Put a mail in the outbox."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from core import clock
from core.actors import Actor, SystemActor
from core.jobs import after_commit
from core.models import Mail, StoredFile
from core.models.mail import MailState, SeenBy
from core.outbox.linking import SecretLink, check_link
from core.outbox.wording import plain_html


def queue_mail(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    by: Actor,
    html: str = "",
    to_person_id: int | None = None,
    attachments: Iterable[StoredFile] = (),
    unsubscribe_url: str = "",
    reply_to: str = "",
    not_before: datetime | None = None,
    link: SecretLink | None = None,
    seen_by: str = SeenBy.LOG,
) -> Mail:
    """Queue one mail to one person, sent once the caller's transaction is saved.

    Without `html` the text itself is set in the college's frame. The same key queues nothing the second time and gives
    back the first mail. An address that no mail can reach makes a refused mail on the list, never a silent nothing.
    A `link` with a secret in it is made when the mail is handed over; the text holds MARK in its place. `seen_by` says
    who is told when it does not arrive.
    """
    check_link(link, text)
    if by is None:
        raise ValueError("A mail needs somebody who sends it: a person or a named system actor.")
    system = isinstance(by, SystemActor)
    mail = Mail(
        key=key,
        to_address=to.strip(),
        to_person_id=to_person_id,
        subject=" ".join(subject.split())[:200],
        text=text,
        html=html or ("" if link else plain_html(subject, text)),
        link_kind=link.kind if link else "",
        link_about=link.about if link else {},
        seen_by=seen_by,
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to,
        not_before=not_before,
        queued_by_id=None if system else by.pk,
        queued_by_system=by.name if isinstance(by, SystemActor) else "",
    )
    _refuse_impossible_address(mail)
    with transaction.atomic():
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        kept = Mail.objects.get(key=key)
        if kept.public_id == mail.public_id:
            kept.attachments.set(attachments)
            if kept.state == MailState.WAITING and not_before is None:
                after_commit("core.send_mail", mail_id=kept.pk)
    return kept


def _refuse_impossible_address(mail: Mail) -> None:
    try:
        validate_email(mail.to_address)
    except ValidationError:
        mail.state = MailState.FAILED
        mail.finished_at = clock.now()
        mail.error_text = "No email can be sent to this address. Correct it on the person's page and send again."
        mail.to_address = mail.to_address[:254]
