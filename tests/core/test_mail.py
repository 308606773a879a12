"""The outbox: every mail is sent at most once and never silently not at all."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from time import sleep

import pytest
from aiosmtpd.smtp import SMTP
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.db import transaction

from core import clock
from core.actors import SystemActor
from core.jobs import run_now, sweep
from core.models import Mail
from core.models.mail import MailState
from core.outbox import AlreadySettled, confirm_arrived, queue_mail, send_again
from core.outbox.server import mail_server
from core.private.files import save_file
from tests.worker import Postbox, Worker, wait_until

SYSTEM = SystemActor("tests", "A test sends mail")


def queue(key: str = "report:1:2", to: str = "okafor@waymark.example", **more: object) -> Mail:
    """A mail as an action queues it."""
    with transaction.atomic():
        return queue_mail(key=key, to=to, subject="Your report is ready", text="See the link.\n", by=SYSTEM, **more)


def state(mail: Mail) -> str:
    """How far the mail has got."""
    return str(Mail.objects.values_list("state", flat=True).get(pk=mail.pk))


def parsed(postbox: Postbox) -> EmailMessage:
    """The last mail that the server took."""
    message = email.message_from_bytes(postbox.taken[-1].content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The text of one part, with lines ended as in Python."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_arrives_whole(committing_db: None, postbox: Postbox) -> None:
    mail = queue(
        html="<p>See the <b>link</b>.</p>",
        attachments=[save_file(b"%PDF-1.7 \xff", "Report – Łukasz.pdf", "application/pdf")],
        unsubscribe_url="https://waymark.example/u/1",
        to_person_id=7,
    )
    run_now("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.server_reply) == ("sent", "250 OK queued as 1")
    assert postbox.taken[0].rcpt_tos == ["okafor@waymark.example"]
    got = parsed(postbox)
    assert got["Message-ID"] == f"<mail.{mail.public_id}@localhost>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] == "<https://waymark.example/u/1>"
    assert got["Date"]
    assert body(got, "plain") == "See the link.\n"
    assert body(got, "html") == "<p>See the <b>link</b>.</p>\n"
    (attachment,) = got.iter_attachments()
    assert attachment.get_filename() == "Report – Łukasz.pdf"
    assert attachment.get_content() == b"%PDF-1.7 \xff"


def test_a_line_that_is_a_dot_does_not_end_the_mail(committing_db: None, postbox: Postbox) -> None:
    with transaction.atomic():
        mail = queue_mail(key="dots", to="a@waymark.example", subject="Dots", text="one\n.\n..two\nlast", by=SYSTEM)
    run_now("core.send_mail", mail_id=mail.pk)
    assert body(parsed(postbox), "plain") == "one\n.\n..two\nlast\n"


def test_the_same_key_is_queued_once(committing_db: None, postbox: Postbox) -> None:
    first, second = queue(), queue(to="other@waymark.example")
    assert first.pk == second.pk
    assert second.to_address == "okafor@waymark.example"
    for _ in range(2):
        run_now("core.send_mail", mail_id=first.pk)
    assert len(postbox.taken) == 1


def test_a_subject_can_not_add_a_header(committing_db: None, postbox: Postbox) -> None:
    with transaction.atomic():
        mail = queue_mail(key="h", to="a@waymark.example", subject="Hi\r\nBcc: x@y.example", text="t", by=SYSTEM)
    run_now("core.send_mail", mail_id=mail.pk)
    assert parsed(postbox)["Subject"] == "Hi Bcc: x@y.example"
    assert postbox.taken[0].rcpt_tos == ["a@waymark.example"]


def test_an_impossible_address_stands_on_the_list(committing_db: None, postbox: Postbox) -> None:
    mail = queue(to="not an address")
    assert mail.state == "failed"
    send_again(mail, to="right@waymark.example")
    run_now("core.send_mail", mail_id=mail.pk)
    assert postbox.taken[0].rcpt_tos == ["right@waymark.example"]


def test_nothing_is_queued_when_the_action_is_undone(committing_db: None) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert Mail.objects.count() == 0


@pytest.mark.parametrize(
    ("rcpt", "answer", "expected"),
    [
        ("550 No such person", "250 OK", MailState.FAILED),
        ("450 Come back later", "250 OK", MailState.WAITING),
        ("", "554 Looks like spam", MailState.FAILED),
        ("", "451 Disk is full", MailState.WAITING),
    ],
)
def test_the_servers_answer_decides(
    committing_db: None, postbox: Postbox, rcpt: str, answer: str, expected: str
) -> None:
    postbox.rcpt_answer, postbox.answer = rcpt, answer
    mail = queue()
    run_now("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    assert mail.state == expected
    assert (rcpt or answer)[:3] in mail.error_text
    assert (mail.not_before is not None) == (expected == MailState.WAITING)
    assert postbox.taken == []


def test_a_server_that_is_away_is_tried_again_later(committing_db: None, settings: object) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:9"  # type: ignore[attr-defined]  # pytest-django's fixture has no type
    mail = queue()
    run_now("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "could not be used" in mail.error_text


def test_a_server_that_dies_before_it_answers_leaves_the_mail_uncertain(
    committing_db: None, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle_data(self: Postbox, server: SMTP, session: object, envelope: object) -> str:
        self.taken.append(envelope)  # type: ignore[arg-type]  # aiosmtpd's own type
        assert server.transport is not None
        server.transport.abort()
        return "250 OK"

    monkeypatch.setattr(Postbox, "handle_DATA", handle_data)
    mail = queue()
    run_now("core.send_mail", mail_id=mail.pk)
    assert state(mail) == "uncertain"
    for _ in range(2):
        sweep()
        run_now("core.send_mail", mail_id=mail.pk)
    assert len(postbox.taken) == 1
    assert list(Mail.objects.uncertain()) == [mail]


def test_a_person_decides_about_an_uncertain_mail_once(committing_db: None, postbox: Postbox) -> None:
    arrived, lost = queue("a"), queue("b")
    Mail.objects.update(state=MailState.UNCERTAIN)
    confirm_arrived(arrived)
    with pytest.raises(AlreadySettled):
        send_again(arrived)
    send_again(lost)
    with pytest.raises(AlreadySettled):
        confirm_arrived(lost)
    for mail in (arrived, lost):
        run_now("core.send_mail", mail_id=mail.pk)
    assert len(postbox.taken) == 1
    assert [state(arrived), state(lost)] == ["sent", "sent"]


def test_a_worker_killed_while_the_server_takes_the_mail_leaves_it_uncertain(postbox: Postbox, worker: Worker) -> None:
    postbox.before_answer = worker.kill
    worker.start()
    mail = queue()
    wait_until(lambda: postbox.taken)
    wait_until(lambda: worker.process is None)
    assert state(mail) == "handing_over"
    Mail.objects.update(lease_until="2020-01-01T00:00Z")
    sweep()
    assert state(mail) == "uncertain"
    postbox.before_answer = lambda: None
    worker.start()
    sweep()
    other = queue("other")
    wait_until(lambda: state(other) == "sent")
    sleep(0.2)
    assert [state(mail), len(postbox.taken)] == ["uncertain", 2]


def test_what_old_mails_said_is_forgotten(committing_db: None) -> None:
    old, fresh, unsent = (queue(key, attachments=[save_file(b"x", "x.pdf")]) for key in ("old", "fresh", "unsent"))
    Mail.objects.exclude(pk=unsent.pk).update(state=MailState.SENT, finished_at=clock.now())
    Mail.objects.exclude(pk=fresh.pk).update(finished_at=clock.now() - timedelta(days=91))
    run_now("core.forget_mail")
    kept = {mail.key: (bool(mail.text), bool(mail.html), mail.attachments.count()) for mail in Mail.objects.all()}
    assert kept == {"old": (False, False, 0), "fresh": (True, True, 1), "unsent": (True, True, 1)}


def test_mail_of_installed_packages_goes_through_the_outbox(committing_db: None, settings: object) -> None:
    settings.EMAIL_BACKEND = "core.outbox.backend.OutboxBackend"  # type: ignore[attr-defined]  # pytest-django's fixture
    send_mail("Forgotten password", "Use the link.", None, ["a@waymark.example", "b@waymark.example"])
    assert sorted(Mail.objects.values_list("to_address", "subject")) == [
        ("a@waymark.example", "Forgotten password"),
        ("b@waymark.example", "Forgotten password"),
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost:2525", ("localhost", 2525, "", "offered")),
        ("smtp://u%40x:p@mail.example", ("mail.example", 587, "u@x", "required")),
        ("smtps://mail.example", ("mail.example", 465, "", "wrapped")),
    ],
)
def test_the_mail_servers_address_is_read(url: str, expected: tuple[object, ...]) -> None:
    server = mail_server(url)
    assert (server.host, server.port, server.user, server.tls) == expected


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "smtp://m:x", "smtp://m?starttls=maybe"])
def test_a_mail_servers_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        mail_server(url)
