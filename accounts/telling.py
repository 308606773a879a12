"""Emails about somebody's account, always to the address they sign in with: what was changed, and the links they asked for."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core import clock
from core.actors import SystemActor
from core.models import Mail
from core.outbox import MARK, SecretLink, queue_mail

SYSTEM_ACCOUNTS = SystemActor("accounts-mail", "Tells people what happens to their account")
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "a Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)


def tell_owner(what: str, user: User, ip: str = "", agent: str = "", **more: Any) -> Mail:
    """Tell somebody what was changed about how they sign in: when, from where, and what to do if it wasn't them.

    `what` names the templates, as the sign-in package calls them: mfa/email/totp_activated.
    """
    return _mail(what, user, f"account:{user.pk}:{uuid4()}", None, ip=ip, browser=browser_in_words(agent), **more)


def tell_of_lock_out(user: User, ip: str) -> Mail | None:
    """Tell somebody that wrong passwords have closed sign-in for new devices: once for each lock-out, not for each try."""
    lasting: timedelta = settings.AXES_COOLOFF_TIME
    began = f"account:{user.pk}:lock-out:"
    told = Mail.objects.filter(key__startswith=began)
    if told.filter(queued_at__gt=timezone.now() - lasting).exists():
        return None
    # Two tries at once count the same number, so they queue one email.
    key = f"{began}{told.count()}"
    return _mail("accounts/mail/locked_out", user, key, None, ip=ip, minutes=in_minutes(lasting))


def send_link(what: str, user: User, key: str, link: SecretLink, **more: Any) -> Mail:
    """Send somebody a link with a secret in it, which is made when the email is handed over."""
    return _mail(what, user, key, link, url=MARK, **more)


def tell_stranger(what: str, address: str) -> Mail:
    """Answer an address that nobody here signs in with, so that asking tells nothing about who works here."""
    subject, text = _words(what, {"address": address})
    return queue_mail(key=f"account:{uuid4()}", to=address, subject=subject, text=text, by=SYSTEM_ACCOUNTS)


def in_minutes(time: timedelta) -> int:
    """A stretch of time in whole minutes."""
    return int(time.total_seconds() // 60)


def browser_in_words(agent: str) -> str:
    """“Chrome on Windows”, from what a browser says of itself; nothing when it says nothing known."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if browser and system else browser


def _mail(what: str, user: User, key: str, link: SecretLink | None, **more: Any) -> Mail:
    subject, text = _words(what, {"name": user.formal_name, **more})
    return queue_mail(
        key=key, to=user.email, to_person_id=user.pk, subject=subject, text=text, by=SYSTEM_ACCOUNTS, link=link
    )


def _words(what: str, context: dict[str, Any]) -> tuple[str, str]:
    whole = {
        "college": settings.COLLEGE_NAME,
        "at": clock.now(),
        "reset_url": settings.BASE_URL + reverse("account_reset_password"),
        **context,
    }
    subject = render_to_string(f"{what}_subject.txt", whole).strip()
    return subject, render_to_string(f"{what}_message.txt", whole).strip() + "\n"
