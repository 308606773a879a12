"""The second factor: whether somebody has one, where to send them afterwards, and the code that the demonstration shows."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User

WAY_BACK = "step_up_next"  # where to go when the second factor is proved, kept while somebody sets one up
PERIOD = 30


def has_second_factor(user: User) -> bool:
    """Whether they have an authenticator app or a passkey; recovery codes alone are none."""
    return _factors(user).exists()


def has_passkey(user: User) -> bool:
    """Whether they have a passkey."""
    return _factors(user).filter(type=Authenticator.Type.WEBAUTHN).exists()


def _factors(user: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


def way_back(request: HttpRequest, asked: str = "") -> str:
    """Where to go next: only to an address of ours, never to the step-up page itself; otherwise the first page."""
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    if not own or not asked.startswith("/") or asked.startswith(reverse("accounts:step_up")):
        return reverse("home")
    return asked


def make_sure_of_app(user: User) -> None:
    """Give a member of the demonstration's cast an authenticator app, so that its codes can be shown."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, generate_totp_secret())


def code_on_show(user: User) -> str:
    """The code that somebody's app shows now; in the demonstration only, and nothing anywhere else."""
    if not settings.DEMO or settings.PRODUCTION:
        return ""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return format_hotp_value(hotp_value(decrypt(app.data["secret"]), int(time.time()) // PERIOD)) if app else ""
