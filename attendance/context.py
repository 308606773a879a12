"""How far marks from the MIS have come, said on every page that shows attendance."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from attendance.queries.registers.feeds import NONE, SHOUTED_TO, any_in_mis, feeds_for

# Where figures of attendance stand; the panel of the student page says it for its own student.
PAGES_OF = frozenset({"attendance", "reporting"})
PAGES = frozenset({"caseload:caseload_list", "caseload:student_list", "caseload:teaching_group_detail"})


def feed(request: HttpRequest) -> dict[str, Any]:
    """`feed` and `feed_here`: the line for pages with attendance, and the banner for those who must know of a quiet feed.

    Nothing, at no query, where every register is taken here; worked out only when a template reads it.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"feed": NONE, "feed_here": False}
    match = request.resolver_match
    here = match is not None and (match.view_name in PAGES or bool(PAGES_OF & set(match.app_names)))
    walled = match is not None and "safeguarding" in match.app_names

    def read() -> Any:
        told = here or (not walled and any_in_mis(user) and any(user.has_perm(name) for name in SHOUTED_TO))
        return feeds_for(user) if told else NONE

    return {"feed": SimpleLazyObject(read), "feed_here": here}
