"""Every page of signing in and of the second step, in a browser with a passkey of its own; nothing on the way breaks."""

import re
from typing import Any

import pytest

from accounts.models import User
from core.jobs import run_now
from core.models import Mail
from tests.accounts.test_step_up import code_of
from tests.journeys.conftest import PHONE, Story
from tests.worker import Postbox

DSL, PASSWORD, NEW_PASSWORD = "dsl@waymark.example", "a staple and a battery", "another horse entirely"
CONFIDENTIAL = "/safeguarding-team/"
A_PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class SigningIn:
    """Somebody who goes through the pages of signing in; watches for pages that break."""

    def __init__(self, story: Story, postbox: Postbox) -> None:
        self.story, self.page, self.postbox = story, story.page, postbox
        self.broken: list[str] = []
        self.used: set[str] = set()
        self.secret = ""
        self.page.on("response", lambda answer: answer.status >= 500 and self.broken.append(answer.url))

    def press(self, name: str) -> None:
        """Press a button, and wait for the page that it leads to: the passkey's answers by a script, a moment later."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def sees(self, words: str) -> None:
        """The page says this, and nothing is wrong with it."""
        self.page.get_by_text(words).first.wait_for()
        self.story.check()

    def open_link(self, start: str) -> None:
        """Have the last email handed over, and open its link."""
        run_now("core.send_mail", mail_id=Mail.objects.latest("pk").pk)
        self.page.goto(self.postbox.link(f"{self.story.address}{start}"))

    def type_password(self, password: str = PASSWORD) -> None:
        """Sign in with email address and password, as far as the second step."""
        self.story.go("/accounts/login/")
        self.page.get_by_label("Email").fill(DSL)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def type_code(self, button: str) -> None:
        """Type a code of the app that was not used yet."""
        code = next(made for at in (0, 1, -1) if (made := code_of(self.secret, at)) not in self.used)
        self.used.add(code)
        self.page.get_by_label("Code").fill(code)
        self.press(button)

    def open_guarded(self, path: str) -> None:
        """Open a page that shows or changes a factor, and prove the passkey where it asks for it."""
        self.story.go(path)
        if "/step-up/" in self.page.url:
            self.sees("Confirm it’s you")
            self.press("Use a passkey")
            self.page.wait_for_url(f"**{path}")

    def is_signed_in(self) -> None:
        """The first page says as whom."""
        self.sees("You are signed in as ")

    def sign_out(self) -> None:
        """Sign out by the page that asks."""
        self.story.go("/accounts/logout/")
        self.press("Sign out")
        self.sees("You are signed out.")


@pytest.fixture
def dsl(story: Any, postbox: Postbox) -> SigningIn:
    """The safeguarding lead, who has neither password nor second step yet."""
    return SigningIn(story(), postbox)


def test_every_page_of_signing_in(dsl: SigningIn, story: Any, postbox: Postbox, settings: Any) -> None:
    _set_a_password(dsl)
    _set_up_the_app(dsl)
    _make_codes(dsl)
    _add_a_passkey(dsl)
    _sign_in_each_way(dsl, settings)
    _be_locked_out_elsewhere(dsl, SigningIn(story(PHONE), postbox))
    _change_the_password(dsl)
    _remove_everything(dsl)
    assert dsl.broken == []
    me = User.objects.get(email=DSL)
    assert list(Mail.objects.filter(to_person_id=me.pk).order_by("pk").values_list("subject", flat=True)) == [
        "Set your password for Waymark",
        "Your password has been reset",
        "Set up two-step sign-in",
        "An authenticator app has been added",
        "New recovery codes have been made",
        "A passkey has been added",
        "A passkey has a new name",
        "A recovery code has been used",
        "Too many wrong passwords for your account",
        "Your password has been changed",
        "A passkey has been removed",
        "Your authenticator app has been removed",
    ]


def test_a_passkey_that_does_not_work_is_said_so(story: Any) -> None:
    """A device without a passkey: the page says what to do, where the browser says nothing that anybody sees."""
    visitor = story()
    browser = visitor.page.context.new_cdp_session(visitor.page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": A_PASSKEY})
    visitor.go("/accounts/login/")
    visitor.page.get_by_role("button", name="Use a passkey instead").click()
    visitor.page.get_by_role("alert").get_by_text("The passkey did not work").wait_for()
    visitor.check()


def _set_a_password(dsl: SigningIn) -> None:
    dsl.story.go("/accounts/login/")
    dsl.story.check()
    dsl.story.go("/accounts/password/reset/")
    dsl.story.check()
    dsl.page.get_by_label("Email").fill(DSL)
    dsl.press("Send the link")
    dsl.sees("a link is on its way to it")
    dsl.open_link("/accounts/password/reset/key/")
    dsl.story.check()
    for field in dsl.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    dsl.press("Set password")
    dsl.sees("Password changed")
    dsl.type_password()
    dsl.is_signed_in()


def _set_up_the_app(dsl: SigningIn) -> None:
    dsl.story.go(CONFIDENTIAL)
    dsl.sees("First we make sure that it is you.")
    dsl.press("Send the link")
    dsl.sees("A link is on its way to")
    dsl.open_link("/first-step/")
    dsl.sees("Continue if you asked for this link yourself")
    dsl.press("Continue")
    dsl.sees("Choose what you prove yourself with")
    dsl.follow("Set up an authenticator app")
    dsl.sees("it asks for your password again")
    dsl.page.get_by_label("Password").fill(PASSWORD)
    dsl.press("Continue")
    dsl.story.check()
    dsl.secret = dsl.page.locator("code.wm-num").inner_text()
    dsl.page.get_by_label(re.compile("code", re.IGNORECASE)).fill(code_of(dsl.secret))
    dsl.press("Turn on")
    dsl.sees("Your authenticator app has been added.")
    assert dsl.page.locator(".wm-codes li").count() == 10
    dsl.follow("Go on where you were")
    dsl.page.wait_for_url(f"**{CONFIDENTIAL}")


def _make_codes(dsl: SigningIn) -> None:
    dsl.story.go("/accounts/2fa/")
    dsl.story.check()
    dsl.follow("Show recovery codes")
    before = dsl.page.locator(".wm-codes").inner_text()
    dsl.follow("Make new recovery codes")
    dsl.story.check()
    dsl.press("Make new codes")
    dsl.sees("Ten new recovery codes have been made.")
    assert dsl.page.locator(".wm-codes").inner_text() != before


def _add_a_passkey(dsl: SigningIn) -> None:
    devtools = dsl.page.context.new_cdp_session(dsl.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": A_PASSKEY})
    dsl.story.go("/accounts/2fa/webauthn/add/")
    dsl.story.check()
    dsl.page.get_by_label("Name").fill("Work laptop")
    dsl.page.get_by_label("Sign in with this passkey alone").check()
    dsl.press("Add")
    dsl.sees("Your passkey has been added.")
    dsl.follow("Manage passkeys")
    dsl.sees("Work laptop")
    dsl.follow("Rename")
    dsl.page.get_by_label("Name").fill("Laptop at home")
    dsl.press("Save the name")
    dsl.sees("Laptop at home")


def _sign_in_each_way(dsl: SigningIn, settings: Any) -> None:
    dsl.open_guarded("/accounts/2fa/recovery-codes/")
    recovery_code = dsl.page.locator(".wm-codes code").first.inner_text()
    dsl.sign_out()
    dsl.type_password()
    dsl.sees("Your second step")
    dsl.type_code("Sign in")
    dsl.is_signed_in()
    dsl.sign_out()
    dsl.type_password()
    dsl.press("Use a passkey")
    dsl.is_signed_in()
    _step_up_by(dsl, settings, lambda: dsl.press("Use a passkey"))
    _step_up_by(dsl, settings, lambda: dsl.type_code("Continue"))
    dsl.sign_out()
    dsl.type_password()
    dsl.page.get_by_label("Code").fill(recovery_code)
    dsl.press("Sign in")
    dsl.is_signed_in()
    dsl.sign_out()
    _sign_in_by_passkey_alone(dsl)


def _step_up_by(dsl: SigningIn, settings: Any, prove: Any) -> None:
    """Asked for the second step once more, as after a while, and let through."""
    lasting, settings.STEP_UP_MINUTES = settings.STEP_UP_MINUTES, 0
    dsl.story.go(CONFIDENTIAL)
    dsl.sees("Confirm it’s you")
    settings.STEP_UP_MINUTES = lasting
    prove()
    dsl.page.wait_for_url(f"**{CONFIDENTIAL}")


def _sign_in_by_passkey_alone(dsl: SigningIn) -> None:
    dsl.story.go("/accounts/login/")
    dsl.press("Use a passkey instead")
    dsl.is_signed_in()


def _be_locked_out_elsewhere(dsl: SigningIn, pupil: SigningIn) -> None:
    """Somebody at the same address closes the account to new devices; its owner's passkey and own laptop still open it."""
    for _ in range(5):
        pupil.type_password("guess")
    pupil.page.get_by_role("heading", name="Too many tries").wait_for()
    pupil.story.faults.clear()  # the browser itself notes the answer 429
    pupil.story.check()
    dsl.sign_out()
    _sign_in_by_passkey_alone(dsl)
    dsl.sign_out()
    dsl.type_password()
    dsl.press("Use a passkey")
    dsl.is_signed_in()


def _change_the_password(dsl: SigningIn) -> None:
    dsl.story.go("/accounts/password/change/")
    dsl.story.check()
    old, new, again = dsl.page.locator("input[type=password]").all()
    old.fill(PASSWORD)
    new.fill(NEW_PASSWORD)
    again.fill(NEW_PASSWORD)
    dsl.press("Change password")
    dsl.sees("Your password has been changed.")


def _remove_everything(dsl: SigningIn) -> None:
    dsl.story.go("/accounts/2fa/webauthn/")
    key = dsl.page.get_by_role("link", name="Remove", exact=True).get_attribute("href")
    dsl.open_guarded(key or "")
    dsl.sees("Remove the passkey “Laptop at home”?")
    dsl.press("Remove the passkey")
    dsl.sees("Your passkey has been removed.")
    dsl.story.go("/accounts/2fa/totp/deactivate/")
    dsl.sees("Confirm it’s you")
    dsl.type_code("Continue")
    dsl.story.check()
    dsl.press("Turn off")
    dsl.sees("Your authenticator app has been removed.")
    dsl.story.go("/accounts/2fa/recovery-codes/")
    dsl.sees("First we make sure that it is you.")
