"""Every form carries a number, so that a quick second press, or a third, does nothing twice.

The number is drawn with the page, beside the token against forgery, so no form has to ask for it. When a form comes, its
number and a fingerprint of what is in it are put into the database in the transaction that handles it: presses at the same
moment wait for the first and then go where it led. A form that was changed and sent again is another form and is handled.
What ends in anything but a redirect (faults to correct, an error) is forgotten again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from core import clock
from core.models import FormNumber
from core.pages import page_token
from core.private.keys import KeyMissing, Tampered, keyring

FIELD = "form_number"
LONGEST = 32
KEPT_FOR = timedelta(days=1)
TWICE = "You sent this twice. It was handled once."
LEFT_OUT = {"csrfmiddlewaretoken", page_token.FIELD}
# A page that sends by itself keeps its number while it stands, and may well send the same again on purpose.
BY_ITSELF = ("HX-Request", "Waymark-Register", "Waymark-Draft", "Waymark-Keep")
Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Claim:
    """The row of a form that is being handled."""

    row_id: int


def number_for(request: Any) -> str:
    """The number that every form of the page being drawn carries."""
    number: str | None = getattr(request, "_form_number", None)
    if number is None:
        number = request._form_number = token_urlsafe(12)
    return number


class HandledOnce:
    """Handle a form once. Stands after the gate, so that a press that was sent to sign in first is not counted."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        claim: Claim | None = getattr(request, "_form_claim", None)
        if claim is not None:
            _settle(claim, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Claim the number, or send a second press where the first one led."""
        number = request.POST.get(FIELD, "") if request.method == "POST" else ""
        by_itself = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        if (
            not 0 < len(number) <= LONGEST
            or not request.user.is_authenticated
            or not connection.in_atomic_block
            or by_itself
            or any(name in request.headers for name in BY_ITSELF)
        ):
            return None
        digest = _fingerprint(request, number)
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [number, digest, request.user.pk, clock.now()])
            made = cursor.fetchone()
        if made is not None:
            request._form_claim = Claim(made[0])  # type: ignore[attr-defined]  # read when the answer is known
            return None
        messages.info(request, TWICE)
        return redirect(_led_to(number, digest) or _drawn_on(request))


_CLAIM = """
    INSERT INTO core_formnumber (number, digest, person_id, at, key_id) VALUES (%s, %s, %s, %s, '')
    ON CONFLICT DO NOTHING RETURNING id
"""


def _fingerprint(request: HttpRequest, number: str) -> str:
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in LEFT_OUT)
    files = sorted((name, one.name, one.size) for name, found in request.FILES.lists() for one in found)
    told = f"{request.user.pk}|{request.get_full_path()}|{fields}|{files}"
    return salted_hmac(f"form number {number}", told, algorithm="sha256").hexdigest()


def _settle(claim: Claim, response: HttpResponseBase) -> None:
    """Keep where the form led; forget one that has to be sent again. What is refused or broken goes back by itself."""
    if connection.needs_rollback or response.status_code in (403, 404) or response.status_code >= 500:
        return
    rows = FormNumber.objects.filter(pk=claim.row_id)
    if response.status_code not in (302, 303):
        rows.delete()
        return
    try:
        key_id, sealed = keyring("field").encrypt(response.headers["Location"].encode(), _place(claim.row_id))
    except KeyMissing:
        return
    rows.update(key_id=key_id, sealed=sealed)


def _place(row_id: int) -> bytes:
    return f"core_formnumber|{row_id}|sealed".encode()


def _led_to(number: str, digest: str) -> str:
    row = FormNumber.objects.filter(number=number, digest=digest).first()
    if row is None or row.sealed is None:
        return ""
    try:
        return keyring("field").decrypt(row.key_id, row.sealed, _place(row.pk)).decode()
    except (KeyMissing, Tampered):
        return ""


def _drawn_on(request: HttpRequest) -> str:
    drawn = page_token.in_body(request)
    return drawn.page if drawn else "/"


def forget_old() -> int:
    """Forget the numbers of yesterday's forms."""
    gone, _ = FormNumber.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()
    return gone
