"""Every change that somebody makes to their own second step: an authenticator app, passkeys, recovery codes.

Each is written, recorded and told to its owner in the one transaction of the request. The sign-in package would tell after
the commit, when no request is there any more to tell with.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from accounts import verbs
from accounts.models import User
from accounts.rules import holds_protected_role
from accounts.second_factor import has_second_factor
from accounts.second_step import tell_consenters
from audit.record import record

APP_ADDED, PASSKEY_ADDED, CODES_MADE = "totp_activated", "webauthn_added", "recovery_codes_generated"
FIRST_SET_UP = (
    "A colleague set up two-step sign-in",
    "{by}, who has a protected role, has set up two-step sign-in for the first time. If they have not told you, speak to "
    "them. If it was not them, tell IT support at once.",
)


@transaction.atomic
def add_app(request: HttpRequest, secret: str) -> bool:
    """Turn on an authenticator app. Says whether recovery codes were made with it, as they are with the first factor."""
    raise_if_reauthentication_required(request, app="allauth.mfa")
    first = not has_second_factor(_owner(request))
    app = TOTP.activate(_owner(request), secret).instance
    clear_totp_secret(request)
    return _added(request, app, APP_ADDED, first)


@transaction.atomic
def add_passkey(request: HttpRequest, name: str, credential: dict[str, Any]) -> bool:
    """Add a passkey. Says whether recovery codes were made with it, as they are with the first factor."""
    raise_if_reauthentication_required(request, app="allauth.mfa")
    first = not has_second_factor(_owner(request))
    return _added(request, WebAuthn.add(_owner(request), name, credential).instance, PASSKEY_ADDED, first)


@transaction.atomic
def make_codes(request: HttpRequest) -> None:
    """Make ten new recovery codes; the old ones stop working."""
    raise_if_reauthentication_required(request, app="allauth.mfa")
    user = User.objects.select_for_update().get(pk=_owner(request).pk)  # one set, however often the button is pressed
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    record(user, verbs.RECOVERY_CODES_MADE, "staff", user.pk)
    _say(request, user, CODES_MADE)


def _owner(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the gate asks for sign-in
    return request.user


def _added(request: HttpRequest, factor: Authenticator, what: str, first: bool) -> bool:
    user = _owner(request)
    with_codes = not Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists()
    made = [factor, RecoveryCodes.activate(user).instance] if with_codes else [factor]
    for one in made:
        signals.authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=one)
    _say(request, user, what, with_codes=with_codes)
    if first and holds_protected_role(user):
        tell_consenters(FIRST_SET_UP, f"first-step:{user.pk}:{factor.pk}", by=user)
    return with_codes


def _say(request: HttpRequest, user: User, what: str, **more: Any) -> None:
    adapter = get_adapter(request)
    adapter.add_message(request, messages.SUCCESS, f"mfa/messages/{what}.txt")
    adapter.send_notification_mail(f"mfa/email/{what}", user, more)
