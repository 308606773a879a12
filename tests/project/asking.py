"""Every address of Waymark, and how a test asks for one without leaving anything changed."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.project.access_matrix import Row


class Undo(Exception):
    """Whatever a visit changed goes back, so that the next one finds the same college."""


def addresses(resolver: Any = None, spaces: str = "") -> Iterator[tuple[str, Any]]:
    """Every address by its full name, with its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{spaces}{pattern.namespace}:" if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{spaces}{pattern.name}", pattern.callback


VIEWS = dict(addresses())


def address(row: Row, college: Any) -> str:
    """The address of a row, about what it names."""
    if row.of is None:
        return reverse(row.name)
    about = row.of(college)
    return reverse(row.name, kwargs=about) if isinstance(about, dict) else reverse(row.name, args=[about])


def visit(browser: Client, method: str, url: str) -> Any:
    """Open an address, or send an empty form to it, and undo what that did."""
    answer = None
    try:
        with transaction.atomic():
            answer = browser.post(url) if method == "POST" else browser.get(url)
            raise Undo
    except Undo:
        return answer
