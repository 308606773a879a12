"""For whom a page was drawn: a signed word in each of its forms, so that what is typed goes back to them alone.

It says who (an id), on which page, and which kept forms were filled in again there. It opens nothing: whoever holds it
can only have something kept for that person.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest

FIELD = "page_for"
HEADER = "Waymark-Page"
GOOD_FOR = 24 * 3600  # seconds; longer than any session
LONGEST_PAGE = 1000
SALT = "core.page_token"


@dataclass(frozen=True)
class Drawn:
    """For whom and where a form was drawn, and which kept forms it shows again."""

    person_id: int
    page: str
    shows: tuple[str, ...] = ()


def sign(drawn: Drawn) -> str:
    """The signed word."""
    return signing.dumps({"u": drawn.person_id, "p": drawn.page, "k": drawn.shows}, salt=SALT)


def read(word: str) -> Drawn | None:
    """What a signed word says; nothing when it is not ours or too old."""
    try:
        told = signing.loads(word, salt=SALT, max_age=GOOD_FOR) if word else None
    except signing.BadSignature:
        return None
    return Drawn(told["u"], told["p"], tuple(told["k"])) if told else None


def drawn_for(request: Any) -> str:
    """The word for the forms of the page that is being drawn; empty for somebody who is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    word: str | None = getattr(request, "_page_token", None)
    if word is None:
        word = request._page_token = sign(Drawn(user.pk, *_where(request, user.pk)))
    return word


def _where(request: Any, person_id: int) -> tuple[str, tuple[str, ...]]:
    """A form that comes back with faults belongs to the page that it was sent from."""
    sent = sent_with(request) if request.method == "POST" else None
    if sent is not None and sent.person_id == person_id:
        return sent.page, sent.shows
    whole = request.get_full_path()
    return (whole if len(whole) <= LONGEST_PAGE else request.path), ()


def in_body(request: Any) -> Drawn | None:
    """The word that a whole form was sent with."""
    return read(request.POST.get(FIELD, ""))


def sent_with(request: Any) -> Drawn | None:
    """The word that a form, or a part of a page, was sent with."""
    return in_body(request) or read(request.headers.get(HEADER, ""))


def sent_for(request: HttpRequest) -> Drawn | None:
    """For whom the form that was sent was drawn; nothing for a form without our word."""
    return sent_with(request) if request.method == "POST" else None


def way_back(request: HttpRequest) -> str:
    """The page that a form was sent from, so that sign-in and step-up lead back to it; empty when unknown."""
    drawn = sent_for(request)
    return drawn.page if drawn else ""
