"""The safeguarding team, the head and the chair: who holds a protected role, proposed by one person, consented by another."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.actions import AlreadyAsked
from accounts.gates import page, step_up
from accounts.models import User
from accounts.roles import PROTECTED
from accounts.rules import may_decide_second_step
from accounts.second_step import requests_waiting
from caseload.actions.grants import AlreadyHeld, Impossible
from caseload.actions.protected_people import (
    AlreadyLifted,
    approve_ending,
    ask_ending,
    decline_ending,
    last_day_of_suspension,
    lift_suspension,
    suspend,
)
from caseload.actions.protected_roles import AlreadyDecided, consent_to_role, decline_role, propose_role
from caseload.forms.grants import EndRoleForm, ProposeForm, SuspendForm
from caseload.models import CollegeGrant, EndingRequest, RoleProposal, Suspension
from caseload.queries.grants import last_day_of, proposals, protected_holders, state_of
from caseload.queries.protected import endings_waiting, first_day_without_team, suspensions_in_force
from caseload.rules.grants import (
    PROPOSE,
    NotAllowed,
    is_protected_person,
    is_second_person,
    may_consent,
    may_decide_ending,
    may_decline,
    may_propose,
    may_suspend,
)
from core import clock
from core.pages.http import posted
from core.wording import day


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
    form = ProposeForm(posted(request), initial={"starts_on": clock.today()})
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
def team_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask that a protected role ends. It does when a second person approves."""
    grant = CollegeGrant.objects.filter(public_id=public_id, role__name__in=PROTECTED).select_related("role", "user")
    found = grant.first()
    if found is None:
        raise Http404
    form = EndRoleForm(posted(request), initial={"last_day": clock.today()})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        act = lambda: ask_ending(found.user, found.role.name, data["last_day"], data["reason"], request.user)  # noqa: E731
        if _done(
            request, act, "Asked. Nothing changes until a second person approves; they have been told by email.", form
        ):
            return redirect("caseload:team_list")
    context = {"form": form, "grant": found, "empty_from": first_day_without_team(_as_if(found))}
    return render(request, "caseload/team_end.html", context, status=422 if form.is_bound else 200)


@page(PROPOSE)
@step_up
@require_POST
def ending_decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve as the second person that somebody leaves or that a role ends, or decline it."""
    asked = get_object_or_404(EndingRequest.objects.select_related("user", "role", "asked_by"), public_id=public_id)
    if request.POST.get("decision") == "approve":
        _done(
            request,
            lambda: approve_ending(asked, request.user),
            "Approved. Everyone with a protected role has been told by email.",
        )
    else:
        _done(request, lambda: decline_ending(asked, request.user), "Declined. Nothing changes.")
    return redirect("caseload:team_list")


@page(PROPOSE)
@step_up
def team_suspend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Suspend the holder of a protected role at once, for three school days, with a reason."""
    person = get_object_or_404(User, public_id=public_id)
    if not may_suspend(request.user, person):
        raise Http404
    form = SuspendForm(posted(request))
    last_day = last_day_of_suspension()
    if form.is_bound and form.is_valid():
        said = f"{person.full_name} cannot sign in until {day(last_day)} is over. Everyone with a protected role has been told by email."
        if _done(request, lambda: suspend(person, form.cleaned_data["reason"], request.user), said, form):
            return redirect("caseload:team_list")
    context = {"form": form, "person": person, "last_day": last_day}
    return render(request, "caseload/team_suspend.html", context, status=422 if form.is_bound else 200)


@page(PROPOSE)
@step_up
@require_POST
def suspension_lift(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let somebody in again before their suspension ends."""
    made = get_object_or_404(Suspension.objects.select_related("user"), public_id=public_id)
    said = f"{made.user.full_name} can sign in again. Everyone with a protected role has been told by email."
    _done(request, lambda: lift_suspension(made, request.user), said)
    return redirect("caseload:team_list")


def _done(request: HttpRequest, act: Callable[[], object], said: str, form: Form | None = None) -> bool:
    """Do it and say so; what stands in the way comes back in the form, or as a message where there is none."""
    try:
        act()
    except (AlreadyDecided, AlreadyLifted):
        messages.info(request, "Someone else decided this already.")
        return True
    except AlreadyAsked:
        messages.info(request, "That was asked already and waits for a second person.")
        return True
    except (NotAllowed, Impossible) as refused:
        if form is None:
            messages.error(request, str(refused))
        else:
            form.add_error(getattr(refused, "field", None) or None, str(refused))
        return False
    messages.success(request, said)
    return True


def _as_if(grant: CollegeGrant) -> EndingRequest:
    """The request that this role ends today, not saved, to see what would be left."""
    return EndingRequest(user_id=grant.user_id, role_id=grant.role_id, last_day=clock.today())


def _team(request: HttpRequest) -> dict[str, Any]:
    user, today = request.user, clock.today()
    holders = [
        {
            "grant": grant,
            "state": state_of(grant.period, today),
            "last_day": last_day_of(grant.period),
            "may_end": state_of(grant.period, today) != "ended",
            "may_suspend": not grant.user.is_suspended and is_second_person(user, grant.user_id),
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
        "endings": [
            {
                "asked": asked,
                "may_approve": may_decide_ending(user, asked),
                "own": asked.asked_by_id == user.pk,
                "empty_from": first_day_without_team(asked),
            }
            for asked in endings_waiting()
        ],
        "suspended": [
            {
                "made": made,
                "may_lift": is_second_person(user, made.user_id),
                "holds": is_protected_person(made.user_id),
            }
            for made in suspensions_in_force()
        ],
        "empty_from": first_day_without_team(),
        "today": today,
        "second_steps": [
            {"asked": asked, "may_decide": may_decide_second_step(user, asked)} for asked in requests_waiting()
        ],
        "decided": proposals(waiting=False),
        "may_propose": may_propose(user),
    }
