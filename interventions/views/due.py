"""The lists beside what is due, and how much of each tutor group has been seen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload.views.work import work_tabs
from interventions import queries
from interventions.choices import NOT_SEEN_WEEKS

WEEKS = (2, 4, NOT_SEEN_WEEKS, 8, 12)
SHOWS = ("coming", "unseen", "drafts", "recent")
KINDS = {"reviews": "meeting", "targets": "target"}  # lists that stood here, by their kind on My work


@page("interventions.log_meeting")
def due_list(request: HttpRequest) -> HttpResponse:
    """Beside what is due: one-to-ones of the coming week, students not seen for a while, drafts, and what somebody wrote last."""
    show = request.GET.get("show", "")
    if show not in SHOWS:
        kind = KINDS.get(show, "")
        return redirect(f"{reverse('caseload:my_work')}?kind={kind}" if kind else "caseload:my_work")
    due = queries.due_lists(request.user)
    context = {
        "due": due,
        "show": show,
        "tabs": work_tabs(request.user, show),
        "weeks": NOT_SEEN_WEEKS,
        "shown": len(getattr(due, show)),
        "all": due.counts[show],
    }
    request.current_place = "caseload:my_work"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "interventions/due_list.html", context)


@page("interventions.view_coverage")
def coverage_list(request: HttpRequest) -> HttpResponse:
    """How much of each tutor group has been seen lately, for whoever leads tutors."""
    sent = request.GET.get("weeks", "")
    weeks = int(sent) if sent.isdigit() and int(sent) in WEEKS else NOT_SEEN_WEEKS
    chips = [{"label": f"{one} weeks", "url": f"?weeks={one}", "count": None, "current": one == weeks} for one in WEEKS]
    rows = queries.coverage_by_tutor(request.user, weeks)
    return render(request, "interventions/coverage_list.html", {"rows": rows, "weeks": weeks, "chips": chips})
