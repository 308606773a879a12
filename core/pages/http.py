"""Small questions about a request, and what a browser sent, read without trust."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from core import clock
from core.plausible import USUAL

# A form that a script sent is answered, once it is saved, with 204 and in this header the page to go on to.
GO_ON_TO = "Waymark-Next"
READING = {"GET", "HEAD"}  # change nothing


class NotPossible(BadRequest):
    """What was asked for can't be done at all; its words say why, as one sentence that the page shows."""


def wants_part(request: Any) -> bool:
    """Whether HTMX asks for one part of the page. Going back in history, or a boosted link, gets the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def posted(request: Any) -> Any:
    """What a form sent, for a form to be read from; None when the page is only opened.

    An empty form that was sent is still one that was sent: it is told what is missing.
    """
    return request.POST if request.method == "POST" else None


def sent_key(text: str | None) -> UUID | None:
    """A public id as a browser sent it; nothing when it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def sent_keys(texts: Iterable[str]) -> set[UUID]:
    """Those of the texts that are public ids."""
    return {key for text in texts if (key := sent_key(text)) is not None}


def sent_day(text: str | None) -> date:
    """A day as a browser sent it; today when there is none, it can't be read or its year can't be meant."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return clock.today()
    return day if USUAL.hold(day) else clock.today()


def form_token(request: Any) -> UUID:
    """The number of a form, so that sent twice it does its work once; a new one for a form not yet sent."""
    return sent_key(request.POST.get("form_token")) or uuid4()


def elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    """Send a whole page, or the page around a part, to another address."""
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", None) else redirect(url)
