"""A real Celery worker and a real mail server, for tests of jobs. Use with `committing_db`, where commits are real."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).resolve().parent.parent


def wait_until(condition: Callable[[], object], seconds: float = 20, every: float = 0.05) -> None:
    """Wait for something that another process does; the test fails when it does not happen in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"It did not happen within {seconds} seconds.")
        time.sleep(every)


class Worker:
    """One Celery worker, in a group of processes of its own, which can be killed outright."""

    def __init__(self, log: Path, *modules: str) -> None:
        self.log = log
        include = ["-I", ",".join(modules)] if modules else []
        self.command = [
            sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO",
            "--queues", "default,pdf,mail,imports", "--without-gossip", "--without-mingle", "--without-heartbeat",
            *include,
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes work."""
        before = self.log.stat().st_size if self.log.exists() else 0
        env = os.environ | {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings_test")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(lambda: b" ready." in self.log.read_bytes()[before:] or self._died(), 60)

    def kill(self) -> None:
        """kill -9, the whole group at once: nothing gets to clean up."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _died(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"The worker did not start:\n{self.log.read_text()[-3000:]}")
        return False


@pytest.fixture
def worker(committing_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A real worker on this test's own database; `start()` it. Modules named by a `worker_modules` mark are loaded too."""
    mark = request.node.get_closest_marker("worker_modules")
    made = Worker(tmp_path / "worker.log", *(mark.args if mark else ()))
    yield made
    made.kill()


class Postbox:
    """What a mail server took, and how it should behave."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK queued as 1"
        self.rcpt_answer = ""
        self.before_answer: Callable[[], None] = lambda: None

    def link(self, start: str) -> str:
        """The link that begins like this in the last mail that was taken."""
        text = message_from_bytes(bytes(self.taken[-1].content or b""), policy=default).get_body(("plain",))  # type: ignore[attr-defined]  # what this policy makes
        return next(word for word in text.get_content().split() if word.startswith(start))

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, unless told otherwise."""
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail, then answer as told."""
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        self.before_answer()
        return self.answer


@contextmanager
def mail_server(postbox: Postbox) -> Iterator[str]:
    """A real SMTP server on a free port; gives its EMAIL_URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def postbox(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server that takes everything, for this process and for workers that the test starts."""
    box = Postbox()
    with mail_server(box) as url:
        settings.EMAIL_URL = url  # type: ignore[attr-defined]  # pytest-django's fixture has no type
        monkeypatch.setenv("EMAIL_URL", url)
        yield box
