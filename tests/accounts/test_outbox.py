"""The outbox page: a system administrator decides about mails that are uncertain or refused; nobody else sees it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from accounts import actions
from accounts.rules import NotAllowed
from accounts.secret_links import PASSWORD
from audit.models import Entry
from core import clock, naming, outbox
from core.actors import SystemActor
from core.models import Mail
from core.models.mail import MailState, SeenBy
from core.outbox import MARK, AlreadySettled, SecretLink, StaysAddressed, queue_mail
from core.outbox.queries import counts
from core.private.files import save_file
from safeguarding.actions.telling import announce_glass, tell_handler, tell_sharee
from tests.setting_up import setting_up

SHOWN_STATES = (MailState.UNCERTAIN, MailState.FAILED, MailState.WAITING, MailState.SENT)
SYSTEM = SystemActor("tests", "A test sends mail")


def mail(state: str, key: str = "report:1", **more: Any) -> Mail:
    """A mail that has got so far."""
    to, text = more.pop("to", "okafor@waymark.example"), more.pop("text", "Secret words")
    with transaction.atomic():
        made = queue_mail(key=key, to=to, subject="Report ready", text=text, by=SYSTEM, **more)
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


def send_again(browser: Any, row: Mail, **typed: str) -> str:
    """Press “Send again”; gives the page that follows."""
    page = browser.post(f"/outbox/{row.public_id}/send-again/", typed, follow=True).content.decode()
    row.refresh_from_db()
    return str(page)


def test_sending_again_is_recorded_and_happens_once(college: Any, sign_in: Any) -> None:
    row, client = mail(MailState.UNCERTAIN), sign_in(college.ward)
    assert "is being sent again" in send_again(client, row)
    assert (row.state, row.to_address) == ("waiting", "okafor@waymark.example")
    entry = Entry.objects.get(verb="accounts.mail_sent_again")
    assert (entry.object_id, entry.details) == (row.reference, {"address_changed": False})
    again = client.post(f"/outbox/{row.public_id}/arrived/", follow=True)
    assert "Someone else has decided about that email" in again.content.decode()


def test_nobody_can_have_somebody_elses_email_sent_to_themselves(college: Any, sign_in: Any) -> None:
    row, client = mail(MailState.FAILED, to_person_id=college.okafor.pk), sign_in(college.ward)
    assert 'name="to"' not in client.get("/outbox/?show=failed").content.decode()
    send_again(client, row, to="attacker@evil.example")
    assert row.to_address == "okafor@waymark.example"


def test_an_email_to_a_colleague_follows_them_to_their_new_address(college: Any, sign_in: Any) -> None:
    row, client = (
        mail(MailState.FAILED, to="old@waymark.example", to_person_id=college.okafor.pk),
        sign_in(college.ward),
    )
    assert "Send again to okafor@waymark.example" in client.get("/outbox/?show=failed").content.decode()
    send_again(client, row)
    assert (row.state, row.to_address) == ("waiting", "okafor@waymark.example")
    assert Entry.objects.get(verb="accounts.mail_sent_again").details == {"address_changed": True}


@pytest.mark.parametrize("what", ["link", "document"])
def test_a_link_or_a_document_goes_to_no_other_address(college: Any, sign_in: Any, what: str) -> None:
    person = college.okafor.pk
    more: dict[str, Any] = {"attachments": [save_file(b"%PDF-1.7", "Report.pdf", "application/pdf")]}
    if what == "link":
        more = {"link": SecretLink(PASSWORD, {"user": person}), "text": f"Set it: {MARK}"}
    with setting_up():  # as it was queued before the address changed
        row = mail(MailState.FAILED, to="old@waymark.example", to_person_id=person, **more)
    client = sign_in(college.ward)
    listed = client.get("/outbox/?show=failed").content.decode()
    assert ("Made for another address" in listed, "Send again" in listed) == (True, False)
    assert "was made for another address" in send_again(client, row)
    assert (row.state, row.to_address) == ("failed", "old@waymark.example")
    with pytest.raises(StaysAddressed):
        outbox.send_again(row, "okafor@waymark.example")


def test_the_log_neither_shows_nor_counts_what_safeguarding_sent(college: Any, sign_in: Any) -> None:
    hidden = [mail(state, f"safe:{state}", seen_by=SeenBy.TEAM) for state in SHOWN_STATES]
    client = sign_in(college.ward)
    for show in ("uncertain", "failed", "waiting", "sent"):
        page = client.get(f"/outbox/?show={show}").content.decode()
        assert ("okafor@waymark.example" in page, "Report ready" in page) == (False, False)
    assert counts() == {"uncertain": 0, "failed": 0, "waiting": 0}
    for row in hidden:
        assert client.post(f"/outbox/{row.public_id}/send-again/").status_code == 404
        assert client.post(f"/outbox/{row.public_id}/arrived/").status_code == 404


def test_every_email_of_safeguarding_is_kept_out_of_the_log(college: Any) -> None:
    with naming.named_system("safeguarding-notices"):
        announce_glass(uuid4(), [college.rahman])
        tell_sharee(uuid4(), college.okafor)
        tell_handler(uuid4(), [college.achebe])
    assert sorted(Mail.objects.values_list("to_address", "seen_by")) == [
        ("achebe@waymark.example", "recipient"),
        ("okafor@waymark.example", "team"),
        ("rahman@waymark.example", "team"),
    ]
    assert list(Mail.objects.in_log()) == []


TEAM_PAGE = "/safeguarding-team/emails/"


def test_the_team_sees_whom_it_did_not_reach_and_sends_it_again(college: Any, sign_in: Any) -> None:
    rahman = college.rahman
    rows = [
        mail(MailState.FAILED, f"safe:{n}", to="gone@waymark.example", to_person_id=rahman.pk, seen_by=SeenBy.TEAM)
        for n in (1, 2)
    ]
    client = sign_in(college.bell, stepped_up=True)
    page = client.get(TEAM_PAGE).content.decode()
    assert (page.count("Aisha Rahman"), "Report ready" in page) == (1, False)
    assert "Safeguarding emails do not reach Aisha Rahman" in client.get("/my-work/").content.decode()
    client.post(f"{TEAM_PAGE}{rahman.public_id}/send-again/")
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.to_address) == ("waiting", rahman.email)
    assert "Every email about safeguarding was delivered" in client.get(TEAM_PAGE).content.decode()


def test_what_went_to_the_head_alone_is_seen_by_nobody_else(college: Any, sign_in: Any) -> None:
    mail(MailState.FAILED, "adult:1", to="x@waymark.example", to_person_id=college.achebe.pk, seen_by=SeenBy.RECIPIENT)
    seen = {
        who: "Grace Achebe</strong>" in sign_in(getattr(college, who), stepped_up=True).get(TEAM_PAGE).content.decode()
        for who in ("achebe", "rahman", "bell")
    }
    assert seen == {"achebe": True, "rahman": False, "bell": False}


def test_what_arrived_is_not_sent_again(college: Any, sign_in: Any) -> None:
    row = mail(MailState.UNCERTAIN)
    sign_in(college.ward).post(f"/outbox/{row.public_id}/arrived/")
    row.refresh_from_db()
    assert row.state == "sent"
    assert Entry.objects.filter(verb="accounts.mail_confirmed", object_id=row.reference).count() == 1


def test_the_action_asks_the_rule_itself(college: Any) -> None:
    row = mail(MailState.UNCERTAIN)
    with pytest.raises(NotAllowed):
        actions.confirm_mail_arrived(row, by=college.novak)
    actions.confirm_mail_arrived(row, by=college.ward)
    with pytest.raises(AlreadySettled):
        actions.send_mail_again(row, by=college.ward)


def test_who_has_lost_the_role_or_left_is_no_longer_named(college: Any, sign_in: Any) -> None:
    for person in (college.rahman, college.achebe, college.lind):  # Mr Lind had something shared with him
        mail(MailState.FAILED, f"safe:{person.pk}", to=person.email, to_person_id=person.pk, seen_by=SeenBy.TEAM)
    Mail.objects.update(queued_at=clock.now())
    client = sign_in(college.bell, stepped_up=True)

    def named() -> list[str]:
        shown = client.get(TEAM_PAGE).content.decode()
        return [one.full_name for one in (college.rahman, college.achebe, college.lind) if one.full_name in shown]

    assert named() == ["Aisha Rahman", "Grace Achebe", college.lind.full_name]
    college.end_role(college.rahman, "dsl")
    college.leaves(college.achebe)
    assert named() == [college.lind.full_name]
    client.post(f"{TEAM_PAGE}{college.rahman.public_id}/send-again/")
    assert list(Mail.objects.filter(state="waiting")) == []
