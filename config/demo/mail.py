"""Mail sent in the demonstration: kept as raw messages in a folder, read back without trusting anything in them."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from core.private.files import safe_name

KEPT = 500
_ID = re.compile(r"\d{20}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    number: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class DemoMail:
    """One mail as the demonstration's mail server took it."""

    id: str
    at: datetime
    to: str
    sender: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def folder() -> Path:
    """Where the raw messages lie."""
    return Path(settings.VAR) / "demo-mail"


def keep(envelope: Envelope) -> str:
    """Keep one message as it came; gives its id."""
    where = folder()
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
    content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
    draft = where / f"{name}.new"
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.rename(where / f"{name}.eml")
    for old in sorted(where.glob("*.eml"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return name


def mails() -> list[DemoMail]:
    """Every mail that was kept, newest first."""
    found = sorted(folder().glob("*.eml"), reverse=True)
    return [mail for path in found if (mail := read(path.stem)) is not None]


def read(name: str) -> DemoMail | None:
    """One mail by its id; None when there is no such mail."""
    path = folder() / f"{name}.eml"
    if not _ID.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # what the default policy makes
    return DemoMail(
        id=name,
        at=_date_of(message) or datetime.strptime(name[:20], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC),
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or "(no subject)"),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _date_of(message: EmailMessage) -> datetime | None:
    """When the mail says it was written, which follows the demonstration's own clock."""
    written = getattr(message["Date"], "datetime", None)
    return written if written is not None and written.tzinfo is not None else None


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    found = []
    for number, part in enumerate(message.iter_attachments()):
        content = part.get_payload(decode=True)
        name = safe_name(part.get_filename() or f"attachment {number + 1}")
        found.append(Attachment(number, name, part.get_content_type(), content if isinstance(content, bytes) else b""))
    return found


class Sink:
    """A mail server that keeps everything and sends nothing on."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        return f"250 OK kept as {keep(envelope)}"
