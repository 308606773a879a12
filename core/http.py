"""Small questions about a request."""

from typing import Any


def wants_part(request: Any) -> bool:
    """Whether HTMX asks for one part of the page. Going back in history, or a boosted link, gets the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)
