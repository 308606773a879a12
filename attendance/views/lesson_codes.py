"""The pages of codes: a college's own lesson codes, and the national session codes to read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import rules
from attendance.actions.lesson_codes import ONE_DAY, add_code, change_code, end_code, first_day_for, start_own_list
from attendance.choices import Series
from attendance.codes import all_codes, forget
from attendance.errors import RegisterProblem
from attendance.forms.settings import EndCodeForm, LessonCodeForm
from attendance.models import AttendanceCode
from attendance.queries.settings import late_codes_said, lesson_codes, session_codes, sites_with_lessons
from attendance.views.settings import managed_site, settings_tabs
from caseload.models import Site
from core import clock
from core.pages.http import posted

PLACE = "attendance:settings"


@page(rules.MANAGE)
def code_list(request: HttpRequest) -> HttpResponse:
    """The codes of a site by what they count as; national session codes are shown with their dates and not changed."""
    sites = sites_with_lessons(request.user, rules.MANAGE)
    asked = request.GET.get("show", "")
    site = next((site for site in sites if str(site.public_id) == asked), None)
    if asked and asked != "sessions" and site is None:
        raise Http404
    if not asked and sites:
        site = sites[0]
    groups, own = lesson_codes(site) if site else (session_codes(), False)
    chips = [_chip(each.name, str(each.public_id), each == site) for each in sites]
    context = {
        "site": site,
        "groups": groups,
        "own": own,
        "late": late_codes_said(site, clock.today()) if site else "",
        "chips": [*chips, _chip("National session codes", "sessions", site is None)],
        "tabs": settings_tabs(request.user, "codes"),
        "today": clock.today(),
    }
    return _render(request, "attendance/code_list.html", context)


@page(rules.MANAGE)
@require_POST
def code_own_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start a site's own list as a copy of the default one, from tomorrow."""
    site = managed_site(request, public_id)
    try:
        number = start_own_list(by=request.user, site=site)
    except RegisterProblem as stopped:
        messages.warning(request, stopped.sentence)
    else:
        messages.success(
            request, f"{site.name} has a list of its own from tomorrow, with {number} codes to start from."
        )
    return redirect(_back(site))


@page(rules.MANAGE)
def code_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add a code to a site's own list."""
    site = managed_site(request, public_id)
    if not AttendanceCode.objects.filter(series=Series.LESSON, site=site).exists():
        messages.warning(request, "Start a list of the site's own first; the default list stays as it is.")
        return redirect(_back(site))
    form = LessonCodeForm(posted(request), first_day=clock.today())
    if request.method == "POST" and form.is_valid():
        try:
            code = add_code(by=request.user, site=site, **form.cleaned_data)
        except RegisterProblem as stopped:
            form.add_error("code", stopped.sentence)
        else:
            messages.success(request, f"{code.code} {code.short} is in the list.")
            return redirect(_back(site))
    return _form(request, form, site, f"Add a lesson code at {site.name}")


@page(rules.MANAGE)
def code_change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a code from a day on, or end it. A code that marks carry ends, and another starts."""
    code = _own(request, number)
    first = first_day_for(code)
    ending = "end" in request.POST
    form = LessonCodeForm(
        request.POST if request.method == "POST" and not ending else None,
        old=all_codes()[code.pk],
        first_day=first,
        initial={},
    )
    end = EndCodeForm(request.POST if ending else None, first_day=first - ONE_DAY, initial={"valid_to": first})
    if form.is_bound and form.is_valid():
        try:
            changed = change_code(by=request.user, old=code, **form.cleaned_data)
        except RegisterProblem as stopped:
            form.add_error("valid_from", stopped.sentence)
        else:
            messages.success(request, f"{changed.code} {changed.short} is saved.")
            return redirect(_back(code.site))
    if end.is_bound and end.is_valid():
        try:
            end_code(by=request.user, code=code, valid_to=end.cleaned_data["valid_to"])
        except RegisterProblem as stopped:
            end.add_error("valid_to", stopped.sentence)
        else:
            messages.success(request, f"{code.code} ends. Marks that carry it keep what they meant.")
            return redirect(_back(code.site))
    title = f"Change {code.code} {code.short}"
    return _form(request, form, code.site, title, code=code, end=end, first=first)


def _form(request: HttpRequest, form: LessonCodeForm, site: Site | None, title: str, **more: Any) -> HttpResponse:
    end = more.get("end")
    faulty = bool(form.errors or (end is not None and end.errors))
    context = {"form": form, "site": site, "title": title, "back": _back(site)} | more
    return _render(request, "attendance/code_form.html", context, 422 if faulty else 200)


def _own(request: HttpRequest, number: int) -> AttendanceCode:
    """A code of a list that this person manages; the default list and the national codes are nobody's to change."""
    code = AttendanceCode.objects.filter(pk=number, series=Series.LESSON).select_related("site").first()
    if code is None or code.site_id is None or not rules.may_for_site(request.user, rules.MANAGE, code.site_id):
        raise Http404
    if code.pk not in all_codes():
        forget()
    return code


def _back(site: Site | None) -> str:
    return f"{reverse('attendance:code_list')}?show={site.public_id if site else 'sessions'}"


def _chip(label: str, key: str, current: bool) -> dict[str, Any]:
    return {"label": label, "url": f"?show={key}", "count": None, "current": current}


def _render(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    request.current_place = PLACE  # type: ignore[attr-defined]  # read by the shell
    return render(request, template, context, status=status)
