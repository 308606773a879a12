"""The mail server named by EMAIL_URL."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

PATIENCE = 30  # seconds for each answer of the mail server
LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    user: str
    password: str
    tls: str  # "wrapped", "required", "offered"


def mail_server(url: str | None = None) -> MailServer:
    """Read smtp://user:password@host:port (or smtps://); `?starttls=required` refuses a server without encryption."""
    parts = urlsplit(url or settings.EMAIL_URL)
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL has a port that is not a number.") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be smtp://user:password@host:port, or smtps:// for implicit TLS.")
    wanted = parse_qs(parts.query).get("starttls", ["required" if parts.username else "offered"])[-1]
    if wanted not in {"required", "offered"}:
        raise ImproperlyConfigured("EMAIL_URL: starttls is either required or offered.")
    if parts.hostname in LOCAL and "starttls" not in parts.query:
        wanted = "offered"
    wrapped = parts.scheme == "smtps"
    return MailServer(
        parts.hostname,
        port or (465 if wrapped else 587 if parts.username else 25),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        "wrapped" if wrapped else wanted,
    )


@contextmanager
def connected() -> Iterator[smtplib.SMTP]:
    """A signed-in connection; closed without fuss whatever happened."""
    server = mail_server()
    connection = _connect(server)
    try:
        connection.ehlo_or_helo_if_needed()
        if server.tls != "wrapped":
            _encrypt(connection, server)
        if server.user:
            connection.login(server.user, server.password)
        yield connection
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.tls == "wrapped":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def _encrypt(connection: smtplib.SMTP, server: MailServer) -> None:
    if connection.has_extn("starttls"):
        # A server on this machine has nobody between, and rarely a certificate that anybody would believe.
        context = ssl._create_unverified_context() if server.host in LOCAL else ssl.create_default_context()
        connection.starttls(context=context)
        connection.ehlo()
    elif server.tls == "required":
        raise smtplib.SMTPNotSupportedError(
            "The mail server offers no encryption (STARTTLS), and EMAIL_URL asks for it."
        )


@register("waymark")
def email_url_makes_sense(app_configs: object, **kwargs: object) -> list[Error]:
    """A mail server's address that can't be read is found at the start, not at the first mail."""
    try:
        mail_server()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="core.E010")]
    return []
