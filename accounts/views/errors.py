"""What somebody sees when a page is not for them, not there, or broken."""

import logging
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.kept_forms import keep_refused_token
from core.pages.http import READING, NotPossible

logger = logging.getLogger("waymark.errors")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not for this person."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, or not theirs: the two look the same."""
    return render(request, "404.html", status=404)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the browser sent can't be read, or is more than one form may bring. Drawn without looking at the request."""
    context: dict[str, Any] = {}
    if isinstance(exception, TooManyFieldsSent):
        context["fields"] = f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,}"
    elif isinstance(exception, RequestDataTooBig):
        context["megabytes"] = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // (1024 * 1024)
    elif isinstance(exception, NotPossible):
        context["sentence"] = str(exception)
    return HttpResponse(render_to_string("400.html", context), status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong here; the reference finds it in the log."""
    reference = uuid.uuid4().hex[:8]
    logger.error(
        "Reference %s: %s %s", reference, request.method, request.resolver_match and request.resolver_match.route
    )
    saved = _saved(request)
    response = render(request, "500.html", {"reference": reference, "saved": saved}, status=500)
    # For a part of a page, whose script says the same without showing this page.
    response["Waymark-Saved"], response["Waymark-Reference"] = saved, reference
    return response


def _saved(request: HttpRequest) -> str:
    """What is known about the saving when a page broke: there was none, it was taken back, or nobody can tell."""
    if request.method in READING:
        return "nothing"
    return "taken_back" if getattr(request, "goes_back_with_a_fault", False) else "unknown"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its token: usually a session that ended meanwhile. What was typed is kept."""
    answer = keep_refused_token(request)
    if answer is not None:
        return answer
    context: dict[str, Any] = {"expired": True}
    return render(request, "403_csrf.html", context, status=403)
