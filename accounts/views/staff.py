"""Staff: who works here, what they hold, and their first and last day."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.forms import EndForm, StaffForm
from accounts.gates import page
from accounts.models import User
from accounts.queries import SHOWN, staff_found, with_roles
from accounts.reach import held_by, waiting_for
from accounts.rules import NotAllowed, holds_protected_role
from accounts.second_step import locked_out_until, requests_waiting, second_steps_of
from core import clock
from core.pages.http import posted, wants_part

WAITS = "Asked. Nothing changes until a second person approves; they have been told by email."


@page("accounts.manage_staff")
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, found by name, with the roles they hold today."""
    words, ended = request.GET.get("q", "").strip(), request.GET.get("who") == "ended"
    found = Paginator(staff_found(words, ended), SHOWN).get_page(request.GET.get("page"))
    context = {"page": found, "rows": with_roles(list(found.object_list)), "q": words, "ended": ended}
    context["chips"] = [
        {"label": "Work here", "url": f"?q={words}", "count": None, "current": not ended},
        {"label": "Ended", "url": f"?q={words}&who=ended", "count": None, "current": ended},
    ]
    part = "#rows" if wants_part(request) else ""
    return render(request, f"accounts/staff_list.html{part}", context)


@page("accounts.manage_staff")
def staff_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One member of staff: what they hold, and what can be done."""
    user = get_object_or_404(User, public_id=public_id)
    return render(request, "accounts/staff_detail.html", _about(request, user) | {"end_form": _end_form(user)})


@page("accounts.manage_staff")
def staff_add(request: HttpRequest) -> HttpResponse:
    """Add a member of staff."""
    form = StaffForm(posted(request))
    if request.method == "POST" and form.is_valid():
        user = actions.add_staff(form.save(commit=False), by=request.user)
        messages.success(
            request, f"{user.full_name} is added. Send them a link to set a password, and give them reach."
        )
        return redirect("accounts:staff_detail", public_id=user.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/staff_form.html", {"form": form, "staff": None}, status=status)


@page("accounts.manage_staff")
def staff_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a member of staff's name, address or position."""
    user = get_object_or_404(User, public_id=public_id)
    form = StaffForm(posted(request), instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_staff(user, form.cleaned_data, by=request.user)
        except NotAllowed as refused:
            form.add_error("email" if "email" in form.changed_data else None, str(refused))
        else:
            messages.success(request, f"The details of {user.full_name} are saved.")
            return redirect("accounts:staff_detail", public_id=user.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/staff_form.html", {"form": form, "staff": user}, status=status)


@page("accounts.manage_staff")
@require_POST
def staff_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a member of staff after a last day."""
    user = get_object_or_404(User, public_id=public_id)
    form = EndForm(request.POST, protected=holds_protected_role(user))
    if form.is_valid():
        data = form.cleaned_data
        try:
            ended = actions.end_staff(user, data["last_day"], by=request.user, reason=data.get("reason", ""))
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        except actions.AlreadyAsked:
            messages.info(request, "That was asked already and waits for a second person.")
            return redirect("accounts:staff_detail", public_id=user.public_id)
        except actions.AlreadyEnded:
            messages.info(request, f"{user.full_name} had ended already.")
            return redirect("accounts:staff_detail", public_id=user.public_id)
        else:
            messages.success(request, f"{user.full_name} has ended, and so has their reach." if ended else WAITS)
            return redirect("accounts:staff_detail", public_id=user.public_id)
    return render(request, "accounts/staff_detail.html", _about(request, user) | {"end_form": form}, status=422)


@page("accounts.manage_staff")
@require_POST
def staff_return(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let somebody who had ended sign in again."""
    user = get_object_or_404(User, public_id=public_id)
    return _done(
        request,
        user,
        lambda: actions.return_staff(user, by=request.user),
        "They can sign in again. Give them reach anew.",
    )


@page("accounts.manage_staff")
@require_POST
def staff_send_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mail somebody a link to set their password."""
    user = get_object_or_404(User, public_id=public_id)
    words = f"A link to set a password is on its way to {user.email}."
    return _done(request, user, lambda: actions.send_password_link(user, by=request.user), words)


def _done(request: HttpRequest, user: User, act: Any, words: str) -> HttpResponse:
    try:
        act()
    except NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("accounts:staff_detail", public_id=user.public_id)


def _end_form(user: User) -> EndForm:
    return EndForm(initial={"last_day": clock.today()}, protected=holds_protected_role(user))


def _about(request: HttpRequest, user: User) -> dict[str, Any]:
    return {
        "staff": user,
        "held": held_by([user.pk]).get(user.pk, []),
        "protected": holds_protected_role(user),
        "leaving": waiting_for(user.pk),
        "own": user.pk == request.user.pk,
        "steps": second_steps_of(user),
        "step_waits": requests_waiting().filter(user=user).first(),
        "locked_until": locked_out_until(user),
        "may_give": request.user.has_perm("accounts.manage_grants"),
    }
