"""The gates in front of every page.

1 signed in · 2 the page's permission (`@page`) · 3 the row (`fetch`, from `visible_to`) · 4 the action asks the rule
itself · 5 the query leaves out the fields that this audience must not see.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Manager, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.second_factor import has_second_factor
from accounts.secret_links import may_set_up_first_step
from core.pages.http import elsewhere
from core.pages.page_token import way_back

View = TypeVar("View", bound=Callable[..., Any])
STEPPED_UP = "stepped_up_at"
PROVED = (
    "proved_at"  # as above, but when it was asked for in an open session: signing in is not enough to change a factor
)


@dataclass(frozen=True)
class Gate:
    """What a page asks of whoever opens it."""

    permission: str | None = None
    signed_in: bool = True
    step_up: bool = False
    factor: bool = False
    why: str = ""

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        """Nothing when the person may pass; otherwise the answer they get instead."""
        if not self.signed_in:
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if self.permission and not request.user.has_perm(self.permission):
            raise PermissionDenied
        if self.step_up and not stepped_up(request):
            return _to_step_up(request)
        return _before_a_factor(request) if self.factor else None


OWN = Gate(factor=True, why="Everybody looks after their own ways of signing in.")
# Pages of installed packages that show or change a factor. They carry no decorator of ours.
PACKAGE_GATES: dict[str, Gate] = dict.fromkeys(
    (
        "allauth.account.views.PasswordSetView",
        "allauth.mfa.totp.views.DeactivateTOTPView",
        "allauth.mfa.recovery_codes.views.ViewRecoveryCodesView",
        "allauth.mfa.recovery_codes.views.DownloadRecoveryCodesView",
        "allauth.mfa.webauthn.views.RemoveWebAuthnView",
    ),
    OWN,
)


def page(permission: str) -> Callable[[View], View]:
    """Open the page only to signed-in people who hold this permission in some role. Each view names exactly one."""
    if "." not in permission:
        raise ValueError(f"“{permission}” is no permission: write app.codename")

    def mark(view: View) -> View:
        before = getattr(view, "gate", None)
        view.gate = Gate(permission, step_up=bool(before and before.step_up))  # type: ignore[attr-defined]  # read by the gate keeper
        return view

    return mark


def step_up(view: View) -> View:
    """Ask for a fresh second factor too. Written under `@page`."""
    before = getattr(view, "gate", Gate())
    view.gate = Gate(before.permission, step_up=True)  # type: ignore[attr-defined]  # read by the gate keeper
    return view


def any_staff(why: str) -> Callable[[View], View]:
    """Open to everybody who is signed in, for the reason given."""

    def mark(view: View) -> View:
        view.gate = Gate(why=why)  # type: ignore[attr-defined]  # read by the gate keeper
        return view

    return mark


def changes_a_factor(why: str) -> Callable[[View], View]:
    """Open to everybody who is signed in and has just proved the factor they have; without one, through the link to their address."""

    def mark(view: View) -> View:
        view.gate = Gate(factor=True, why=why)  # type: ignore[attr-defined]  # read by the gate keeper
        return view

    return mark


def public_page(why: str) -> Callable[[View], View]:
    """Open without sign-in, for the reason given."""

    def mark(view: View) -> View:
        view.gate = Gate(signed_in=False, why=why)  # type: ignore[attr-defined]  # read by the gate keeper
        return view

    return mark


def gate_of(view: Any) -> Gate | None:
    """The gate of a view, ours by its decorator, a package's by its module."""
    made_from = getattr(view, "view_class", None)
    found = getattr(view, "gate", None) or getattr(made_from, "gate", None)
    if found is None and made_from is not None:
        found = PACKAGE_GATES.get(f"{made_from.__module__}.{made_from.__name__}")
    if found:
        return found
    module = getattr(view, "__module__", "")
    if module.startswith("allauth."):
        return Gate(signed_in=False, why="Sign-in itself; each of these pages asks for sign-in where it needs it.")
    if module.startswith(("django.views.static", "django.contrib.staticfiles")):
        return Gate(signed_in=False, why="Style and scripts hold nothing about anybody.")
    return None


def stepped_up(request: HttpRequest) -> bool:
    """Whether this session proved its second factor recently enough."""
    at = request.session.get(STEPPED_UP, 0)
    return bool(at) and time.time() - at < settings.STEP_UP_MINUTES * 60


def proved_lately(request: HttpRequest) -> bool:
    """Whether the second factor was asked for and proved in this session a few minutes ago, so that it may be changed."""
    at = request.session.get(PROVED, 0)
    return bool(at) and time.time() - at < settings.FACTOR_MINUTES * 60


def opens_now(request: HttpRequest, address: str) -> bool:
    """Whether the page at an address of ours would ask for the second factor no more."""
    return proved_lately(request) if _changes_a_factor(address) else stepped_up(request)


def minutes_open(address: str) -> int:
    """For how many minutes a proof opens the page at an address of ours."""
    return int(settings.FACTOR_MINUTES if _changes_a_factor(address) else settings.STEP_UP_MINUTES)


def _changes_a_factor(address: str) -> bool:
    try:
        gate = gate_of(resolve(urlsplit(address).path).func)
    except Resolver404:
        return False
    return bool(gate and gate.factor)


def _to_step_up(request: HttpRequest) -> HttpResponse:
    return elsewhere(request, f"{reverse('accounts:step_up')}?next={_return_path(request)}")


def _before_a_factor(request: HttpRequest) -> HttpResponse | None:
    """Nothing when the factor they have was proved minutes ago, or the first may be set up; otherwise where that is done.

    However long confidential pages stay open: whoever finds a laptop unlocked changes nothing about how its owner signs in.
    """
    if has_second_factor(request.user):  # type: ignore[arg-type]  # signed in
        return None if proved_lately(request) else _to_step_up(request)
    return None if may_set_up_first_step(request) else elsewhere(request, reverse("accounts:first_step"))


def _return_path(request: HttpRequest) -> str:
    from urllib.parse import quote

    sent_from = way_back(request)
    if sent_from:
        return quote(sent_from, safe="/")
    htmx = getattr(request, "htmx", None)
    current = htmx.current_url_abs_path if htmx else None
    return quote(str(current or request.get_full_path()) if request.method == "GET" or current else "/", safe="/")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page, for a whole page and for a part of one alike."""
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(f"{reverse(settings.LOGIN_URL)}?next={_return_path(request)}")
    return redirect_to_login(way_back(request) or request.get_full_path())


M = TypeVar("M", bound=Model)


def fetch(source: type[M] | Manager[M] | QuerySet[M], user: Any, permission: str, **lookup: Any) -> M:
    """The one row that this person reaches with this permission. “Does not exist” and “not yours” are the same 404."""
    rows: Any = source._default_manager.all() if isinstance(source, type) else source
    row = rows.visible_to(user, permission).filter(**lookup).first()
    if row is None:
        raise Http404
    if hasattr(rows, "found_visible"):
        rows.found_visible(user, permission, row.pk)  # so that the page doesn't ask the same again
    return row
