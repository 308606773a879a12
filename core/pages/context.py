"""What the frame of every page needs: the college, the person's places, the theme, the mode."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from core.pages import menu

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Everything base.html asks for, worked out only when a template reads it (a part for HTMX never does)."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("waymark_theme", "")
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    frame: dict[str, Any] = {
        "college": settings.COLLEGE_NAME,
        "person": getattr(user, "full_name", "") if signed_in else "",
        "version": settings.VERSION,
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "idle_minutes": settings.IDLE_MINUTES,
        "signed_in": signed_in,
        "menu": "",
        "bottom": [],
        "keys": [],
        "work": None,
    }
    return frame | _places(request) if signed_in else frame


def _places(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's places. A view names another current place as request.current_place."""
    current = getattr(request, "current_place", "")
    places = menu.places_for(request.user, request.path, current)
    return {
        "menu": _menu(tuple((entry["place"], entry["url"], entry["current"], entry["count"]) for entry in places)),
        "bottom": menu.for_bottom_bar(places),
        "keys": [entry for entry in places if entry["place"].keys],
        "work": menu.work_for(request.user),
    }


@lru_cache(maxsize=512)
def _menu(places: tuple[tuple[menu.MenuEntry, str, bool, int], ...]) -> SafeString:
    """The places drawn, for the left column and the phone's menu alike. It depends on nothing but these."""
    entries = [dict(zip(("place", "url", "current", "count"), place, strict=True)) for place in places]
    return render_to_string("components/_menu.html", {"groups": menu.grouped(entries)})
