"""Turn a row of the outbox into the message that goes over the wire."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from core import clock
from core.models import Mail
from core.outbox.linking import with_link
from core.private import files


def sender() -> str:
    """The address that mails come from, without its name."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message_id(mail: Mail) -> str:
    """The same id at every try, so that a mailbox can recognise a mail it already has."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<mail.{mail.public_id}@{host}>"


def wire_address(address: str) -> str:
    """An address as mail servers read it: the domain in ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if domain else address


def compose(mail: Mail) -> bytes:
    """The whole message: text, HTML beside it, attachments after it, lines ended as SMTP wants them.

    A link with a secret in it is made here; raises LinkGone where it would open nothing.
    """
    text, html = with_link(mail)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    name = parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or settings.COLLEGE_NAME
    message["From"] = Address(name, addr_spec=sender())
    message["To"] = wire_address(mail.to_address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    for file in mail.attachments.order_by("pk"):
        maintype, _, subtype = file.content_type.partition("/")
        message.add_attachment(
            files.open_file(file),
            maintype=maintype,
            subtype=subtype or "octet-stream",
            filename=file.name,
        )
    return message.as_bytes()
