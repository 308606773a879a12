"""Mail that installed packages send (a forgotten password) goes through the outbox like everything else."""

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from core.actors import SystemActor
from core.outbox.queueing import queue_mail

SYSTEM_PACKAGES = SystemActor("accounts-mail", "An installed package sends mail about an account")


class OutboxBackend(BaseEmailBackend):
    """Queues each message once for each person it goes to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            unique = uuid4().hex
            for number, address in enumerate(message.recipients()):
                queue_mail(
                    key=f"package:{unique}:{number}",
                    to=address,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html_of(message),
                    by=SYSTEM_PACKAGES,
                )
        return len(email_messages)


def _html_of(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for content, kind in message.alternatives:
            if kind == "text/html":
                return str(content)
    return ""
