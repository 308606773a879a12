"""Passing on what is too serious for a note: the words go to whoever handles such things, and stay nowhere else.

`caseload` does not know who that is. An app above registers itself as the one who takes words, when it starts; a form in
which something may be disclosed offers the way (`components/pass_on.html`), and erases what it holds afterwards:

    "passing_on": passing_on.offered(request.user)      # in the view's context: whether the way is there
    passing_on.pass_on(student, words, token=token, safe_now=…, by=by)   # in the action; gives the address to go on to
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from caseload.models import Student

SAFE_NOW = (("yes", "Yes"), ("no", "No"), ("unsure", "Not sure"))


@dataclass(frozen=True)
class Taker:
    """Whoever takes words that are passed on.

    `take(by, student, words, token, safe_now)` keeps them and gives the address of the page that says so; the same token
    twice keeps them once. `permission` is what a person needs to pass something on.
    """

    label: str
    permission: str
    take: Callable[[Any, Student, str, UUID, str], str]


_takers: list[Taker] = []


def register(taker: Taker) -> None:
    """Name who takes words. Registering again replaces it, so that reloading an app does no harm."""
    _takers[:] = [taker]


def offered(user: Any) -> Taker | None:
    """Who would take words from this person; nobody when there is no such app, or they may not."""
    return next((taker for taker in _takers if user.has_perm(taker.permission)), None)


def pass_on(student: Student, words: str, *, token: UUID, safe_now: str, by: Any) -> str:
    """Hand the words over and give the address of the page that says what happens next.

    Called inside the transaction that erases them here, so that either both happen or neither. An answer about safety
    that is none of the three counts as “not sure”.
    """
    taker = offered(by)
    if taker is None:
        raise PermissionDenied
    known = dict(SAFE_NOW)
    return taker.take(by, student, words, token, safe_now if safe_now in known else "unsure")
