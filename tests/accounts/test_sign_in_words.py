"""What the sign-in package can send or show is said in Waymark's words."""

from pathlib import Path

import allauth
import pytest
from django.template.loader import get_template

OURS = Path("templates").resolve()
THEIRS = Path(allauth.__file__).parent / "templates"
# Never sent or shown here: nobody signs up, changes their own address, confirms one, or signs in with a phone or a mailed code.
NEVER = (
    "account_already_exists",
    "email_changed",
    "email_confirm",
    "email_confirmation",
    "email_confirmation_signup",
    "email_deleted",
    "login_code",
    "password_reset_code",
    "cannot_delete_primary_email",
    "email_confirmation_failed",
    "email_confirmation_sent",
    "email_confirmed",
    "login_code_sent",
    "phone_verification_sent",
    "phone_verified",
    "primary_email_set",
    "unverified_primary_email",
)
WORDS = sorted(
    str(path.relative_to(THEIRS))
    for folder in ("account/email", "account/messages", "mfa/email", "mfa/messages")
    for path in (THEIRS / folder).glob("*.txt")
    if path.stem.removesuffix("_message").removesuffix("_subject") not in NEVER
)
PAGES = sorted(
    str(path.relative_to(THEIRS))
    for path in (THEIRS / "mfa").rglob("*.html")
    if path.stem not in {"base", "base_entrance", "base_manage", "signup_form", "trust"}
    and "snippets" not in path.parts
)


@pytest.mark.parametrize("name", [*WORDS, *PAGES])
def test_it_is_one_of_our_own_templates(name: str) -> None:
    assert Path(get_template(name).origin.name).resolve().is_relative_to(OURS)


def test_there_are_as_many_as_were_looked_at() -> None:
    assert (len(WORDS), len(PAGES)) == (31, 12)


@pytest.mark.parametrize("name", WORDS)
def test_no_word_of_the_package_is_left(name: str) -> None:
    words = (OURS / name).read_text().lower()
    assert [
        said
        for said in ("successfully", "security key", "blocktrans", "hello from", "you're receiving")
        if said in words
    ] == []
