"""The cast of the demonstration, with a button each to sign in as them. Not there outside demo mode."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.demo_cast import BY_KEY, CAST, accounts_of_the_cast
from accounts.gates import public_page
from accounts.second_factor import make_sure_of_app
from core import naming

WHY = "The demonstration has no secrets; outside demo mode this page is not there."


def _only_in_demo() -> None:
    if not settings.DEMO or settings.PRODUCTION:
        raise Http404


@public_page(WHY)
@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """List the cast."""
    _only_in_demo()
    accounts = accounts_of_the_cast()
    cast = [{"member": member, "user": accounts[member.key]} for member in CAST if member.key in accounts]
    return render(request, "accounts/demo.html", {"cast": cast})


@public_page(WHY)
@require_POST
def demo_sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as a member of the cast."""
    _only_in_demo()
    if key not in BY_KEY or key not in (accounts := accounts_of_the_cast()):
        raise Http404
    user = accounts[key]
    with naming.named(user.pk, purpose="demo"):
        make_sure_of_app(user)
        login(request, user, backend="accounts.backends.StaffBackend")
        record_authentication(request, user, method="password", email=user.email, reauthenticated=True)
    return redirect("home")
