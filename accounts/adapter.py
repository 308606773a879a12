"""How sign-in through allauth behaves here: nobody signs themselves up, and the lock-out is not allauth's."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.addresses import address_of
from core.keys import keyring


class AccountAdapter(DefaultAccountAdapter):
    """Staff are added by a data manager; the sign-up page is closed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "That email address and password don't go together. Check both, or reset the password.",
        "incorrect_password": "That is not your password.",
        "rate_limited": "That was too many tries. Wait a few minutes, then try again.",
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

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address as the audit record and the lock-out use."""
        return address_of(request) or ""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the mail is ours, whatever host name the request claimed."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", quote(key))


class MFAAdapter(DefaultMFAAdapter):
    """Names the second factor after the person's sign-in address, and keeps its secret sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right, or it was used already. Wait for the next one and try again."
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
