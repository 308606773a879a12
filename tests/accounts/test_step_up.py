"""The fresh second factor."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse

from accounts.gates import STEPPED_UP
from accounts.second_factor import PERIOD, code_on_show, make_sure_of_app
from audit.models import Entry
from core import naming

URL = "/step-up/"
CONFIDENTIAL = "/safeguarding-team/"


@pytest.fixture
def secret(college):
    made = generate_totp_secret()
    with naming.named(college.rahman.pk):
        TOTP.activate(college.rahman, made)
    return made


def code_of(secret, periods=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + periods))


def test_a_confidential_page_sends_there_and_back(college, secret, sign_in):
    browser = sign_in(college.rahman)
    answer = browser.get(CONFIDENTIAL)
    assert answer.url == f"{URL}?next={CONFIDENTIAL}"
    answer = browser.post(URL, {"code": code_of(secret), "next": CONFIDENTIAL})
    assert answer.url == CONFIDENTIAL
    assert browser.get(CONFIDENTIAL).status_code == 200
    assert Entry.objects.filter(verb="accounts.stepped_up", actor_id=college.rahman.pk).count() == 1


def test_it_is_good_for_a_while_only(college, secret, sign_in, settings):
    browser = sign_in(college.rahman, stepped_up=True)
    assert browser.get(CONFIDENTIAL).status_code == 200
    session = browser.session
    session[STEPPED_UP] = time.time() - settings.STEP_UP_MINUTES * 60 - 1
    session.save()
    assert browser.get(CONFIDENTIAL).status_code == 302


def test_a_part_of_a_page_is_sent_there_whole(college, secret, sign_in):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{CONFIDENTIAL}"}
    answer = sign_in(college.rahman).get(CONFIDENTIAL, headers=headers)
    assert answer.headers["HX-Redirect"] == f"{URL}?next={CONFIDENTIAL}"


def test_a_wrong_code_is_refused_and_recorded(college, secret, sign_in):
    browser = sign_in(college.rahman)
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    answer = browser.post(URL, {"code": wrong, "next": CONFIDENTIAL})
    assert answer.status_code == 422
    assert browser.get(CONFIDENTIAL).status_code == 302
    entry = Entry.objects.get(verb="accounts.second_factor_failed")
    assert (entry.actor_id, entry.refused) == (college.rahman.pk, True)


def test_a_code_works_once(college, secret, sign_in):
    code = code_of(secret)
    assert sign_in(college.rahman).post(URL, {"code": code}).status_code == 302
    assert sign_in(college.rahman).post(URL, {"code": code}).status_code == 422


def test_the_code_of_half_a_minute_ago_works_and_an_old_one_does_not(college, secret, sign_in):
    assert sign_in(college.rahman).post(URL, {"code": code_of(secret, -3)}).status_code == 422
    assert sign_in(college.rahman).post(URL, {"code": code_of(secret, -1)}).status_code == 302


def test_guessing_is_stopped(college, secret, sign_in):
    browser = sign_in(college.rahman)
    for number in range(5):
        browser.post(URL, {"code": f"{number:06}"})
    answer = browser.post(URL, {"code": code_of(secret)})
    assert answer.status_code == 422
    assert "too many tries" in answer.content.decode()


def test_a_recovery_code_works_once(college, secret, sign_in):
    with naming.named(college.rahman.pk):
        code = RecoveryCodes.activate(college.rahman).get_unused_codes()[0]
    assert sign_in(college.rahman).post(URL, {"code": code}).status_code == 302
    assert sign_in(college.rahman).post(URL, {"code": code}).status_code == 422


def test_somebody_elses_code_does_not_work(college, secret, sign_in):
    with naming.named(college.bell.pk):
        make_sure_of_app(college.bell)
    assert sign_in(college.bell).post(URL, {"code": code_of(secret)}).status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "step-up",
        "/step-up/?next=/x",
    ],
)
def test_it_leads_to_our_own_addresses_only(college, secret, sign_in, asked):
    answer = sign_in(college.rahman).post(URL, {"code": code_of(secret), "next": asked})
    assert answer.url == reverse("home")


def test_without_a_second_factor_one_is_set_up_first_and_then_back(college, sign_in):
    browser = sign_in(college.rahman)
    answer = browser.get(f"{URL}?next={CONFIDENTIAL}")
    assert answer.url == reverse("accounts:first_step")
    with naming.named(college.rahman.pk):
        make_sure_of_app(college.rahman)
    secret_page = browser.get(URL)
    assert secret_page.context["next"] == CONFIDENTIAL


def test_recovery_codes_alone_are_no_second_factor(college, sign_in):
    with naming.named(college.rahman.pk):
        RecoveryCodes.activate(college.rahman)
    assert sign_in(college.rahman).get(URL).url == reverse("accounts:first_step")


def test_the_secret_is_sealed_in_the_database(college, secret):
    stored = Authenticator.objects.get(user=college.rahman).data["secret"]
    assert secret not in stored
    assert bytes.fromhex(stored.partition(":")[2])


def test_the_code_is_shown_in_the_demonstration_only(college, secret, sign_in, settings):
    assert code_on_show(college.rahman) == ""
    settings.DEMO = True
    assert code_on_show(college.rahman) == code_of(secret)
    assert code_of(secret) in sign_in(college.rahman).get(URL).content.decode()
    settings.PRODUCTION = True
    assert code_on_show(college.rahman) == ""


def test_signing_in_with_a_code_counts_as_fresh(college, secret, client):
    college.rahman.set_password("correct horse battery")
    with naming.named(college.rahman.pk):
        college.rahman.save()
    answer = client.post(reverse("account_login"), {"login": college.rahman.email, "password": "correct horse battery"})
    assert answer.url == reverse("mfa_authenticate")
    assert not client.session.get("_auth_user_id")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(CONFIDENTIAL).status_code == 200


def test_a_recovery_code_that_signed_in_is_used_up(college, secret, client):
    with naming.named(college.rahman.pk):
        college.rahman.set_password("correct horse battery")
        college.rahman.save()
        codes = RecoveryCodes.activate(college.rahman)
    code = codes.get_unused_codes()[0]
    client.post(reverse("account_login"), {"login": college.rahman.email, "password": "correct horse battery"})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session["_auth_user_id"] == str(college.rahman.pk)
    stored = Authenticator.objects.get(user=college.rahman, type="recovery_codes")
    assert (stored.data["used_mask"], stored.last_used_at is not None) == (1, True)
