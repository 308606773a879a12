"""Too many wrong passwords close an account to new devices, and not to its owner's own."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.lockout import DEVICE, EVERYWHERE
from accounts.models import User
from audit.models import Entry
from core import naming
from core.models import Mail
from tests.college import College

PASSWORD = "correct horse battery"
SHARED = "10.0.0.1"  # everybody in the college comes from here


@pytest.fixture
def rahman(college: College) -> User:
    """Dr Rahman, who signs in with her password alone."""
    college.rahman.set_password(PASSWORD)
    with naming.named(college.rahman.pk):
        college.rahman.save(update_fields=["password"])
    return college.rahman


def tries(client: Client, user: User, password: str = "wrong", address: str = SHARED) -> int:
    """Try to sign in; gives the status."""
    sent = {"login": user.email, "password": password}
    return client.post(reverse("account_login"), sent, REMOTE_ADDR=address).status_code


def known_device(user: User) -> Client:
    """A browser in which this person has signed in before, and out again."""
    client = Client()
    assert tries(client, user, PASSWORD) == 302
    client.post(reverse("account_logout"))
    assert not get_user(client).is_authenticated
    return client


def lock_out(user: User, number: int, address: str = SHARED) -> None:
    """As many wrong passwords as close an account, each from a browser that remembers nothing."""
    for _ in range(number):
        tries(Client(), user, address=address)


def test_a_pupil_on_the_colleges_network_does_not_lock_a_colleague_out_of_their_own_laptop(
    rahman: User, settings: Any
) -> None:
    laptop = known_device(rahman)
    lock_out(rahman, settings.AXES_FAILURE_LIMIT)
    assert tries(Client(), rahman, PASSWORD) == 429
    assert tries(laptop, rahman, PASSWORD) == 302
    assert get_user(laptop) == rahman


def test_throwing_the_word_away_gives_no_more_tries(rahman: User, settings: Any) -> None:
    laptop = known_device(rahman)
    answers = []
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        laptop.cookies.pop(DEVICE)
        answers.append(tries(laptop, rahman))
        laptop.cookies[DEVICE] = "made up"
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429, 429]


def test_a_device_known_for_one_account_is_new_to_another(college: College, rahman: User, settings: Any) -> None:
    college.okafor.set_password(PASSWORD)
    with naming.named(college.okafor.pk):
        college.okafor.save(update_fields=["password"])
    pupil = known_device(college.okafor)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        tries(pupil, rahman)
    assert tries(pupil, rahman, PASSWORD) == 429
    assert tries(pupil, college.okafor, PASSWORD) == 302


def test_a_shared_computer_is_known_for_everybody_who_uses_it(college: College, rahman: User, settings: Any) -> None:
    college.okafor.set_password(PASSWORD)
    with naming.named(college.okafor.pk):
        college.okafor.save(update_fields=["password"])
    computer = known_device(rahman)
    assert tries(computer, college.okafor, PASSWORD) == 302
    computer.post(reverse("account_logout"))
    lock_out(rahman, settings.AXES_FAILURE_LIMIT)
    assert tries(computer, rahman, PASSWORD) == 302


def test_a_known_device_has_its_own_tries_wherever_it_is(rahman: User, settings: Any) -> None:
    laptop = known_device(rahman)
    for number in range(settings.AXES_FAILURE_LIMIT):
        tries(laptop, rahman, address=f"10.0.1.{number}")
    assert tries(laptop, rahman, PASSWORD, address="10.0.2.1") == 429
    assert tries(Client(), rahman, PASSWORD) == 302


def test_ever_new_addresses_are_bounded_too_and_the_owner_still_gets_in(rahman: User, settings: Any) -> None:
    laptop = known_device(rahman)
    for number in range(EVERYWHERE):
        AccessAttempt.objects.create(
            username=rahman.email, ip_address=f"10.9.0.{number}", failures_since_start=settings.AXES_FAILURE_LIMIT
        )
    assert tries(Client(), rahman, PASSWORD, address="10.8.0.1") == 429
    assert tries(laptop, rahman, PASSWORD) == 302


def test_the_cookie_is_for_the_server_alone_and_holds_no_name(rahman: User, settings: Any) -> None:
    cookie = known_device(rahman).cookies[DEVICE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert rahman.email not in cookie.value


def test_a_sign_in_without_its_second_step_makes_no_device_known(rahman: User) -> None:
    from accounts.second_factor import make_sure_of_app

    with naming.named(rahman.pk):
        make_sure_of_app(rahman)
    client = Client()
    assert client.post(reverse("account_login"), {"login": rahman.email, "password": PASSWORD}).url == reverse(
        "mfa_authenticate"
    )
    assert DEVICE not in client.cookies


def test_the_owner_is_told_once_for_each_lock_out(rahman: User, settings: Any) -> None:
    lock_out(rahman, settings.AXES_FAILURE_LIMIT + 3)
    lock_out(rahman, settings.AXES_FAILURE_LIMIT, address="10.0.0.2")
    (mail,) = Mail.objects.all()
    assert (mail.to_address, mail.subject) == (rahman.email, "Too many wrong passwords for your account")
    assert SHARED in mail.text
    later = settings.AXES_COOLOFF_TIME + timedelta(seconds=1)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - later)
    Mail.objects.update(queued_at=F("queued_at") - later)
    lock_out(rahman, settings.AXES_FAILURE_LIMIT)
    assert Mail.objects.count() == 2


def test_nobody_is_told_about_an_account_that_is_not_there(college: College, settings: Any) -> None:
    lock_out(User(email="nobody@waymark.example"), settings.AXES_FAILURE_LIMIT)
    assert not Mail.objects.exists()
    assert Entry.objects.filter(verb="accounts.locked_out").count() == 1


def test_trying_on_does_not_make_a_lock_out_last(rahman: User, settings: Any) -> None:
    lock_out(rahman, settings.AXES_FAILURE_LIMIT)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - settings.AXES_COOLOFF_TIME / 2)
    lock_out(rahman, 1)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - settings.AXES_COOLOFF_TIME / 2)
    assert tries(Client(), rahman, PASSWORD) == 302


def test_letting_somebody_in_again_forgets_every_device(
    college: College, rahman: User, settings: Any, sign_in: Any
) -> None:
    laptop = known_device(rahman)
    for client in (laptop, Client()):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            tries(client, rahman)
    page = reverse("accounts:staff_detail", args=[rahman.public_id])
    assert "Too many wrong tries" in sign_in(college.tran).get(page).content.decode()
    sign_in(college.tran).post(reverse("accounts:staff_let_in", args=[rahman.public_id]))
    assert (tries(laptop, rahman, PASSWORD), tries(Client(), rahman, PASSWORD)) == (302, 302)
