"""Sign-ins, sign-outs and changes to them are recorded. The signals are those of installed packages."""

import hashlib
import time
from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import verbs
from accounts.addresses import seen
from accounts.gates import PROVED, STEPPED_UP
from accounts.kept_forms import FLAG
from accounts.lockout import address_typed
from accounts.models import User
from accounts.signing_in import SIGN_IN, signing_in
from accounts.telling import tell_of_lock_out, tell_owner
from audit.record import record
from core.actors import SystemActor
from core.pages import keeping

SYSTEM_SIGN_IN = SystemActor(SIGN_IN, "Somebody who isn't signed in tries to be")


def _trace(typed: str) -> str:
    """A short fingerprint of what was typed, so that tries can be told apart and the record holds no words of anybody."""
    return hashlib.sha256(typed.encode()).hexdigest()[:12]


# Under the name of Django's own receiver, which is then not connected: it writes in nobody's name, and the database refuses.
@receiver(user_logged_in, dispatch_uid="update_last_login")
def note_last_login(user: User, **kwargs: Any) -> None:
    """Note when somebody signed in last."""
    with signing_in(user):
        update_last_login(type(user), user)


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def note_sign_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Record that somebody signed in, start their idle time, and note whether something they typed waits for them."""
    record(user, verbs.SIGNED_IN, "staff", user.pk)
    if request is not None:
        request.session["last_seen"] = int(time.time())
        if keeping.something_waits(user.pk):
            request.session[FLAG] = True


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def note_sign_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    """Record that somebody signed out, or was signed out because nothing happened."""
    if user is None or not user.is_authenticated:
        return
    idle = getattr(request, "idle_sign_out", False)
    record(user, verbs.SIGNED_OUT_IDLE if idle else verbs.SIGNED_OUT, "staff", user.pk)


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def note_failure(request: HttpRequest | None, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Record a failed try: whose account it was, when there is one, and never the words that were typed."""
    if request is None:
        return
    typed = address_typed(request, credentials)
    known = User.objects.filter(email=typed).values_list("pk", flat=True).first()
    details = {"account": known} if known else {"typed": _trace(typed)}
    record(SYSTEM_SIGN_IN, verbs.SIGN_IN_FAILED, "staff", known or "", details=details, refused=True)


@receiver(user_locked_out, dispatch_uid="accounts.locked_out")
def note_lock_out(username: str, ip_address: str | None = None, **kwargs: Any) -> None:
    """Record that an account was locked out for a device or an address, and tell its owner."""
    typed = username.partition(" ")[0]
    known = User.objects.filter(email=typed).first()
    details = {"typed": _trace(typed)}
    record(SYSTEM_SIGN_IN, verbs.LOCKED_OUT, "staff", known.pk if known else "", details=details, refused=True)
    if known is not None and known.works_here:
        tell_of_lock_out(known, ip_address or "")


@receiver(mfa_signals.authenticator_used, dispatch_uid="accounts.stepped_up")
def note_second_factor(
    request: HttpRequest, user: User, authenticator: Any, reauthenticated: bool = False, **kwargs: Any
) -> None:
    """A second factor was just proved, at sign-in or on the step-up page: pages that ask for one open for a while."""
    request.session[STEPPED_UP] = int(time.time())
    if reauthenticated:
        request.session[PROVED] = int(time.time())
    record(user, verbs.STEPPED_UP, "staff", user.pk, details={"with": authenticator.type})
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(Authenticator.objects.get(pk=authenticator.pk).wrap().get_unused_codes())
        tell_owner("accounts/mail/recovery_code_used", user, *seen(request), left=left)


@receiver(mfa_signals.authentication_failed, dispatch_uid="accounts.second_factor_failed")
def note_wrong_code(user: User, authenticator: Any, **kwargs: Any) -> None:
    """Record a wrong code."""
    details = {"with": authenticator.type}
    record(user, verbs.SECOND_FACTOR_FAILED, "staff", user.pk, details=details, refused=True)


@receiver(mfa_signals.authenticator_added, dispatch_uid="accounts.second_factor_added")
def note_factor_added(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Record that somebody set up a second factor. Setting one up proves it, so confidential pages open."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        request.session[STEPPED_UP] = request.session[PROVED] = int(time.time())
    record(user, verbs.SECOND_FACTOR_ADDED, "staff", user.pk, details={"kind": authenticator.type})


@receiver(mfa_signals.authenticator_removed, dispatch_uid="accounts.second_factor_removed")
def note_factor_removed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Record that somebody took a second factor away; it no longer vouches for this session."""
    for mark in (STEPPED_UP, PROVED):
        request.session.pop(mark, None)
    record(user, verbs.SECOND_FACTOR_REMOVED, "staff", user.pk, details={"kind": authenticator.type})


@receiver(account_signals.password_changed, dispatch_uid="accounts.password_changed")
@receiver(account_signals.password_set, dispatch_uid="accounts.password_set")
def note_password_change(user: User, **kwargs: Any) -> None:
    """Record that somebody changed their password."""
    record(user, verbs.PASSWORD_CHANGED, "staff", user.pk)


@receiver(account_signals.password_reset, dispatch_uid="accounts.password_reset")
def note_password_reset(user: User, **kwargs: Any) -> None:
    """Record that somebody set a new password through a mailed link."""
    record(user, verbs.PASSWORD_RESET, "staff", user.pk)
