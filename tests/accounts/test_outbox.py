"""The outbox page: a system administrator decides about mails that are uncertain or refused; nobody else sees it."""

from typing import Any

import pytest
from django.db import transaction

from accounts import actions
from accounts.rules import NotAllowed
from audit.models import Entry
from core.actors import SystemActor
from core.models import Mail
from core.models.mail import MailState
from core.outbox import AlreadySettled, queue_mail

SYSTEM = SystemActor("tests", "A test sends mail")


def mail(state: str, key: str = "report:1") -> Mail:
    """A mail that has got so far."""
    with transaction.atomic():
        made = queue_mail(key=key, to="okafor@waymark.example", subject="Report ready", text="Secret words", by=SYSTEM)
    Mail.objects.filter(pk=made.pk).update(state=state, error_text="The connection broke." if state != "sent" else "")
    made.refresh_from_db()
    return made


def test_ms_ward_sees_what_needs_deciding_and_not_the_words(college: Any, sign_in: Any) -> None:
    mail(MailState.UNCERTAIN)
    mail(MailState.SENT, "report:2")
    page = sign_in(college.ward).get("/outbox/").content.decode()
    assert page.count("okafor@waymark.example</th>") == 1
    assert "It arrived" in page
    assert "Secret words" not in page


@pytest.mark.parametrize("who", ["okafor", "novak", "tran", "rahman"])
def test_nobody_else_gets_in(college: Any, sign_in: Any, who: str) -> None:
    row = mail(MailState.UNCERTAIN)
    client = sign_in(getattr(college, who))
    assert client.get("/outbox/").status_code == 403
    assert client.post(f"/outbox/{row.public_id}/send-again/").status_code == 403
    row.refresh_from_db()
    assert row.state == "uncertain"


def test_sending_again_is_recorded_and_happens_once(college: Any, sign_in: Any) -> None:
    row = mail(MailState.UNCERTAIN)
    client = sign_in(college.ward)
    page = client.post(f"/outbox/{row.public_id}/send-again/", {"to": "new@waymark.example"}, follow=True)
    assert "is sent again" in page.content.decode()
    row.refresh_from_db()
    assert (row.state, row.to_address) == ("waiting", "new@waymark.example")
    entry = Entry.objects.get(verb="accounts.mail_sent_again")
    assert (entry.object_id, entry.details) == (str(row.pk), {"address_changed": True})
    again = client.post(f"/outbox/{row.public_id}/arrived/", follow=True)
    assert "decided about that mail in the meantime" in again.content.decode()


def test_an_address_that_is_none_sends_nothing(college: Any, sign_in: Any) -> None:
    row = mail(MailState.FAILED)
    page = sign_in(college.ward).post(f"/outbox/{row.public_id}/send-again/", {"to": "nobody"}, follow=True)
    assert "is not an address" in page.content.decode()
    row.refresh_from_db()
    assert row.state == "failed"


def test_what_arrived_is_not_sent_again(college: Any, sign_in: Any) -> None:
    row = mail(MailState.UNCERTAIN)
    sign_in(college.ward).post(f"/outbox/{row.public_id}/arrived/")
    row.refresh_from_db()
    assert row.state == "sent"
    assert Entry.objects.filter(verb="accounts.mail_confirmed", object_id=str(row.pk)).count() == 1


def test_the_action_asks_the_rule_itself(college: Any) -> None:
    row = mail(MailState.UNCERTAIN)
    with pytest.raises(NotAllowed):
        actions.confirm_mail_arrived(row, by=college.novak)
    actions.confirm_mail_arrived(row, by=college.ward)
    with pytest.raises(AlreadySettled):
        actions.send_mail_again(row, row.to_address, by=college.ward)
