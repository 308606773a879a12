"""Setting up an authenticator app, a passkey and recovery codes, and the link that the first of them needs."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import factors
from accounts.addresses import address_of
from accounts.forms import AddPasskeyForm
from accounts.gates import any_staff, changes_a_factor
from accounts.second_factor import has_second_factor
from accounts.secret_links import check_first_step, may_set_up_first_step, open_first_step, send_first_step_link
from core.private import links

OWN = "Everybody looks after their own ways of signing in."


class AddApp(ActivateTOTPView):
    """The page that sets up an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Turn it on, and show the recovery codes that were made with it."""
        self.did_generate_recovery_codes = factors.add_app(self.request, form.secret)
        return HttpResponseRedirect(self.get_success_url())


class AddPasskey(AddWebAuthnView):
    """The page that adds a passkey."""

    form_class = AddPasskeyForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Add it, and show the recovery codes that were made with it."""
        data = form.cleaned_data
        self.did_generate_recovery_codes = factors.add_passkey(self.request, data["name"], data["credential"])
        return HttpResponseRedirect(self.get_success_url())


class RenamePasskey(EditWebAuthnView):
    """The page that gives a passkey another name."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Rename it, and tell its owner as of every change."""
        answer = super().form_valid(form)
        messages.success(self.request, f"The passkey is called {form.instance.wrap().name} now.")
        get_adapter(self.request).send_notification_mail("accounts/mail/passkey_renamed", self.request.user)
        return answer


class MakeCodes(GenerateRecoveryCodesView):
    """The page that makes new recovery codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, and show them."""
        factors.make_codes(self.request)
        return HttpResponseRedirect(self.get_success_url())


app_add = changes_a_factor(OWN)(AddApp.as_view())
passkey_add = changes_a_factor(OWN)(AddPasskey.as_view())
passkey_rename = changes_a_factor(OWN)(RenamePasskey.as_view())
codes_make = changes_a_factor(OWN)(MakeCodes.as_view())


@any_staff(OWN)
@require_http_methods(["GET", "POST"])
def first_step(request: HttpRequest) -> HttpResponse:
    """The first second step of somebody: a link is sent to their own address, and once it is opened they choose."""
    if has_second_factor(request.user):  # type: ignore[arg-type]  # signed in
        return redirect("mfa_index")
    if request.method == "POST":
        send_first_step_link(request.user)  # type: ignore[arg-type]  # signed in
        messages.success(request, f"A link is on its way to {request.user.email}. Open it in this browser.")  # type: ignore[union-attr]  # signed in
        return redirect("accounts:first_step")
    return render(request, "accounts/first_step.html", {"may_set_up": may_set_up_first_step(request)})


@any_staff(OWN)
@require_http_methods(["GET", "POST"])
def first_step_link(request: HttpRequest, token: str) -> HttpResponse:
    """What the link opens: one button, so that nothing which only looks at addresses uses it up."""
    client = address_of(request) or ""
    try:
        if request.method == "POST":
            open_first_step(request, token, client)
            return redirect("accounts:first_step")
        check_first_step(request, token, client)
    except links.LinkRefused:
        # With a status of an error Django would write the address into the log, and it may still open for its owner.
        return render(request, "accounts/first_step_closed.html")
    return render(request, "accounts/first_step_link.html")
