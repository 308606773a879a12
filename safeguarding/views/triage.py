"""The triage list, the record beside it, a student's chronology."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import fetch, page, step_up
from audit import record
from caseload.models import Student
from caseload.queries.search import find_students
from safeguarding import choices
from safeguarding.actions.faults import Situation
from safeguarding.actions.telling import team_for
from safeguarding.actions.triage import acknowledge, open_record
from safeguarding.forms.casework import AssignForm
from safeguarding.models import Concern
from safeguarding.queries.chronology import cases_of, chronology_of, concerns_matching, moves_of
from safeguarding.queries.emergency import glass_now
from safeguarding.queries.people import team_members
from safeguarding.queries.record import record_of
from safeguarding.queries.triage import SHOWN, TriageRow, triage_counts, triage_page
from safeguarding.views.forms_of_record import forms_of, put_back
from safeguarding.views.wall import TEAM_SEES, show, walled

TRIAGE = "safeguarding.triage_concern"
LABELS = {
    "open": "Open",
    "new": "Not acknowledged",
    "mine": "Mine",
    "left": "No lead here",
    "closed": "Closed",
    "all": "All",
}


def _wanted(request: HttpRequest) -> str:
    wanted = request.GET.get("show", "open")
    return wanted if wanted in SHOWN else "open"


def _note_list(request: HttpRequest, rows: list[TriageRow], verb: str = choices.LIST_READ) -> None:
    record.record(request.user, verb, details={"concerns": [str(row.public_id) for row in rows]}, walled=True)


def _list_context(request: HttpRequest, listed: Any, *, show: str = "", **more: Any) -> dict[str, Any]:
    counts, wanted = triage_counts(request.user), show or _wanted(request)
    address = reverse("safeguarding:triage_list")
    searched = "searched" in more
    chips = [
        {
            "label": LABELS[name],
            "url": f"{address}?show={name}",
            "count": counts[name],
            "current": name == wanted and not searched,
        }
        for name in SHOWN
        if name != "left" or counts[name] or wanted == name
    ]
    context = {"page": listed, "rows": listed.object_list, "chips": chips, "show": wanted, "broken": glass_now()}
    context["left"] = counts["left"]
    if wanted == "left" and not searched:
        context["hand_over"] = AssignForm(team=list(team_members()), prefix="left")
    return context | more


@page("safeguarding.triage_concern")
@step_up
@walled
@require_GET
def triage_list(request: HttpRequest) -> HttpResponse:
    """The concerns that the team works on: students who are not safe first, then what nobody acknowledged."""
    return draw_list(request, _wanted(request))


def draw_list(request: HttpRequest, wanted: str, hand_over: Form | None = None, status: int = 200) -> HttpResponse:
    """Draw one of the lists; the form that hands over comes back with its fault."""
    found = triage_page(request.user, wanted, request.GET.get("page"))
    _note_list(request, list(found.object_list))
    more = {"hand_over": hand_over} if hand_over else {}
    return show(request, "triage_list.html", TEAM_SEES, _list_context(request, found, show=wanted, **more), status)


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def triage_search(request: HttpRequest) -> HttpResponse:
    """The concerns with these words in name, report or entries. Sent, so that no address or log holds what was looked for."""
    typed = request.POST.get("q", "")[:200]
    matching = concerns_matching(request.user, typed)
    found = triage_page(request.user, "all", request.POST.get("page"), among=matching)
    _note_list(request, list(found.object_list), choices.SEARCHED)
    return show(request, "triage_list.html", TEAM_SEES, _list_context(request, found, searched=typed))


@page("safeguarding.triage_concern")
@step_up
@walled
@require_GET
def concern_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One concern: what was written, untouched, then every dated entry, with what the team can do."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    return draw_record(request, concern)


def draw_record(
    request: HttpRequest,
    concern: Concern,
    status: int = 200,
    *,
    opened: str = "",
    form: Form | None = None,
    row_id: object = None,
    typed_name: str | None = None,
) -> HttpResponse:
    """Draw a record, alone for HTMX or beside the list; a form that came back with faults stands open."""
    open_record(request.user, concern)
    found = record_of(request.user, concern)
    team = team_for(concern)
    forms = forms_of(request.user, found, team)
    if form is not None:
        put_back(forms, opened, form, row_id)
    context = {"record": found, "concern": concern, "record_forms": forms, "opened": opened, "opened_row": row_id}
    context["lead_gone"] = found.case.assigned_to is not None and found.case.assigned_to not in team
    context["left_actions"] = [
        action for action in found.actions if action.state == "open" and action.owner not in team
    ]
    context["faulty"] = form if form is not None and form.errors else None
    if found.student is None or typed_name is not None:
        name = concern.words.get("student_name", "") if typed_name is None else typed_name
        context |= {
            "found": find_students(request.user, name, choices.STUDENTS_OFFERED),
            "looked": True,
            "typed_name": name,
        }
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django-htmx
    if htmx and not htmx.history_restore_request and not htmx.boosted:
        return show(request, "triage_list.html#record", TEAM_SEES, context, status)
    listed = triage_page(request.user, _wanted(request), request.GET.get("page"))
    _note_list(request, list(listed.object_list))
    return show(request, "triage_list.html", TEAM_SEES, _list_context(request, listed, **context), status)


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_acknowledge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a concern up, with its record open."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    try:
        acknowledge(request.user, concern)
        messages.success(request, "Acknowledged. The person who raised it sees that it was read.")
    except Situation as fault:
        messages.warning(request, str(fault))
    return redirect("safeguarding:concern_detail", public_id=concern.pk)


@page("safeguarding.triage_concern")
@step_up
@walled
@require_GET
def student_chronology(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything dated about one student, across their concerns."""
    student = get_object_or_404(Student.objects.visible_to(request.user, "caseload.view_student"), public_id=public_id)
    cases = cases_of(request.user, student)
    details = {"concerns": [str(case.pk) for case in cases]}
    record.record(request.user, choices.CHRONOLOGY_READ, choices.STUDENT_FILE, student.pk, details=details, walled=True)
    context = {
        "student": student,
        "cases": cases,
        "lines": chronology_of(request.user, cases),
        "moves": moves_of(request.user, student),
    }
    return show(request, "student_chronology.html", TEAM_SEES, context)
