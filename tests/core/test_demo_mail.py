"""Mail of the demonstration: kept, readable, and not trusted."""

import os
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from django.test import Client

from config.demo import mail as demo_mail
from config.launch.demo import hold_port
from tests.worker import wait_until


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    """A folder for this test's mail, in demo mode."""
    settings.VAR = tmp_path
    settings.DEMO = True


def keep(html: str = "<p>Hello</p><script>alert(1)</script>") -> str:
    """Keep a mail with a file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "w@waymark.example",
        "okafor@waymark.example",
        "Łukasz’s report",
    )
    message.set_content("See https://waymark.example/r/1\n<b>not bold</b>")
    message.add_alternative(html, subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../report.pdf")
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename="page.html")
    envelope = Envelope()
    envelope.content = message.as_bytes()
    return demo_mail.keep(envelope)


def test_a_mail_is_read_back() -> None:
    mail = demo_mail.read(keep())
    assert mail is not None
    assert (mail.to, mail.subject) == ("okafor@waymark.example", "Łukasz’s report")
    assert [(file.name, file.content_type) for file in mail.attachments] == [
        ("report.pdf", "application/pdf"),
        ("page.html", "text/html"),
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "x", "20261120090000000000-0000000g", ""])
def test_only_our_own_ids_are_read(name: str) -> None:
    assert demo_mail.read(name) is None


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_mail, "KEPT", 2)
    kept = [keep() for _ in range(4)]
    assert [mail.id for mail in demo_mail.mails()] == kept[:1:-1]


def test_the_pages_show_it_without_running_it(db: None, client: Client) -> None:
    name = keep()
    assert "Łukasz’s report" in client.get("/demo/mail/").content.decode()
    page = client.get(f"/demo/mail/{name}/").content.decode()
    assert "&lt;b&gt;not bold&lt;/b&gt;" in page
    assert "alert(1)" not in page
    frame = client.get(f"/demo/mail/{name}/html/")
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "script-src" not in frame["Content-Security-Policy"]
    pdf = client.get(f"/demo/mail/{name}/files/0/")
    assert (pdf.content, pdf["Content-Disposition"]) == (b"%PDF-1.7", 'attachment; filename="report.pdf"')
    assert client.get(f"/demo/mail/{name}/files/1/")["Content-Type"] == "application/octet-stream"
    assert client.get(f"/demo/mail/{name}/files/2/").status_code == 404


@pytest.mark.parametrize("path", ["", "{}/", "{}/html/", "{}/files/0/"])
def test_outside_demo_mode_they_are_not_there(db: None, client: Client, settings: Any, path: str) -> None:
    name = keep()
    settings.DEMO = False
    assert client.get("/demo/mail/" + path.format(name)).status_code == 404


def start_sink(folder: Path, port: int, **more: Any) -> "subprocess.Popen[bytes]":
    env = os.environ | {"WAYMARK_VAR": str(folder), "WAYMARK_MAIL_SINK": f"127.0.0.1:{port}"} | more.pop("env", {})
    env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    return subprocess.Popen([sys.executable, "manage.py", "demo_mail_sink"], env=env, **more)


def test_the_sink_takes_mail_and_stops_when_told(tmp_path: Path) -> None:
    # The launcher's own way: the socket is open before the sink starts, so that nobody takes the port meanwhile.
    with hold_port(20525) as held:
        port, env = held.getsockname()[1], {"WAYMARK_MAIL_SOCKET": str(held.fileno())}
        with hold_port(port) as another:
            assert another.getsockname()[1] != port
        sink = start_sink(tmp_path, port, env=env, pass_fds=(held.fileno(),), stdout=subprocess.PIPE)
        try:
            assert sink.stdout is not None
            assert b"is kept here" in sink.stdout.readline()
            with smtplib.SMTP("127.0.0.1", port) as server:
                server.sendmail("a@waymark.example", ["b@waymark.example"], b"Subject: Hi\r\n\r\nHello\r\n")
            wait_until(lambda: [mail.subject for mail in demo_mail.mails()] == ["Hi"])
        finally:
            sink.terminate()
            sink.wait(10)
            if sink.stdout:
                sink.stdout.close()
    assert sink.returncode == 0


def test_a_sink_whose_address_is_taken_says_so_and_ends(tmp_path: Path) -> None:
    with hold_port(20525) as held:
        sink = start_sink(tmp_path, held.getsockname()[1], stderr=subprocess.PIPE)
        said = sink.communicate(timeout=30)[1].decode()
    assert sink.returncode == 1
    assert "Another program may listen there" in said
    assert "Traceback" not in said
