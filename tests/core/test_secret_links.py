"""Links with a secret in them are made when an email is handed over, and stand in no stored text."""

import pytest
from django.db import transaction

from core.actors import SystemActor
from core.jobs import run_now
from core.models import Mail
from core.outbox import MARK, LinkGone, SecretLink, linking, queue_mail, register_link, send_again
from tests.core.test_mail import body, parsed
from tests.worker import Postbox

SYSTEM = SystemActor("tests", "A test sends mail")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What links were asked for; each is numbered, and the third opens nothing."""
    asked: list[dict[str, int]] = []

    def make(about: dict[str, int]) -> str:
        asked.append(about)
        if len(asked) > 2:
            raise LinkGone("It would open nothing.")
        return f"https://waymark.example/open/{len(asked)}/?a=1&b=2"

    monkeypatch.setattr(linking, "_makers", {})
    register_link("tests.link", make)
    return asked


def queue(text: str = f"Open it:\n{MARK}\n", html: str = "") -> Mail:
    """A mail with a link, as an action queues it."""
    with transaction.atomic():
        return queue_mail(
            key="link:1",
            to="ada@waymark.example",
            subject="Your page",
            text=text,
            html=html,
            by=SYSTEM,
            link=SecretLink("tests.link", {"who": 3}),
        )


def stored() -> str:
    """Everything that the row says."""
    return str(Mail.objects.values().get())


def test_the_link_goes_out_and_is_kept_nowhere(
    committing_db: None, postbox: Postbox, made: list[dict[str, int]]
) -> None:
    mail = queue()
    assert "waymark.example/open" not in stored()
    run_now("core.send_mail", mail_id=mail.pk)
    assert body(parsed(postbox), "plain") == "Open it:\nhttps://waymark.example/open/1/?a=1&b=2\n"
    assert 'href="https://waymark.example/open/1/?a=1&amp;b=2"' in body(parsed(postbox), "html")
    assert (made, "waymark.example/open" in stored()) == ([{"who": 3}], False)


def test_it_stands_in_html_of_its_own_too(committing_db: None, postbox: Postbox, made: list[dict[str, int]]) -> None:
    mail = queue(html=f'<a href="{MARK}">Open</a>')
    run_now("core.send_mail", mail_id=mail.pk)
    assert body(parsed(postbox), "html") == '<a href="https://waymark.example/open/1/?a=1&amp;b=2">Open</a>\n'


def test_each_try_makes_its_own_and_one_that_opens_nothing_is_not_sent(
    committing_db: None, postbox: Postbox, made: list[dict[str, int]]
) -> None:
    postbox.answer = "554 Looks like spam"
    mail = queue()
    for _ in range(3):
        run_now("core.send_mail", mail_id=mail.pk)
        mail.refresh_from_db()
        assert mail.state == "failed"
        error = mail.error_text
        send_again(mail)
    assert (len(made), error, postbox.taken) == (3, "It would open nothing.", [])


@pytest.mark.parametrize(("kind", "text"), [("tests.link", "No place for it"), ("tests.other", MARK)])
def test_an_email_without_a_place_or_a_maker_for_its_link_is_refused(
    db: None, made: list[dict[str, int]], kind: str, text: str
) -> None:
    with pytest.raises(LookupError):
        queue_mail(key="x", to="a@waymark.example", subject="x", text=text, by=SYSTEM, link=SecretLink(kind))
    assert not Mail.objects.exists()
