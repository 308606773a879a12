"""How sign-in through allauth behaves here: nobody signs themselves up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Staff are added by a data manager; the sign-up page is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class MFAAdapter(DefaultMFAAdapter):
    """Names the second factor after the person's sign-in address."""

    def get_totp_label(self, user: Any) -> str:
        """What the authenticator app shows."""
        return user.email
