"""Whom emails about safeguarding do not reach: for the safeguarding team, the head and the chair, since the log does not show it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import undelivered
from accounts.gates import page, step_up
from accounts.models import User


@page(undelivered.PERMISSION)
@step_up
def undelivered_list(request: HttpRequest) -> HttpResponse:
    """The people whom an email about safeguarding did not reach, and why."""
    rows = undelivered.unreached_for(request.user)  # type: ignore[arg-type]  # signed in
    return render(request, "accounts/undelivered_list.html", {"rows": rows, "shell_side": "safeguarding"})


@page(undelivered.PERMISSION)
@step_up
@require_POST
def undelivered_send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send somebody once more what did not reach them."""
    person = get_object_or_404(User, public_id=public_id)
    if undelivered.send_again_to(person, by=request.user):  # type: ignore[arg-type]  # signed in
        messages.success(request, f"What did not reach {person.full_name} is being sent to {person.email}.")
    else:
        messages.info(request, f"Nothing is left to send to {person.full_name}.")
    return redirect("accounts:undelivered_list")
