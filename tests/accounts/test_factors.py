"""Changes to somebody's own second step: each asks for the one they have, and its owner is told."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.forms import SignInKeyForm
from accounts.gates import PROVED, STEPPED_UP
from accounts.models import User
from accounts.secret_links import MAY_SET_UP
from audit.models import Entry
from core import naming
from core.jobs import run_now
from core.models import Mail, SignedLink
from tests.accounts.test_step_up import code_of
from tests.college import College
from tests.worker import Postbox

PASSWORD = "correct horse battery"
APP, PASSKEY, CODES = "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/recovery-codes/"
APP_OFF = "/accounts/2fa/totp/deactivate/"
GUARDED = [
    PASSKEY,
    APP_OFF,
    CODES,
    f"{CODES}generate/",
    f"{CODES}download/",
    "/accounts/2fa/webauthn/keys/{key}/edit/",
    "/accounts/2fa/webauthn/keys/{key}/remove/",
    "/accounts/password/set/",
]


def sign_in_with_password(user: User, **more: Any) -> Client:
    """A browser of this person who has just typed their password, and nothing else."""
    User.objects.filter(pk=user.pk).update(password=user.password)
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, **more)
    return client


@pytest.fixture
def rahman(college: College) -> User:
    """Dr Rahman, with a password and no second step."""
    college.rahman.set_password(PASSWORD)
    with naming.named(college.rahman.pk):
        college.rahman.save(update_fields=["password"])
    return college.rahman


@pytest.fixture
def secret(rahman: User) -> str:
    """Her authenticator app and recovery codes."""
    made = generate_totp_secret()
    with naming.named(rahman.pk):
        TOTP.activate(rahman, made)
        RecoveryCodes.activate(rahman)
    return made


@pytest.fixture
def laptop(rahman: User, secret: str) -> Client:
    """Her laptop, left unlocked: she signed in with password and code a moment ago."""
    client = sign_in_with_password(rahman)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    return client


def prove(browser: Client, secret: str) -> None:
    """Type a code where a page asks for it."""
    assert browser.post("/step-up/", {"code": code_of(secret, 1), "next": CODES}).url == CODES


def confirm_password(browser: Client) -> None:
    """Type the password once more, where the page that sets up the first factor asks for it."""
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def kinds_of(user: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def subjects_to(user: User) -> list[str]:
    return list(Mail.objects.filter(to_address=user.email).order_by("pk").values_list("subject", flat=True))


def set_up_app(browser: Client) -> Any:
    """Set up an authenticator app as its page asks."""
    shown = browser.get(APP).context["form"].secret
    return browser.post(APP, {"code": code_of(shown)})


def may_set_up(browser: Client) -> None:
    """The link to their own address was opened here."""
    session = browser.session
    session[MAY_SET_UP] = time.time() + 60
    session.save()


@pytest.mark.parametrize("page", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unlocked_laptop_shows_and_changes_no_factor(laptop: Client, rahman: User, page: str, method: str) -> None:
    with naming.named(rahman.pk):
        key = Authenticator.objects.create(user=rahman, type="webauthn", data={"name": "Her key", "credential": {}})
    address = page.format(key=key.pk)
    answer = getattr(laptop, method)(address)
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/step-up/")
    assert kinds_of(rahman) == ["recovery_codes", "totp", "webauthn"]
    assert laptop.get("/safeguarding-team/").status_code == 200  # which the same proof still opens


def test_a_code_of_six_minutes_ago_is_asked_for_again(laptop: Client, secret: str) -> None:
    prove(laptop, secret)
    assert laptop.get(CODES).status_code == 200
    session = laptop.session
    session[PROVED] = time.time() - 6 * 60
    session.save()
    assert laptop.get(CODES).url == f"/step-up/?next={CODES}"


def test_a_code_typed_just_now_opens_the_page_it_was_asked_for(laptop: Client, secret: str) -> None:
    asked = laptop.get(CODES)
    assert asked.url == f"/step-up/?next={CODES}"
    page = laptop.get(asked.url)
    assert "open for 5 minutes" in page.content.decode()
    assert "your app shows a new one in at most 30 seconds" in page.content.decode()
    prove(laptop, secret)
    assert len(laptop.get(CODES).context["unused_codes"]) == 10


def test_the_app_is_removed_and_its_owner_is_told(laptop: Client, rahman: User, secret: str) -> None:
    prove(laptop, secret)
    assert laptop.post(APP_OFF).url == "/accounts/2fa/"
    assert kinds_of(rahman) == []
    assert subjects_to(rahman) == ["Your authenticator app has been removed"]
    assert {STEPPED_UP, PROVED} & set(laptop.session.keys()) == set()


def test_the_first_factor_needs_the_link_to_the_persons_own_address(rahman: User) -> None:
    thief = sign_in_with_password(rahman)
    for page in (APP, PASSKEY):
        assert thief.get(page).url == "/first-step/"
        assert thief.post(page, {"code": "123456"}).url == "/first-step/"
    assert thief.get("/step-up/").url == "/first-step/"
    assert kinds_of(rahman) == []


@pytest.mark.django_db(transaction=True)
def test_the_link_is_made_at_hand_over_and_opens_once_for_its_owner_alone(
    college: College, rahman: User, sign_in: Any, postbox: Postbox, settings: Any
) -> None:
    browser = sign_in_with_password(rahman)
    browser.post("/first-step/")
    browser.post("/first-step/")  # pressed twice, sent once
    mail = Mail.objects.get()
    assert (mail.to_address, mail.subject) == (rahman.email, "Set up two-step sign-in")
    assert "/first-step/" not in mail.text + mail.html
    assert not SignedLink.objects.exists()
    run_now("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, "/first-step/" in mail.text + mail.html) == ("sent", False)
    link = postbox.link(f"{settings.BASE_URL}/first-step/").removeprefix(settings.BASE_URL)
    assert "This link no longer works" in sign_in(college.okafor).get(link).content.decode()
    assert "Continue if you asked" in browser.get(link).content.decode()
    assert browser.get(APP).url == "/first-step/"  # looking at it opens nothing
    assert browser.post(link).url == "/first-step/"
    assert browser.get(APP).url.startswith("/accounts/reauthenticate/")  # the password is asked for too
    confirm_password(browser)
    assert browser.get(APP).status_code == 200
    assert "This link no longer works" in browser.post(link).content.decode()


@pytest.mark.django_db(transaction=True)
def test_setting_up_the_app_answers_with_its_codes_and_tells_owner_and_team(college: College, rahman: User) -> None:
    browser = sign_in_with_password(rahman)
    may_set_up(browser)
    confirm_password(browser)
    answer = set_up_app(browser)
    assert (answer.status_code, answer.url) == (302, CODES)
    page = browser.get(CODES)
    assert len(page.context["unused_codes"]) == 10
    assert "Your authenticator app has been added." in page.content.decode()
    assert kinds_of(rahman) == ["recovery_codes", "totp"]
    assert browser.get("/safeguarding-team/").status_code == 200
    assert subjects_to(rahman) == ["An authenticator app has been added"]
    told = {person.email for person in (college.bell, college.achebe)}
    assert set(Mail.objects.exclude(to_address=rahman.email).values_list("to_address", flat=True)) == told
    assert list(
        Entry.objects.filter(verb="accounts.second_factor_added").order_by("id").values_list("details__kind", flat=True)
    ) == ["totp", "recovery_codes"]


@pytest.mark.django_db(transaction=True)
def test_making_recovery_codes_answers_with_them_and_tells_their_owner(
    laptop: Client, rahman: User, secret: str
) -> None:
    prove(laptop, secret)
    before = laptop.get(CODES).context["unused_codes"]
    assert laptop.post(f"{CODES}generate/").url == CODES
    after = laptop.get(CODES).context["unused_codes"]
    assert (len(after), set(after) & set(before)) == (10, set())
    assert subjects_to(rahman) == ["New recovery codes have been made"]
    assert Entry.objects.filter(verb="accounts.recovery_codes_made", actor_id=rahman.pk).count() == 1


def test_a_colleague_without_a_protected_role_is_told_and_no_team_is(college: College) -> None:
    college.okafor.set_password(PASSWORD)
    with naming.named(college.okafor.pk):
        college.okafor.save(update_fields=["password"])
    browser = sign_in_with_password(college.okafor)
    may_set_up(browser)
    confirm_password(browser)
    set_up_app(browser)
    assert set(Mail.objects.values_list("to_address", flat=True)) == {college.okafor.email}


def test_a_passkey_with_another_name_is_said_to_have_it(laptop: Client, rahman: User, secret: str) -> None:
    with naming.named(rahman.pk):
        key = Authenticator.objects.create(user=rahman, type="webauthn", data={"name": "Her key", "credential": {}})
    prove(laptop, secret)
    page = laptop.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "Blue key"}, follow=True)
    assert "The passkey is called Blue key now." in page.content.decode()


def test_a_used_recovery_code_is_told_with_what_is_left(laptop: Client, rahman: User) -> None:
    code = RecoveryCodes.activate(rahman).get_unused_codes()[0]
    laptop.post("/step-up/", {"code": code, "next": CODES})
    mail = Mail.objects.get(to_address=rahman.email)
    assert mail.subject == "A recovery code has been used"
    assert "9 of them can still be used" in mail.text


def test_a_new_password_is_told_with_when_and_from_where(rahman: User) -> None:
    agent = {"HTTP_USER_AGENT": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"}
    browser = sign_in_with_password(rahman)
    changed = {"oldpassword": PASSWORD, "password1": "a new long password", "password2": "a new long password"}
    assert browser.post(reverse("account_change_password"), changed, **agent).status_code == 302
    mail = Mail.objects.get()
    assert (mail.to_person_id, mail.subject) == (rahman.pk, "Your password has been changed")
    assert mail.text.startswith("Dear Dr Rahman,\n\nYour password for Waymark has been changed.\n\nWhen: today ")
    assert "\nWith: Chrome on Windows\nNetwork address: 127.0.0.1\n" in mail.text
    assert mail.text.endswith("\n\nWaymark College\n")


def test_a_new_address_is_told_to_the_old_one(college: College, sign_in: Any) -> None:
    edited = {"given_name": "Sam", "family_name": "Oduya", "email": "new@waymark.example"}
    sign_in(college.tran).post(reverse("accounts:staff_edit", args=[college.sam.public_id]), edited)
    assert list(Mail.objects.values_list("to_address", "subject")) == [
        ("sam@waymark.example", "You sign in with a new email address")
    ]


def test_a_passkey_is_offered_on_the_second_step_only_to_somebody_who_has_one(rahman: User, secret: str) -> None:
    page = sign_in_with_password(rahman).get(reverse("mfa_authenticate")).content.decode()
    assert ("Your second step" in page, "Use a passkey" in page) == (True, False)
    with naming.named(rahman.pk):
        Authenticator.objects.create(user=rahman, type="webauthn", data={"name": "Her key", "credential": {}})
    assert SignInKeyForm(user=rahman).offered
