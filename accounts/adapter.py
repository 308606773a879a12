"""How sign-in through allauth behaves here: nobody signs themselves up, and the lock-out is not allauth's."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.addresses import address_of, seen
from accounts.lockout import remember_device
from accounts.reach import held_by
from accounts.roles import whom_to_tell
from accounts.secret_links import send_password_link
from accounts.signing_in import by_mailed_link
from accounts.telling import tell_owner, tell_stranger
from core.private.keys import keyring


class AccountAdapter(DefaultAccountAdapter):
    """Staff are added by a data manager; the sign-up page is closed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "email_password_mismatch": "That email address and password don't go together. Check both, or reset the password.",
        "enter_current_password": "That is not your password.",
        "incorrect_code": "That code is not right. Check it and try again.",
        "incorrect_password": "That is not your password.",
        "invalid_login": "That email address and password don't go together. Check both, or reset the password.",
        "invalid_or_expired_key": "This link no longer works. Ask for a new one.",
        "invalid_password_reset": "This link no longer works. Ask for a new one.",
        "rate_limited": "That was too many tries. Wait a few minutes, then try again.",
        "same_as_current": "That is your present password. Choose another.",
        "too_many_login_attempts": "That was too many tries. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Passwords are counted by django-axes; allauth's own counting stays for second factors."""

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whoever has ended goes no further, by password, passkey or any other way."""
        if user.works_here:
            return None
        clear_login(request)
        return self.respond_user_inactive(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Say that the account is closed, or that it is suspended, until when and who to ask. The password was right."""
        if user.has_left or not user.is_suspended:
            return super().respond_user_inactive(request, user)
        held = {one.role for one in held_by([user.pk]).get(user.pk, [])}
        return render(request, "account/suspended.html", {"until": user.suspended_until, "ask": whom_to_tell(held)})

    def set_password(self, user: Any, password: str) -> None:
        """Store a new password: in the name of its owner, or through the link that was mailed to them."""
        with by_mailed_link(user):
            super().set_password(user, password)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address as the audit record and the lock-out use."""
        return address_of(request) or ""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """The sign-in is complete, its second step included: this browser is known for the account from now on."""
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, user)
        return response

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send the link to the account's own address. The token made by now is not used: the link is made at hand-over."""
        send_password_link(user, f"account:{user.pk}:password:{uuid4()}")

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody what was changed about how they sign in, at the address they sign in with."""
        tell_owner(template_prefix, user, *seen(allauth_context.request), **(context or {}))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Answer an address that nobody here signs in with. Everything else goes by the two above."""
        tell_stranger(template_prefix, email)


class MFAAdapter(DefaultMFAAdapter):
    """Names the second factor after the person's sign-in address, and keeps its secret sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This can't be turned off.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first. Recovery codes stand in for it.",
        "incorrect_code": "That code is not right, or it was used already. Wait for the next one and try again.",
    }

    def get_totp_label(self, user: Any) -> str:
        """What the authenticator app shows."""
        return user.email

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What a new key is called until its owner says better."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "My key" if number == 1 else f"My key {number}"

    def encrypt(self, text: str) -> str:
        """Secrets are sealed with a key outside the database."""
        key_id, sealed = keyring("field").encrypt(text.encode(), b"mfa")
        return f"{key_id}:{sealed.hex()}"

    def decrypt(self, encrypted_text: str) -> str:
        """The secret behind what the database holds."""
        key_id, _, sealed = encrypted_text.partition(":")
        return keyring("field").decrypt(key_id, bytes.fromhex(sealed), b"mfa").decode()

    def _get_site_name(self) -> str:
        return settings.COLLEGE_NAME
