"""What every page behind the wall shares."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TEAM_SEES = "Only the safeguarding team can see this page. Each reading is recorded."
YOU_SEE = "Only you and the safeguarding team can see what you write here. Your colleagues cannot."
YOU_ALONE = "Only you can see this page. The safeguarding team sees what you raised, and keeps notes of its own."
SHARED_SEES = "This was shared with you by name, for a limited time. Each reading is recorded. Do not pass it on."
HEAD_SEES = (
    "Only you can see this page: not the safeguarding team, and nobody who works here. Each reading is recorded."
)
GLASS_SEES = "You see this by emergency access. Each reading is recorded, and the safeguarding team can see it."
ADULT_SEES = "Only the head reads this; when it is about the head, only the chair of governors."

View = Callable[..., HttpResponse]


# The place in the navigation that a page belongs to, by the file its view stands in.
PLACES = {
    "raising": "safeguarding:concern_own_list",
    "sharing": "safeguarding:concern_own_list",
    "triage": "safeguarding:triage_list",
    "handing_over": "safeguarding:triage_list",
    "casework": "safeguarding:triage_list",
    "adults": "safeguarding:adult_list",
    "emergency": "safeguarding:glass",
}


def walled(view: View) -> View:
    """Mark the request as one behind the wall, so that its answer neither streams nor is kept by anybody."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.walled = True  # type: ignore[attr-defined]  # read by the middleware that names the request
        request.current_place = PLACES[view.__module__.rpartition(".")[2]]  # type: ignore[attr-defined]  # read by the shell
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store, private"
        return answer

    return marked


def show(request: HttpRequest, template: str, who: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw a page in the colour of this side, with the line that says who can see it."""
    frame = {"shell_side": "safeguarding", "who_can_see": who}
    return render(request, f"safeguarding/{template}", frame | context, status=status)
