"""How far marks from the MIS have come, for every page that shows attendance."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from attendance.queries.feeds import NONE, feeds_for


def feed(request: HttpRequest) -> dict[str, Any]:
    """`feed`, worked out only when a template reads it; nothing, at no query, where every register is taken here."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"feed": NONE}
    return {"feed": SimpleLazyObject(lambda: feeds_for(user))}
