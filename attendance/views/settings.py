"""The pages of attendance settings: what each site has decided."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import page
from attendance import rules
from attendance.actions.settings import OF_SITE, OWN, change_site_settings
from attendance.forms.settings import SiteSettingsForm
from attendance.queries.settings import settings_of, sites_with_settings
from caseload.models import Site
from core.pages.http import posted

TABS = (
    ("sites", "Sites", "attendance:settings", rules.CLOSE),
    ("codes", "Codes", "attendance:code_list", rules.MANAGE),
    ("closures", "Closures", "attendance:closure_list", rules.CLOSE),
)


def settings_tabs(user: Any, current: str) -> list[dict[str, Any]]:
    """The sub-pages of the attendance settings that somebody may open."""
    return [
        {"label": label, "url": reverse(name), "current": key == current, "count": None}
        for key, label, name, permission in TABS
        if user.has_perm(permission)
    ]


@page(rules.CLOSE)
def settings(request: HttpRequest) -> HttpResponse:
    """What each site has decided about its registers."""
    context = {
        "rows": sites_with_settings(request.user, rules.CLOSE),
        "tabs": settings_tabs(request.user, "sites"),
        "manages": request.user.has_perm(rules.MANAGE),
    }
    return render(request, "attendance/settings.html", context)


@page(rules.MANAGE)
def site_settings(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what a site has decided; every change is audited with what it was before."""
    site = managed_site(request, public_id)
    stored = settings_of(site)
    initial = {name: getattr(site, name) for name in OF_SITE} | {name: getattr(stored, name) for name in OWN}
    form = SiteSettingsForm(posted(request), site=site, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = change_site_settings(by=request.user, site=site, **form.cleaned_data)
        messages.success(request, f"{site.name}: {'saved.' if changed else 'nothing changed.'}")
        return redirect("attendance:settings")
    context = {"form": form, "site": site, "stored": stored}
    return render(request, "attendance/site_settings.html", context, status=422 if form.errors else 200)


def managed_site(request: HttpRequest, public_id: UUID) -> Site:
    """A site whose attendance settings this person manages; any other is not there."""
    site = Site.objects.filter(public_id=public_id).first()
    if site is None or not rules.may_for_site(request.user, rules.MANAGE, site.pk):
        raise Http404
    return site
