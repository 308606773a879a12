import signal
import threading
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.demo_mail import Sink

LARGEST = 40 * 1024 * 1024


class Command(BaseCommand):
    """Take the demonstration's mail and keep it for /demo/mail/. Nothing ever leaves the machine."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration's mail server doesn't run in production.")
        host, _, port = settings.MAIL_SINK.rpartition(":")
        controller = Controller(
            Sink(), hostname=host or "127.0.0.1", port=int(port), data_size_limit=LARGEST, enable_SMTPUTF8=True
        )
        controller.start()
        self.stdout.write(f"Mail goes to {settings.MAIL_SINK} and is kept here.")
        over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: over.set())
        over.wait()
        controller.stop()
