"""The safeguarding team, the head and the chair: who holds a protected role, proposed by one person, consented by another."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import page, step_up
from accounts.roles import PROTECTED
from accounts.rules import may_decide_second_step
from accounts.second_step import requests_waiting
from caseload.actions.grants import AlreadyEnded, AlreadyHeld, Impossible, end_reach
from caseload.actions.protected_roles import AlreadyDecided, consent_to_role, decline_role, propose_role
from caseload.forms.grants import ProposeForm
from caseload.models import CollegeGrant, RoleProposal
from caseload.queries.grants import last_day_of, proposals, protected_holders, state_of
from caseload.rules.grants import PROPOSE, NotAllowed, may_consent, may_decline, may_end, may_propose
from core import clock


@page(PROPOSE)
@step_up
def team_list(request: HttpRequest) -> HttpResponse:
    """Who holds a protected role, what is proposed, and what was decided lately."""
    return render(request, "caseload/team_list.html", _team(request))


@page(PROPOSE)
@step_up
def team_propose(request: HttpRequest) -> HttpResponse:
    """Propose that somebody hold a protected role."""
    if not may_propose(request.user):
        messages.info(request, "A safeguarding lead or the head proposes. You can consent to what they propose.")
        return redirect("caseload:team_list")
    form = ProposeForm(request.POST or None, initial={"starts_on": clock.today()})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            propose_role(form.person, data["role"], data["starts_on"], data["last_day"], data["reason"], request.user)
        except Impossible as problem:
            form.add_error({"person": "email"}.get(problem.field, problem.field), str(problem))
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Proposed. It waits for a second person, who has been told by mail.")
            return redirect("caseload:team_list")
    return render(request, "caseload/team_propose.html", {"form": form}, status=422 if form.is_bound else 200)


@page(PROPOSE)
@step_up
@require_POST
def team_decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Consent to a proposal, or decline it."""
    proposal = get_object_or_404(RoleProposal, public_id=public_id)
    try:
        if request.POST.get("decision") == "consent":
            consent_to_role(proposal, request.user)
            messages.success(request, f"{proposal.user.full_name} holds the role from its first day.")
        else:
            decline_role(proposal, request.user)
            messages.success(request, "Declined. Nobody's role changes.")
    except AlreadyDecided:
        messages.info(request, "Somebody else decided this already.")
    except (NotAllowed, Impossible, AlreadyHeld) as refused:
        messages.error(request, str(refused))
    return redirect("caseload:team_list")


@page(PROPOSE)
@step_up
@require_POST
def team_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a protected role now. The same person needs a new proposal to have it again."""
    grant = CollegeGrant.objects.filter(public_id=public_id, role__name__in=PROTECTED).select_related("role").first()
    if grant is None:
        raise Http404
    try:
        end_reach(grant, request.user, "Ended by the safeguarding team")
        messages.success(request, "The role has ended.")
    except AlreadyEnded:
        messages.info(request, "That had ended already.")
    except NotAllowed:
        messages.error(request, "Nobody ends their own role. Another of the team or the head can.")
    return redirect("caseload:team_list")


def _team(request: HttpRequest) -> dict[str, Any]:
    user, today = request.user, clock.today()
    holders = [
        {
            "grant": grant,
            "state": state_of(grant.period, today),
            "last_day": last_day_of(grant.period),
            "may_end": may_end(user, grant),
        }
        for grant in protected_holders()
    ]
    waiting = [
        {
            "proposal": proposal,
            "last_day": last_day_of(proposal.period),
            "may_consent": may_consent(user, proposal),
            "may_decline": may_decline(user, proposal),
            "own": proposal.proposed_by_id == user.pk,
        }
        for proposal in proposals(waiting=True)
    ]
    return {
        "holders": holders,
        "waiting": waiting,
        "second_steps": [
            {"asked": asked, "may_decide": may_decide_second_step(user, asked)} for asked in requests_waiting()
        ],
        "decided": proposals(waiting=False),
        "may_propose": may_propose(user),
    }
