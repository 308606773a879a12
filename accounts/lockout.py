"""Lock-out after too many wrong passwords, counted by account with address and device; django-axes alone counts.

A whole college shares one address, so by address alone any pupil could lock a colleague out. A browser in which somebody
has signed in therefore keeps a signed word for their account, and tries from it are counted for that device alone. Tries
without such a word are counted together: by account and address, and by account over all addresses. Throwing the word
away gives nobody more tries.
"""

import secrets
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.telling import in_minutes

DEVICE = "waymark_device"  # the cookie that holds the signed words
KEPT = timedelta(days=365)
MOST = 8  # accounts that one browser is known for: a computer in the staff room has several
EVERYWHERE = (
    10  # times the tries of one address: so many wrong passwords from new devices anywhere close the account to them
)


def address_typed(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The email address that somebody tries to sign in with, written one way so that capitals give no extra tries."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or given.get("login") or request.POST.get("login", "")
    return "".join(str(typed).split()).lower()[:200]


def lane_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What a try is counted under: the address typed, with the device behind it where it is known for that account."""
    typed = address_typed(request, credentials)
    return f"{typed} {device}" if (device := _device_of(request, typed)) else typed


def lanes_of(email: str) -> Q:
    """Everything that is counted for an account."""
    return Q(username=email) | Q(username__startswith=f"{email} ")


def counted_by(request_or_attempt: Any, credentials: dict[str, Any] | None = None) -> list[str | list[str]]:
    """A known device is counted wherever it is; everything else by account and address together."""
    lane = getattr(request_or_attempt, "username", None) or lane_of(request_or_attempt, credentials)
    return ["username"] if " " in lane else [["username", "ip_address"]]


class Handler(AxesDatabaseHandler):
    """Counts as django-axes does, and closes an account to new devices after many tries from ever new addresses."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this device may not try now."""
        return super().is_locked(request, credentials) or self._tried_everywhere(request, credentials)

    def _tried_everywhere(self, request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
        lane = lane_of(request, credentials)
        if " " in lane:
            return False
        tries = AccessAttempt.objects.filter(username=lane, attempt_time__gte=get_cool_off_threshold(request))
        found = tries.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0
        return found >= get_failure_limit(request, credentials) * EVERYWHERE


def remember_device(request: HttpRequest, response: Any, user: User) -> None:
    """This browser is known for the account from now on. Called when a sign-in is complete, its second step included."""
    entries = {key: device for key, device in _known(request).items() if key != user.public_id.hex}
    kept = dict(list(entries.items())[-(MOST - 1) :])
    kept[user.public_id.hex] = _known(request).get(user.public_id.hex) or secrets.token_hex(12)
    response.set_cookie(
        DEVICE,
        signing.dumps(kept, salt=DEVICE, compress=True),
        max_age=KEPT,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    """The accounts that this browser is known for, with the device's word for each; nothing that we did not sign."""
    try:
        found = signing.loads(request.COOKIES.get(DEVICE, ""), salt=DEVICE, max_age=KEPT)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _device_of(request: HttpRequest, typed: str) -> str:
    known = _known(request)
    account = User.objects.filter(email=typed).values_list("public_id", flat=True).first() if known else None
    return known.get(account.hex, "") if account else ""


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The same words whether or not there is such an account."""
    minutes = in_minutes(settings.AXES_COOLOFF_TIME)
    response = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
