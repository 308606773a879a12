"""The two links that open something of an account: for a new password, and for setting up the first second step.

Neither stands in any stored text: the address is made when the email is handed over.
"""

import time
from datetime import timedelta
from urllib.parse import quote

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.telling import SYSTEM_ACCOUNTS, send_link
from core.outbox import LinkGone, SecretLink, address_of, register_link
from core.private import links

PASSWORD, FIRST_STEP = "accounts.password", "accounts.first_step"
FIRST_STEP_PURPOSE = "first_step"
FIRST_STEP_OPENS_FOR = timedelta(minutes=30)
SENT_EVERY = 120  # seconds; pressing the button twice sends one email
MAY_SET_UP = "may_set_up_until"  # in the session: until when the first second step may be set up here
GONE = "This person no longer works here, so the link was not sent."


def send_password_link(user: User, key: str) -> None:
    """Send somebody a link with which they set a new password. It works once, for a day."""
    send_link("account/email/password_reset_key", user, key, SecretLink(PASSWORD, {"user": user.pk}))


def send_first_step_link(user: User) -> None:
    """Send somebody the link that lets them set up their first second step where they are signed in."""
    key = f"account:{user.pk}:first-step:{int(time.time()) // SENT_EVERY}"
    send_link("accounts/mail/first_step", user, key, SecretLink(FIRST_STEP, {"user": user.pk}), minutes=_minutes())


def check_first_step(request: HttpRequest, token: str, client: str) -> None:
    """Raises LinkRefused unless the link still opens and was sent to the person who is signed in."""
    if links.peek(token, FIRST_STEP_PURPOSE, client).subject != {"user": request.user.pk}:
        raise links.LinkRefused


def open_first_step(request: HttpRequest, token: str, client: str) -> None:
    """Use up the link: the first second step may be set up in this session for a while. Raises LinkRefused."""
    check_first_step(request, token, client)
    links.redeem(token, FIRST_STEP_PURPOSE, client)
    request.session[MAY_SET_UP] = int(time.time()) + _minutes() * 60


def may_set_up_first_step(request: HttpRequest) -> bool:
    """Whether the link to the person's own address was opened in this session a short while ago."""
    return request.session.get(MAY_SET_UP, 0) > time.time()


def _minutes() -> int:
    return int(FIRST_STEP_OPENS_FOR.total_seconds() // 60)


def _who_works_here(about: dict[str, int]) -> User:
    user = User.objects.filter(pk=about["user"]).first()
    if user is None or not user.works_here:
        raise LinkGone(GONE)
    return user


def _password_address(about: dict[str, int]) -> str:
    user = _who_works_here(about)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return str(settings.BASE_URL) + path.replace("UID-KEY", quote(key))


def _first_step_address(about: dict[str, int]) -> str:
    subject = {"user": _who_works_here(about).pk}
    links.revoke(purpose=FIRST_STEP_PURPOSE, subject=subject)
    _, token = links.issue(FIRST_STEP_PURPOSE, subject, by=SYSTEM_ACCOUNTS, expires_in=FIRST_STEP_OPENS_FOR)
    return address_of("accounts:first_step_link", token=token)


def register() -> None:
    """Say how these links are made."""
    register_link(PASSWORD, _password_address)
    register_link(FIRST_STEP, _first_step_address)
