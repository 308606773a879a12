"""Hand one mail over to the mail server, at most once.

SMTP has one moment in which nobody can know: after the last line of DATA went out and before the answer came back. The
row says "handing over" from just before that moment. Before it, any failure is safe to try again; after it, only the
server's answer counts, and without one the mail is uncertain and waits for a person.
"""

import logging
import re
import smtplib
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from core import clock
from core.models import LeaseLost, Mail
from core.models.mail import MailState
from core.outbox.composing import compose, sender, wire_address
from core.outbox.linking import LinkGone
from core.outbox.server import connected
from core.private.files import FileGone
from core.private.keys import KeyMissing, Tampered

log = logging.getLogger("waymark.mail")
LAST_PATIENCE = 120  # seconds for the answer that matters; servers may look for viruses before they give it
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


class Refused(Exception):
    """The mail server answered no. `lasting` when trying again would not help."""

    def __init__(self, code: int, reply: bytes, lasting: bool) -> None:
        super().__init__(f"The mail server answered {code} {_words(reply)}"[:300])
        self.lasting = lasting


def hand_over(mail_id: int) -> None:
    """Send one mail if it is still to be sent, and write down how that ended."""
    mail = Mail.objects.claim(mail_id, Mail.lease)
    if mail is None:
        return
    try:
        _deliver(mail)
    except Refused as refused:
        _try_later(mail, str(refused)) if not refused.lasting else mail.fail(str(refused))
    except (FileGone, KeyMissing, Tampered) as problem:
        mail.fail(f"An attachment can't be opened: {problem}")
    except LinkGone as gone:
        mail.fail(str(gone))
    except LeaseLost:
        raise
    except Exception as problem:
        if mail.state == MailState.HANDING_OVER:
            _leave_uncertain(mail, problem)
        elif isinstance(problem, (OSError, smtplib.SMTPException)):
            _try_later(
                mail,
                f"The mail server could not be used: {_words(str(problem).encode())}",
            )
        else:
            raise


def _deliver(mail: Mail) -> None:
    message = re.sub(rb"(?m)^\.", b"..", compose(mail))  # a line that begins with a dot would end the mail
    with connected() as server:
        _expect(server.mail(sender(), _options(server, len(message))), lasting=False)
        _expect(server.rcpt(wire_address(mail.to_address)))
        _expect(server.docmd("DATA"), wanted=(354,))
        server.send(message if message.endswith(b"\r\n") else message + b"\r\n")
        _note_handing_over(mail)
        if server.sock:
            server.sock.settimeout(LAST_PATIENCE)
        server.send(b".\r\n")
        code, reply = server.getreply()
        _expect((code, reply))
        mail.finish(sent_at=clock.now(), server_reply=f"{code} {_words(reply)}"[:300])


def _options(server: smtplib.SMTP, size: int) -> list[str]:
    return [f"size={size}"] if server.has_extn("size") else []


def _expect(
    answer: tuple[int, bytes],
    wanted: tuple[int, ...] = (250, 251, 252),
    lasting: bool = True,
) -> None:
    """Raise Refused unless the server said yes. -1 is smtplib's word for a connection that broke."""
    code, reply = answer
    if code in wanted:
        return
    if code < 200:
        raise smtplib.SMTPServerDisconnected("The mail server broke off.")
    raise Refused(code, reply, lasting=lasting and code >= 500)


def _note_handing_over(mail: Mail) -> None:
    with transaction.atomic(durable=True):
        mail.save_held(
            state=MailState.HANDING_OVER,
            heartbeat_at=Now(),
            lease_until=Now() + mail.lease,
        )


def _try_later(mail: Mail, reason: str) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10), LONGEST_PAUSE)
    log.warning("mail %s, try %s: %s", mail.pk, mail.attempts, reason)
    mail.fail(reason, retry=True, after=pause)


def _leave_uncertain(mail: Mail, problem: Exception) -> None:
    log.error("mail %s is uncertain: %s", mail.pk, problem)
    try:
        mail.save_held(
            state=MailState.UNCERTAIN,
            lease_until=None,
            error_text="The connection broke while the mail server was taking this mail.",
        )
    except LeaseLost:
        log.info("mail %s was settled by somebody else", mail.pk)


def _words(reply: bytes) -> str:
    return " ".join(reply.decode("utf-8", "replace").split())
