"""Lock-out after too many wrong tries, by account and address together; django-axes alone counts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def address_typed(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The email address that somebody tries to sign in with, written one way so that capitals give no extra tries."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or given.get("login") or request.POST.get("login", "")
    return str(typed).strip().lower()[:254]


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The same words whether or not there is such an account."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    response = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
