"""Workload by tutor, for whoever leads tutors."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import page
from core import clock
from interventions.queries.workload import LISTED, SHOWS, listed_behind, term_start, workload_by_tutor, workload_of

SORTS = ("name", "students", "held", "due", "overdue", "targets", "alerts", "follow_ups", "waiting")


@page("interventions.view_workload")
def workload_list(request: HttpRequest) -> HttpResponse:
    """What each tutor has, has done, and has waiting; every number opens its list."""
    rows = workload_by_tutor(request.user)
    asked = request.GET.get("sort", "name")
    key = asked.removeprefix("-")
    if key in SORTS and key != "name":
        rows.sort(key=lambda row: getattr(row, key), reverse=asked.startswith("-"))
    elif asked == "-name":
        rows.reverse()
    context = {"rows": rows, "since": term_start(clock.today()), "sort": asked}
    return render(request, "interventions/workload_list.html", context)


@page("interventions.view_workload")
def workload_detail(request: HttpRequest, tutor_id: UUID) -> HttpResponse:
    """The list behind one number of a tutor."""
    row = workload_of(request.user, tutor_id)
    if row is None:
        raise Http404
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "students"
    listed = listed_behind(request.user, row, show)
    context = {
        "row": row,
        "listed": listed,
        "show": show,
        "tabs": [
            {"label": label, "url": f"?show={key}", "count": getattr(row, key), "current": key == show}
            for key, label in SHOWS.items()
        ],
        "cut": len(listed) == LISTED,
        "trail": [("Workload", reverse("interventions:workload_list")), (row.tutor.full_name, "")],
    }
    request.current_place = "interventions:workload_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "interventions/workload_detail.html", context)
