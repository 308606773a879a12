"""Signed links: one purpose, one person, expiring, revocable, rate limited."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from core import clock
from core.actors import SystemActor
from core.models import SignedLink
from core.private import links
from core.private.links import LinkRefused, TooManyTries, issue, peek, redeem, revoke

SYSTEM = SystemActor("tests", "A test gives out links")


def make(**more: object) -> tuple[SignedLink, str]:
    """A link to a form about student 3."""
    return issue("self_report", {"student": 3}, by=SYSTEM, **({"expires_in": timedelta(days=7)} | more))


def test_a_link_opens_for_its_purpose_once(db: None) -> None:
    link, token = make()
    assert peek(token, "self_report") == link
    assert redeem(token, "self_report").subject == {"student": 3}
    with pytest.raises(LinkRefused):
        redeem(token, "self_report")


def test_the_table_can_not_make_a_link(db: None) -> None:
    link, token = make()
    assert token not in str(SignedLink.objects.values())
    with pytest.raises(LinkRefused):
        peek(link.fingerprint, "self_report")


@pytest.mark.parametrize("how", ["other purpose", "expired", "revoked", "unknown"])
def test_whatever_is_wrong_the_answer_is_the_same(db: None, how: str) -> None:
    link, token = make()
    if how == "expired":
        with clock.set_to(clock.now() + timedelta(days=8)), pytest.raises(LinkRefused):
            redeem(token, "self_report")
    if how == "revoked":
        assert revoke(purpose="self_report", subject={"student": 4}) == 0
        assert revoke(purpose="self_report", subject={"student": 3}) == 1
    with pytest.raises(LinkRefused) as refused:
        redeem("x" + token if how == "unknown" else token, "booking" if how != "revoked" else "self_report")
    assert str(refused.value) == ""


def test_two_at_once_use_it_up_once(committing_db: None) -> None:
    _, token = make()
    got: list[int] = []

    def press() -> None:
        try:
            got.append(redeem(token, "self_report").pk)
        except LinkRefused:
            pass
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_guessing_is_stopped_for_one_address_and_nobody_else(db: None, own_cache: None) -> None:
    _, token = make(max_uses=None)
    for _ in range(links.TRIES):
        with pytest.raises(LinkRefused):
            peek("guess", "self_report", client="10.0.0.1")
    with pytest.raises(TooManyTries):
        peek(token, "self_report", client="10.0.0.1")
    assert redeem(token, "self_report", client="10.0.0.2")
    assert redeem(token, "self_report", client="10.0.0.2")


def test_a_link_is_about_numbers_only(db: None) -> None:
    with pytest.raises(TypeError):
        issue("self_report", {"student": "Zara"}, by=SYSTEM, expires_in=timedelta(days=1))  # type: ignore[dict-item]  # the mistake that is tested
