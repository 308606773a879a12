"""Hand over what nobody who is here leads, in one go."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page, step_up
from safeguarding.actions.triage import hand_over_left
from safeguarding.forms.casework import AssignForm
from safeguarding.queries.people import team_members
from safeguarding.views.triage import draw_list
from safeguarding.views.wall import walled


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Give every concern and action without somebody who is here to one member of the team."""
    form = AssignForm(request.POST, team=list(team_members()), prefix="left")
    if not form.is_valid():
        return draw_list(request, "left", form, 422)
    lead = form.cleaned_data["person"]
    handed, kept = hand_over_left(request.user, lead)
    if handed:
        messages.success(request, f"{_concerns(handed)} handed over to {lead.full_name}. Each chronology says so.")
    elif not kept:
        messages.info(request, "Nothing was left to hand over.")
    if kept:
        messages.warning(request, f"{_concerns(kept)} not handed over, because {lead.full_name} must not see {'it' if kept == 1 else 'them'}. Choose somebody else.")  # fmt: skip
    return redirect(f"{reverse('safeguarding:triage_list')}?show={'left' if kept else 'open'}")


def _concerns(number: int) -> str:
    return "1 concern was" if number == 1 else f"{number} concerns were"
