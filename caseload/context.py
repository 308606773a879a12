"""What must not be missed on any page: a visit that one is on, somebody who has not come back from one, and what is not set
up for today."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from caseload.queries.set_up import may_mend, missing_for_today
from caseload.queries.visits import bars_for
from caseload.querysets import reach_of

# Pages that show what is so today: without a calendar, groups or a timetable they could only show that there is nothing.
OF_TODAY = frozenset({"attendance", "reporting", "interventions", "progress"})
PAGES_OF_TODAY = frozenset(
    {
        "home",
        "caseload:my_work",
        "caseload:caseload_list",
        "caseload:student_list",
        "caseload:student_detail",
        "caseload:teaching_group_list",
        "caseload:teaching_group_detail",
        "caseload:cover_list",
        "caseload:group_list",
        "caseload:calendar",
        "caseload:rollover_list",
        "caseload:rollover_detail",
    }
)


def visits(request: HttpRequest) -> dict[str, Any]:
    """`visit_bars`, worked out only when a template reads it; no query while nobody is out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"visit_bars": ()}
    return {"visit_bars": SimpleLazyObject(lambda: bars_for(user))}


def set_up(request: HttpRequest) -> dict[str, Any]:
    """`missing_today`: what is not set up for today, on pages that depend on it; no query while nothing is missing.

    Somebody without any role today reads it on every page: it can be why they have none.
    """
    user = getattr(request, "user", None)
    match = request.resolver_match
    if user is None or not user.is_authenticated or match is None:
        return {"missing_today": ()}
    of_today = match.view_name in PAGES_OF_TODAY or bool(OF_TODAY & set(match.app_names))
    if not of_today and reach_of(user):
        return {"missing_today": ()}
    return {
        "without_role": not reach_of(user),
        "missing_today": SimpleLazyObject(lambda: missing_for_today(user)),
        "may_mend": SimpleLazyObject(lambda: may_mend(user)),
    }
