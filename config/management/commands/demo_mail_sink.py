import asyncio
import os
import signal
import socket
import threading
from collections.abc import Awaitable
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.mail import Sink

LARGEST = 40 * 1024 * 1024


class OnSocket(Controller):
    """A mail server on a socket that was handed to it already open, or else on its own."""

    handed: socket.socket | None = None

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        if self.handed is None:
            return super()._create_server()
        return self.loop.create_server(self._factory_invoker, sock=self.handed, ssl=self.ssl_context)


class Command(BaseCommand):
    """Take the demonstration's mail and keep it for /demo/mail/. Nothing ever leaves the machine."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration's mail server doesn't run in production.")
        host, _, port = settings.MAIL_SINK.rpartition(":")
        handed = os.environ.get("WAYMARK_MAIL_SOCKET", "")
        controller = OnSocket(
            Sink(), hostname=host or "127.0.0.1", port=int(port), data_size_limit=LARGEST, enable_SMTPUTF8=True
        )
        controller.handed = socket.socket(fileno=int(handed)) if handed else None
        try:
            controller.start()
        except OSError as problem:
            raise CommandError(
                f"Mail can't be taken at {settings.MAIL_SINK}: {problem.strerror}. Another program may listen there; "
                "stop it, or name another address in WAYMARK_MAIL_SINK and EMAIL_URL."
            ) from problem
        self.stdout.write(f"Mail goes to {settings.MAIL_SINK} and is kept here.")
        over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: over.set())
        over.wait()
        controller.stop()
