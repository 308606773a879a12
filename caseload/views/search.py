"""Search from anywhere: students, staff and groups that the person may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.gates import any_staff
from caseload.queries import search as searching
from core.pages.http import wants_part

SUGGESTIONS = 6


@any_staff("Everybody may search; what is found depends on whom they reach.")
def search(request: HttpRequest) -> HttpResponse:
    """What the words find; while somebody types, the few best."""
    text = request.GET.get("q", "")
    suggesting = wants_part(request) and request.htmx.target == "wm-suggestions"
    found = searching.search(request.user, text, SUGGESTIONS if suggesting else 50)
    context = {
        "found": found,
        "q": text[: searching.LONGEST],
        "staff_pages": request.user.has_perm("accounts.manage_staff"),
    }
    return render(request, "caseload/search.html#suggestions" if suggesting else "caseload/search.html", context)
