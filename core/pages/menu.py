"""The places in the left column. Each app registers its own when it starts; a person sees those they may open."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import register as register_check
from django.urls import NoReverseMatch, get_urlconf, reverse

logger = logging.getLogger(__name__)

# Groups in the order of the left column. A group that isn't named here comes between Reports and Settings.
GROUP_ORDER = {"Students": 10, "Registers": 20, "Meetings": 30, "Reports": 40, "Settings": 90}
OTHER_GROUPS = 50
BOTTOM_PLACES = 4


@dataclass(frozen=True)
class MenuEntry:
    """One place that a person can go to. `permission` empty means everybody who is signed in."""

    group: str
    label: str
    url_name: str
    permission: str = ""
    order: int = 100
    keys: str = ""
    icon: str = "dot"
    short: str = ""  # the label in a phone's bottom bar, where there is room for about nine letters
    phone: int = 0  # 1 to 4 puts it early in the bottom bar; 0 leaves it to the order of the column
    count: Callable[[Any], int] | None = None  # how much waits there; asked once a page, so one cheap query
    shown: Callable[[Any], bool] | None = None  # whether there is anything at all for this person; else it is left out


@dataclass(frozen=True)
class Work:
    """The link to what waits for this person. `count` is asked once a page, so it must be one cheap query."""

    url_name: str
    permission: str
    count: Callable[[Any], int]
    label: str = "My work"
    shown: Callable[[Any], bool] | None = None  # whether anything could ever wait for this person


_places: dict[str, MenuEntry] = {}
_work: list[Work] = []


def register(place: MenuEntry) -> None:
    """Add a place. Registering the same address again replaces it, so that reloading an app does no harm."""
    _places[place.url_name] = place


def register_work(work: Work) -> None:
    """Name the page that lists what waits for a person, and how to count it."""
    _work[:] = [work]


def registered() -> list[MenuEntry]:
    """Every place, in the order of the left column."""
    return sorted(
        _places.values(),
        key=lambda place: (GROUP_ORDER.get(place.group, OTHER_GROUPS), place.group, place.order, place.label),
    )


def places_for(user: Any, path: str = "", current: str = "") -> list[dict[str, Any]]:
    """The places this person may open, each with its address and whether it is where they are now."""
    places = [
        {"place": place, "url": url, "current": False, "count": place.count(user) if place.count else 0}
        for place in registered()
        if (not place.permission or user.has_perm(place.permission))
        and (place.shown is None or place.shown(user))
        and (url := _address(place.url_name))
    ]
    here = _here(places, path, current)
    if here is not None:
        here["current"] = True
    return places


def grouped(places: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same places under their group's name, empty groups left out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in places:
        groups.setdefault(entry["place"].group, []).append(entry)
    return [{"name": name, "places": found} for name, found in groups.items()]


def for_bottom_bar(places: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The four places that a phone shows; the rest are behind More."""
    wanted = sorted(enumerate(places), key=lambda pair: (pair[1]["place"].phone or 99, pair[0]))
    return [entry for _, entry in wanted[:BOTTOM_PLACES]]


def work_for(user: Any) -> dict[str, Any] | None:
    """The link to this person's own work with its count, or nothing when no app offers one to them."""
    for work in _work:
        url = _address(work.url_name)
        may = not work.permission or user.has_perm(work.permission)
        if url and may and (work.shown is None or work.shown(user)):
            return {"label": work.label, "url": url, "count": work.count(user)}
    return None


def _here(places: list[dict[str, Any]], path: str, current: str) -> dict[str, Any] | None:
    """The place the page belongs to: the one it names, else the longest address that its own address starts with."""
    for entry in places:
        if current and entry["place"].url_name == current:
            return entry
    under = [
        entry for entry in places if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    return max(under, key=lambda entry: len(entry["url"]), default=None)


def _address(url_name: str) -> str:
    """The address of a place; a page that isn't there yet is left out and noted, and the check below stops a start."""
    try:
        return _reversed(url_name, get_urlconf())
    except NoReverseMatch:
        logger.warning("A place in the navigation has no address: %s", url_name)
        return ""


@cache
def _reversed(url_name: str, urlconf: str | None) -> str:
    return reverse(url_name, urlconf)


@register_check()
def every_place_has_an_address(**kwargs: Any) -> list[CheckMessage]:
    """Nothing that isn't built is in the navigation."""
    return [
        Error(f"The place “{place.label}” names {place.url_name}, which is no address.", id="core.E002")
        for place in registered()
        if not _address(place.url_name)
    ]


@register_check()
def no_two_places_have_the_same_keys(**kwargs: Any) -> list[CheckMessage]:
    """A key goes to one place only: of two that name it, somebody who may open both would never get to the second."""
    of_keys: dict[str, list[str]] = {}
    for place in registered():
        if place.keys:
            of_keys.setdefault(place.keys, []).append(place.label)
    return [
        Error(f"“{keys}” is the key of {' and of '.join(labels)}; each place needs its own.", id="core.E003")
        for keys, labels in of_keys.items()
        if len(labels) > 1
    ]
