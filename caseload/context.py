"""What must not be missed on any page: a visit that one is on, and somebody who has not come back from one."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from caseload.queries.visits import bars_for


def visits(request: HttpRequest) -> dict[str, Any]:
    """`visit_bars`, worked out only when a template reads it; no query while nobody is out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"visit_bars": ()}
    return {"visit_bars": SimpleLazyObject(lambda: bars_for(user))}
