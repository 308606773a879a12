"""What is due for somebody's students."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.gates import page
from interventions import queries
from interventions.choices import NOT_SEEN_WEEKS

WEEKS = (2, 4, NOT_SEEN_WEEKS, 8, 12)
LABELS = {
    "reviews": "One-to-ones due",
    "targets": "Targets overdue",
    "unseen": "Not seen lately",
    "drafts": "Unsent drafts",
    "recent": "My latest",
}


@page("interventions.log_meeting")
def due_list(request: HttpRequest) -> HttpResponse:
    """One-to-ones due, targets past their date, students not seen for a while, and what somebody wrote last."""
    due = queries.due_lists(request.user)
    counts = due.counts
    show = request.GET.get("show", "")
    if show not in LABELS:
        show = next((key for key in ("reviews", "targets", "unseen") if counts[key]), "reviews")
    tabs = [
        {"label": label, "url": f"?show={key}", "count": counts[key], "current": key == show}
        for key, label in LABELS.items()
        if key != "drafts" or counts["drafts"] or show == "drafts"
    ]
    context = {
        "due": due,
        "show": show,
        "tabs": tabs,
        "weeks": NOT_SEEN_WEEKS,
        "shown": len(getattr(due, show)),
        "all": counts[show],
    }
    return render(request, "interventions/due_list.html", context)


@page("interventions.view_coverage")
def coverage_list(request: HttpRequest) -> HttpResponse:
    """How much of each tutor group has been seen lately, for whoever leads tutors."""
    sent = request.GET.get("weeks", "")
    weeks = int(sent) if sent.isdigit() and int(sent) in WEEKS else NOT_SEEN_WEEKS
    chips = [{"label": f"{one} weeks", "url": f"?weeks={one}", "count": None, "current": one == weeks} for one in WEEKS]
    rows = queries.coverage_by_tutor(request.user, weeks)
    return render(request, "interventions/coverage_list.html", {"rows": rows, "weeks": weeks, "chips": chips})
