"""What happens around every request: idle sign-out, no caching, the named transaction, the gate."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers, patch_cache_control

from accounts import kept_forms
from accounts.addresses import address_of
from audit import record
from audit.verbs import REFUSED
from core import naming
from core.pages import due
from core.pages.http import READING
from core.pages.once import one_reading

REFUSALS = {403, 404}
# What these answers say was not saved, so nothing of it is.
TAKEN_BACK = REFUSALS | {400}
# A part of a page that refreshes itself sends this header: it is nobody doing something.
POLL = "Waymark-Poll"
LAST_SEEN = "last_seen"
NOTED_EVERY = 30  # seconds; noting every request would write the session each time
Answer = Callable[[HttpRequest], HttpResponseBase]


class IdleSignOut:
    """Sign somebody out who has done nothing for a while, so that an unlocked laptop shows nothing for long."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        record.remember_address(address_of(request))
        try:
            if request.user.is_authenticated:
                self._look_at_the_time(request)
            return self.get_response(request)
        finally:
            record.remember_address(None)

    def _look_at_the_time(self, request: HttpRequest) -> None:
        present = int(time.time())
        last = request.session.get(LAST_SEEN)
        if last is not None and present - last > settings.IDLE_MINUTES * 60:
            request.idle_sign_out = True  # type: ignore[attr-defined]  # read by whoever records the sign-out
            logout(request)
            messages.info(
                request, "You were signed out because nothing happened for a while. Sign in to go on where you were."
            )
        elif last is None or (present - last >= NOTED_EVERY and POLL not in request.headers):
            request.session[LAST_SEEN] = present


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


class _TakeBack(Exception):
    """Whatever a refused or broken request had begun to write goes back with it."""


class NamedRequest:
    """One transaction for the request, in which the database knows who asks; it ends after the answer is rendered."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        user = request.user
        try:
            with naming.named(user.pk, purpose="page"):
                request.goes_back_with_a_fault = True  # type: ignore[attr-defined]  # read by the page that says so
                if request.method in READING:
                    with one_reading():
                        response = self.get_response(request)
                else:
                    response = self.get_response(request)
                if response.streaming and response.status_code < 400 and getattr(request, "walled", False):
                    raise ImproperlyConfigured(
                        "A page behind the wall must not stream: the name ends with the request."
                    )
                if response.status_code >= 500 or response.status_code in TAKEN_BACK:
                    raise _TakeBack
                # From here on it is being saved, and a fault can no longer say that it wasn't.
                request.goes_back_with_a_fault = False  # type: ignore[attr-defined]  # as above
        except _TakeBack:
            pass
        if request.method not in READING:
            due.count_again(user)
        _note_refusal(request, response, user)
        return response


def _note_refusal(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    match = request.resolver_match
    if response.status_code not in REFUSALS or match is None:
        return
    details = {"page": match.view_name, "status": response.status_code}
    details |= {key: str(value) for key, value in match.kwargs.items()}
    record.record_apart(user, REFUSED, details=details, walled="safeguarding" in match.app_names)


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
        if gate.signed_in and (answer := kept_forms.refuse_anothers(request)):
            return answer
        answer = gate.refuse(request)
        if answer is not None:
            kept_forms.keep_turned_away(request)
        return answer
