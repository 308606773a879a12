"""The calendar: academic years, terms and closures, each change shown as days before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload.actions import calendar as actions
from caseload.forms.structure import ClosureForm, TermForm, YearForm
from caseload.models import AcademicYear, Closure, Site, Term
from caseload.queries.calendar import academic_years, current_academic_year
from caseload.queries.calendar_pages import closure_preview, term_preview, year_overview
from caseload.rules.structure import MANAGE_STRUCTURE, managed_sites, manages_college
from core import clock
from core.pages.http import posted


@page(MANAGE_STRUCTURE)
def calendar(request: HttpRequest) -> HttpResponse:
    """An academic year: its terms, its closures, and on how many days each site opens."""
    years = academic_years()
    asked = request.GET.get("year", "")
    year = next((year for year in years if str(year.start_year) == asked), None) or current_academic_year()
    if asked and (year is None or str(year.start_year) != asked):
        raise Http404
    sites = managed_sites(request.user)
    context = {
        "year": year,
        "years": [
            {"label": y.name, "url": f"?year={y.start_year}", "current": y == year, "count": None} for y in years
        ],
        "overview": year_overview(year) if year else None,
        "whole_college": manages_college(request.user),
        "managed": sites,
    }
    return render(request, "caseload/calendar.html", context)


@page(MANAGE_STRUCTURE)
def year_add(request: HttpRequest) -> HttpResponse:
    """Add an academic year."""
    if not manages_college(request.user):
        raise Http404
    latest = academic_years()
    first = latest[0].start_year + 1 if latest else clock.today().year
    form = YearForm(posted(request), initial={"start_year": first})
    if request.method == "POST" and form.is_valid():
        try:
            year = actions.add_academic_year(request.user, form.cleaned_data["start_year"])
        except actions.DatesOverlap:
            form.add_error("start_year", "There is a year with these dates already.")
        else:
            return redirect(f"{reverse('caseload:calendar')}?year={year.start_year}")
    return _form(request, form, "Add an academic year", None, reverse("caseload:calendar"))


@page(MANAGE_STRUCTURE)
def term_add(request: HttpRequest, start_year: int) -> HttpResponse:
    """Add a term to an academic year."""
    year = get_object_or_404(AcademicYear, start_year=start_year)
    return _term(request, year, None)


@page(MANAGE_STRUCTURE)
def term_edit(request: HttpRequest, start_year: int, number: int) -> HttpResponse:
    """Change a term."""
    year = get_object_or_404(AcademicYear, start_year=start_year)
    return _term(request, year, get_object_or_404(Term, pk=number, year=year))


@page(MANAGE_STRUCTURE)
def closure_add(request: HttpRequest) -> HttpResponse:
    """Add days on which a site does not open."""
    return _closure(request, None)


@page(MANAGE_STRUCTURE)
def closure_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change days on which a site does not open, or open after all."""
    closure = get_object_or_404(Closure, pk=number)
    sites = managed_sites(request.user)
    if sites is not None and closure.site_id not in sites:
        raise Http404
    return _closure(request, closure)


def _term(request: HttpRequest, year: AcademicYear, term: Term | None) -> HttpResponse:
    if not manages_college(request.user):
        raise Http404
    stored = {"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on} if term else {}
    form = TermForm(posted(request), year=year, initial=stored)
    back = f"{reverse('caseload:calendar')}?year={year.start_year}"
    preview = None
    if request.method == "POST" and form.is_valid():
        if "save" not in request.POST:
            preview = term_preview(term, form.cleaned_data["starts_on"], form.cleaned_data["ends_on"])
        else:
            try:
                actions.set_term(request.user, year, term, **form.cleaned_data)
            except actions.DatesOverlap:
                form.add_error("starts_on", "These days run into another term.")
            else:
                messages.success(request, f"{form.cleaned_data['name']} is in the calendar with these days.")
                return redirect(back)
    return _form(request, form, f"{'Change' if term else 'Add'} a term of {year.name}", preview, back)


def _closure(request: HttpRequest, closure: Closure | None) -> HttpResponse:
    held = managed_sites(request.user)
    sites = Site.objects.all() if held is None else Site.objects.filter(pk__in=held)
    form = ClosureForm(posted(request), sites=sites, every_site=held is None, initial=_stored(closure))
    back = reverse("caseload:calendar")
    preview = None
    if closure is not None and "remove" in request.POST:
        actions.remove_closure(request.user, closure)
        messages.success(request, f"{closure.name} is no closure any more.")
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        if "save" in request.POST:
            actions.set_closure(request.user, closure, **form.cleaned_data)
            messages.success(request, f"{form.cleaned_data['name']} is in the calendar with these days.")
            return redirect(back)
        values = form.cleaned_data
        preview = closure_preview(closure, values["site"], values["starts_on"], values["ends_on"])
    title = "Change a closure" if closure else "Add a closure"
    return _form(request, form, title, preview, back, removable=closure is not None)


def _stored(closure: Closure | None) -> dict[str, Any]:
    if closure is None:
        return {"kind": Closure.Kind.INSET}
    return {name: getattr(closure, name) for name in ("kind", "name", "site", "starts_on", "ends_on")}


def _form(
    request: HttpRequest, form: Any, title: str, preview: Any, back: str, removable: bool = False
) -> HttpResponse:
    context = {"form": form, "title": title, "preview": preview, "back": back, "removable": removable}
    return render(request, "caseload/calendar_form.html", context, status=422 if form.errors else 200)
