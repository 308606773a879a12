"""The page that asks for a fresh second factor before confidential pages open."""

from typing import Any

from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.forms import StepUpCodeForm
from accounts.gates import any_staff, minutes_open, opens_now, stepped_up
from accounts.second_factor import WAY_BACK, code_on_show, has_passkey, has_second_factor, way_back


@any_staff("Anybody who is signed in may prove that it is really them.")
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey; without either, offer to set one up and come back."""
    asked = request.POST.get("next") or request.GET.get("next") or request.session.get(WAY_BACK, "")
    back = way_back(request, asked)
    if opens_now(request, back):
        request.session.pop(WAY_BACK, None)
        return HttpResponseRedirect(back)
    if not has_second_factor(request.user):
        request.session[WAY_BACK] = back
        return HttpResponseRedirect(reverse("accounts:first_step"))
    form, proved = _tried(request)
    if proved:
        request.session.pop(WAY_BACK, None)
        return HttpResponseRedirect(back)
    return render(request, "accounts/step_up.html", _page(request, form, back), status=422 if form.is_bound else 200)


def _tried(request: HttpRequest) -> tuple[Any, bool]:
    """The form, and whether what came in it proves the second factor."""
    if request.method != "POST":
        return StepUpCodeForm(user=request.user), False
    kind = ReauthenticateWebAuthnForm if request.POST.get("credential") else StepUpCodeForm
    form = kind(data=request.POST, user=request.user)
    if not form.is_valid():
        return form, False
    form.save()
    return form, True


def _page(request: HttpRequest, form: Any, back: str) -> dict[str, Any]:
    """What the page shows. A passkey that failed leaves its fault above an empty box for the code."""
    failed_passkey = isinstance(form, ReauthenticateWebAuthnForm)
    passkey = begin_authentication(request.user) if has_passkey(request.user) else None
    return {
        "form": StepUpCodeForm(user=request.user) if failed_passkey else form,
        "passkey_failed": failed_passkey,
        "passkey": bool(passkey),
        "js_data": {"request_options": passkey},
        "next": back,
        "minutes": minutes_open(back),
        "signed_in_with_code": stepped_up(request),
        "demo_code": code_on_show(request.user),
    }
