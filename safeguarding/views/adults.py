"""Concerns about an adult who works here: the form for everybody, the pages for whoever handles them."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gates import fetch, page, step_up
from audit import record
from core import clock
from core.pages.http import posted
from safeguarding import choices
from safeguarding.actions.adults import note_adult_concern, open_adult_concern, raise_adult_concern
from safeguarding.actions.faults import Situation
from safeguarding.forms.raising import AdultConcernForm, AdultEntryForm
from safeguarding.models import AdultConcern
from safeguarding.queries.adults import adult_concerns, adult_entries, own_adult_concerns
from safeguarding.views.wall import ADULT_SEES, HEAD_SEES, YOU_ALONE, show, walled


@page("safeguarding.raise_concern")
@walled
@require_http_methods(["GET", "POST"])
def adult_raise(request: HttpRequest) -> HttpResponse:
    """Raise a concern about an adult."""
    first = {"happened_on": clock.today(), "token": uuid4()}
    form = AdultConcernForm(posted(request), initial=first, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            raise_adult_concern(request.user, form.report(), token=form.cleaned_data["token"])
            messages.success(request, "Sent. Only the person who handles it can read it.")
            return redirect("safeguarding:adult_own_list")
        except Situation as fault:
            form.add_error(None, str(fault))
    return show(request, "adult_raise.html", ADULT_SEES, {"form": form}, 422 if request.method == "POST" else 200)


@page("safeguarding.view_own_concern")
@walled
@require_GET
def adult_own_list(request: HttpRequest) -> HttpResponse:
    """What somebody wrote about an adult, and how far it has got."""
    mine = own_adult_concerns(request.user)
    for concern in mine:
        record.record(request.user, choices.ADULT_READ, choices.ADULT_CONCERN, concern.pk, walled=True)
    return show(request, "adult_own_list.html", YOU_ALONE, {"mine": mine})


@page("safeguarding.view_adult_concern")
@step_up
@walled
@require_GET
def adult_list(request: HttpRequest) -> HttpResponse:
    """The concerns about adults that come to this person."""
    found = adult_concerns(request.user)
    for concern in found:
        record.record(
            request.user, choices.ADULT_READ, choices.ADULT_CONCERN, concern.pk, details={"list": True}, walled=True
        )
    return show(request, "adult_list.html", HEAD_SEES, {"concerns": found})


@page("safeguarding.view_adult_concern")
@step_up
@walled
@require_http_methods(["GET", "POST"])
def adult_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One concern about an adult, its entries, and a box for the next."""
    concern = fetch(AdultConcern, request.user, "safeguarding.view_adult_concern", public_id=public_id)
    form = AdultEntryForm(posted(request))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            note_adult_concern(request.user, concern, typed["text"], typed["level"], closes=typed["closes"])
            messages.success(request, "Your note has been added.")
        except Situation as fault:
            messages.warning(request, str(fault))
        return redirect("safeguarding:adult_detail", public_id=concern.pk)
    open_adult_concern(request.user, concern)
    context = {"concern": concern, "entries": adult_entries(request.user, concern), "form": form}
    return show(request, "adult_detail.html", HEAD_SEES, context, 422 if request.method == "POST" else 200)
