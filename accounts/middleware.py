"""What happens around every request: idle sign-out, no caching, the named transaction, the gate."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers, patch_cache_control

from audit import record
from core import naming

REFUSED = {403, 404}
Answer = Callable[[HttpRequest], HttpResponseBase]


class IdleSignOut:
    """Sign somebody out who has done nothing for a while, so that an unlocked laptop shows nothing for long."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            present = int(time.time())
            last = request.session.get("last_seen", present)
            if present - last > settings.IDLE_MINUTES * 60:
                logout(request)
                request.session_ended = True  # type: ignore[attr-defined]  # read by the sign-in redirect
            elif present - last > 30 or "last_seen" not in request.session:
                request.session["last_seen"] = present
        return self.get_response(request)


class PrivatePages:
    """Signed-in pages are kept by nobody: not by us, not by a proxy, not by the browser."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            add_never_cache_headers(response)
            patch_cache_control(response, no_store=True, private=True)
        return response


class NamedRequest:
    """One transaction for the request, in which the database knows who asks; it ends after the answer is rendered."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        record.remember_address(request.META.get("REMOTE_ADDR"))
        if not request.user.is_authenticated:
            return self.get_response(request)
        try:
            with naming.named(request.user.pk, purpose="page"):
                response = self.get_response(request)
                if response.status_code >= 500 or response.status_code in REFUSED:
                    # Whatever a refused request had begun to write goes back with it.
                    transaction.set_rollback(True)
                if response.status_code < 400 and response.streaming and getattr(request, "walled", False):
                    raise ImproperlyConfigured("A page behind the wall must not stream: the name ends with the request.")
        finally:
            record.remember_address(None)
        _note_refusal(request, response)
        return response


def _note_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
    match = request.resolver_match
    if response.status_code not in REFUSED or match is None or not request.user.is_authenticated:
        return
    details = {"page": match.view_name, "status": response.status_code}
    details |= {key: str(value) for key, value in match.kwargs.items()}
    record.record_apart(request.user, "refused", details=details, walled=match.app_name == "safeguarding")


class GateKeeper:
    """No page without a gate: a view that names neither a permission nor a reason to be public is refused."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        from accounts.gates import gate_of

        gate = gate_of(view)
        if gate is None:
            raise PermissionDenied("This page has no gate.")
        return gate.refuse(request)


