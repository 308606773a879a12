"""Breaking glass, for the head; and the telephone numbers for when a concern cannot wait."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import fetch, page, step_up
from audit import record
from core.pages.http import posted
from safeguarding import choices
from safeguarding.actions.casework import add_entry
from safeguarding.actions.emergency import break_glass, end_glass, glass_circle, open_by_glass, set_emergency
from safeguarding.actions.faults import Situation
from safeguarding.actions.triage import acknowledge
from safeguarding.choices import EntryKind
from safeguarding.forms.casework import EntryForm
from safeguarding.forms.emergency import BreakGlassForm, EmergencyForm
from safeguarding.models import Concern
from safeguarding.queries.emergency import emergency_settings, glass_of, told_count
from safeguarding.queries.record import record_by_glass
from safeguarding.queries.triage import TriageRow, triage_page
from safeguarding.querysets import GLASS
from safeguarding.views.told_words import told_words, would_tell_words
from safeguarding.views.wall import GLASS_SEES, show, walled

HEAD_ALONE = "Only the head can open this page. It shows no concern until glass is broken."


@page("safeguarding.break_glass")
@step_up
@walled
@require_http_methods(["GET", "POST"])
def glass(request: HttpRequest) -> HttpResponse:
    """Break glass, with a reason; while it is broken, the open concerns of the team."""
    form = BreakGlassForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = break_glass(request.user, form.cleaned_data["reason"])
        messages.success(request, f"You have emergency access for four hours. {told_words(made.words.get('told', []))}")
        return redirect("safeguarding:glass")
    broken = glass_of(request.user)
    rows = triage_page(request.user, "open", request.GET.get("page"), permission=GLASS) if broken else None
    if rows:
        _note_list(request, list(rows.object_list))
    context: dict[str, Any] = {"form": form, "glass": broken, "page": rows, "waits": told_count(request.user)}
    if broken:
        context["told"] = told_words(broken.words.get("told", []))
    else:
        context["would_tell"] = would_tell_words(list(glass_circle(request.user)))
    return show(request, "glass.html", GLASS_SEES if broken else HEAD_ALONE, context, 422 if form.errors else 200)


def _note_list(request: HttpRequest, rows: list[TriageRow]) -> None:
    details = {"concerns": [str(row.public_id) for row in rows]}
    record.record(request.user, choices.GLASS_LIST_READ, details=details, walled=True)


@page("safeguarding.break_glass")
@step_up
@walled
@require_POST
def glass_end(request: HttpRequest) -> HttpResponse:
    """End one's own emergency access before the four hours are over."""
    broken = glass_of(request.user)
    if broken is not None:
        end_glass(request.user, broken.pk)
        messages.success(request, "Your emergency access has ended.")
    return redirect("safeguarding:glass")


@page("safeguarding.break_glass")
@step_up
@walled
@require_GET
def glass_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One concern, read by emergency access."""
    concern = fetch(Concern, request.user, GLASS, public_id=public_id)
    return _draw(request, concern, EntryForm(initial={"kind": "note"}, prefix="entry"))


def _draw(request: HttpRequest, concern: Concern, form: EntryForm, status: int = 200) -> HttpResponse:
    broken = open_by_glass(request.user, concern)
    found = record_by_glass(request.user, concern)
    context = {"record": found, "concern": concern, "glass": broken, "form": form}
    return show(request, "glass_detail.html", GLASS_SEES, context, status)


@page("safeguarding.break_glass")
@step_up
@walled
@require_POST
def glass_acknowledge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a concern up by emergency access, with its record open."""
    concern = fetch(Concern, request.user, GLASS, public_id=public_id)
    try:
        acknowledge(request.user, concern)
        messages.success(request, "Acknowledged. The person who raised it sees that it was read.")
    except Situation as fault:
        messages.warning(request, str(fault))
    return redirect("safeguarding:glass_detail", public_id=concern.pk)


@page("safeguarding.break_glass")
@step_up
@walled
@require_POST
def glass_entry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down what was done, for the team to find."""
    concern = fetch(Concern, request.user, GLASS, public_id=public_id)
    form = EntryForm(request.POST, prefix="entry")
    if form.is_valid():
        try:
            kind, text = EntryKind(form.cleaned_data["kind"]), form.cleaned_data["text"]
            add_entry(request.user, concern, kind, text, happened_at=form.moment(), time_said=form.time_said())
            messages.success(request, "Entry added. The safeguarding team finds it in the chronology.")
            return redirect("safeguarding:glass_detail", public_id=concern.pk)
        except Situation as fault:
            form.add_error(None, str(fault))
    return _draw(request, concern, form, 422)


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def glass_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End the head's emergency access, as one of the team."""
    try:
        end_glass(request.user, public_id)
        messages.success(request, "The head’s emergency access has ended.")
    except Situation as fault:
        messages.warning(request, str(fault))
    return redirect("safeguarding:triage_list")


@page("safeguarding.set_up_emergency")
@step_up
@walled
@require_http_methods(["GET", "POST"])
def emergency_edit(request: HttpRequest) -> HttpResponse:
    """The telephone numbers that a reporter is shown, and how often the team is told of a student who is not safe."""
    form = EmergencyForm(posted(request), instance=emergency_settings())
    if request.method == "POST" and form.is_valid():
        set_emergency(request.user, **form.cleaned_data)
        messages.success(request, "Saved. Whoever raises a concern now sees these numbers.")
        return redirect("safeguarding:emergency_edit")
    return show(request, "emergency_edit.html", "Everyone who raises a concern is shown these numbers.", {"form": form}, 422 if form.errors else 200)  # fmt: skip
