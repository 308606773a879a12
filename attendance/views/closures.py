"""The pages of closures: which days a site is closed, and what that does to registers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import rules
from attendance.actions.closures import close_site, open_again
from attendance.closing import SESSION_CODE
from attendance.forms.settings import CloseForm
from attendance.queries.absence.closing import closing, closures_in
from attendance.views.settings import settings_tabs
from caseload.models import Closure, Site
from caseload.queries.calendar import academic_year_on, academic_years
from caseload.registries.closures import days_of
from core import clock
from core.pages.http import posted

PLACE = "attendance:settings"


@page(rules.CLOSE)
def closure_list(request: HttpRequest) -> HttpResponse:
    """The closures of an academic year, at the sites this person looks after."""
    years = academic_years()
    asked = request.GET.get("year", "")
    year = next((year for year in years if str(year.start_year) == asked), None) or academic_year_on(clock.today())
    if asked and (year is None or str(year.start_year) != asked):
        raise Http404
    held = rules.sites_held(request.user, rules.CLOSE)
    rows = closures_in(year, held) if year else []
    context = {
        "year": year,
        "years": [{"label": y.name, "url": f"?year={y.start_year}", "current": y == year, "count": None} for y in years],
        "rows": [
            {"closure": row, "code": SESSION_CODE.get(Closure.Kind(row.kind), ""), "own": held is None or row.site_id in held}
            for row in rows
        ],
        "tabs": settings_tabs(request.user, "closures"),
        "today": clock.today(),
    }  # fmt: skip
    request.current_place = PLACE  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/closure_list.html", context)


@page(rules.CLOSE)
def closure_new(request: HttpRequest) -> HttpResponse:
    """Close a site on days: what it does to registers is shown first."""
    return _closure(request, None, {"kind": Closure.Kind.UNEXPECTED, "starts_on": clock.today()})


@page(rules.CLOSE)
def closure_change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a closure, or end it earlier: codes follow the days."""
    closure = _own(request, number)
    stored = {name: getattr(closure, name) for name in ("kind", "name", "site", "starts_on", "ends_on")}
    return _closure(request, closure, stored)


@page(rules.CLOSE)
@require_POST
def closure_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Open again on all of its days: marks go back to what they were before."""
    closure = _own(request, number)
    name = closure.name
    open_again(by=request.user, closure=closure)
    messages.success(request, f"{name} is taken away. Its days are school days again, and marks are as they were.")
    return redirect("attendance:closure_list")


def _closure(request: HttpRequest, closure: Closure | None, initial: dict[str, Any]) -> HttpResponse:
    held = rules.sites_held(request.user, rules.CLOSE)
    sites = Site.objects.all() if held is None else Site.objects.filter(pk__in=held)
    form = CloseForm(
        posted(request), sites=sites, every_site=held is None, closure=closure, initial=initial
    )  # fmt: skip
    found = None
    before = days_of(closure) if closure else None
    if request.method == "POST" and form.is_valid():
        found = closing(before, form.days())
        if form.cleaned_data["kind"] in SESSION_CODE and not found.days and not found.in_mis:
            form.add_error("starts_on", "The site is not open on any of these days, so there is nothing to close.")
        elif "save" in request.POST:
            close_site(by=request.user, closure=closure, **form.stored())
            messages.success(request, f"{form.cleaned_data['name']} is saved. {found.words}")
            return redirect("attendance:closure_list")
    context = {
        "form": form,
        "found": found if found is not None and not form.errors else None,
        "closure": closure,
        "back": closing(before, None).goes_back if closure else 0,
        "has_code": form.is_bound and form.data.get("kind") in SESSION_CODE,
    }
    request.current_place = PLACE  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/closure_form.html", context, status=422 if form.errors else 200)


def _own(request: HttpRequest, number: int) -> Closure:
    closure = get_object_or_404(Closure, pk=number)
    if not rules.may_for_site(request.user, rules.CLOSE, closure.site_id):
        raise Http404
    return closure
