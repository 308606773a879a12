"""Letting somebody back in: their second step taken away, or a lock-out lifted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import second_step as actions
from accounts.forms import SecondStepForm
from accounts.gates import page, step_up
from accounts.models import SecondStepRequest, User
from accounts.rules import NotAllowed, holds_protected_role
from core.pages.http import posted

WAITING = (
    "They hold a protected role, so it waits for a second person. The safeguarding team and the head are told by mail."
)


@page("accounts.manage_staff")
@step_up
def second_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take away somebody's second step; for a protected role ask that a second person consent."""
    user = get_object_or_404(User, public_id=public_id)
    form = SecondStepForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            waits = actions.take_away_second_step(user, form.cleaned_data["reason"], by=request.user)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        except actions.AlreadyAsked:
            messages.info(request, "That was asked already and waits for a second person.")
            return redirect("accounts:staff_detail", public_id=user.public_id)
        else:
            messages.success(request, WAITING if waits else f"{user.full_name} signs in with the password alone now.")
            return redirect("accounts:staff_detail", public_id=user.public_id)
    context = {
        "staff": user,
        "form": form,
        "steps": actions.second_steps_of(user),
        "protected": holds_protected_role(user),
        "own": user.pk == request.user.pk,
        "trail": [(user.full_name, reverse("accounts:staff_detail", args=[user.public_id])), ("Second step", "")],
    }
    return render(request, "accounts/second_step.html", context, status=422 if form.is_bound else 200)


@page("safeguarding.propose_team")
@step_up
@require_POST
def second_step_decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Consent, as the second person, that the second step of a protected role's holder is taken away; or decline."""
    asked = get_object_or_404(SecondStepRequest.objects.select_related("user", "asked_by"), public_id=public_id)
    try:
        if request.POST.get("decision") == "consent":
            actions.consent_to_second_step(asked, request.user)
            messages.success(request, f"{asked.user.full_name} signs in with the password alone now.")
        else:
            actions.decline_second_step(asked, request.user)
            messages.success(request, "Declined. The second step stays.")
    except actions.AlreadyDecided:
        messages.info(request, "Somebody else decided this already.")
    except NotAllowed as refused:
        messages.error(request, str(refused))
    return redirect("caseload:team_list")


@page("accounts.manage_staff")
@require_POST
def staff_let_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let somebody who is locked out try again now."""
    user = get_object_or_404(User, public_id=public_id)
    try:
        actions.let_in_again(user, request, by=request.user)
    except NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Their wrong tries are forgotten. They can sign in now.")
    return redirect("accounts:staff_detail", public_id=user.public_id)
