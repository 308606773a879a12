"""Rosters in the browser: upload, preview, confirm; and the leavers they propose."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from accounts.models import User
from caseload.models import SiteMembership, Student
from core import clock
from exchange.actions import imports, leavers
from exchange.actions.uploads import NotAsItWas
from exchange.choices import Kind
from exchange.forms import LeaverForm, UploadForm
from exchange.models import RosterImport, SourceLink
from exchange.reading import CannotRead
from exchange.rules import IMPORT, check_may_import

SHOWN_PROBLEMS = 200
SHOWN_RUNS = 30


@page(IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """Upload a roster; earlier imports below."""
    check_may_import(request.user)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            run = imports.take_upload(request.user, form.cleaned_data["files"], form.cleaned_data["dates"])
        except CannotRead as why:
            form.add_error("files", str(why))
        else:
            return redirect("exchange:import_detail", run.public_id)
    runs = RosterImport.objects.visible_to(request.user, IMPORT).select_related("asked_by", "upload")[:SHOWN_RUNS]
    context = {"form": form, "runs": runs, "leavers": _open_links().count()}
    return render(request, "exchange/import_list.html", context, status=422 if form.errors else 200)


@page(IMPORT)
def import_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a roster would change, or did: counts, problems, proposed leavers; and the button that brings it in."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    result: dict[str, Any] = run.result or {}
    context = {
        "run": run,
        "result": result,
        "counts": [
            {
                "label": kind.label,
                **{word: result.get(word, {}).get(kind.value, 0) for word in ("created", "updated", "unchanged")},
            }
            for kind in Kind
        ],
        "problems": result.get("problems", [])[:SHOWN_PROBLEMS],
        "may_confirm": run.stage == RosterImport.Stage.PREVIEW and run.state == "done" and not result.get("fatal"),
        "may_discard": run.stage == RosterImport.Stage.PREVIEW and run.state in {"done", "failed", "waiting"},
    }
    request.current_place = "exchange:import_list"  # type: ignore[attr-defined]  # read by the shell
    template = "exchange/import_detail.html"
    return render(request, f"{template}#state" if getattr(request, "htmx", None) else template, context)


@page(IMPORT)
@require_POST
def import_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring a previewed roster in."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    try:
        imports.confirm_import(request.user, run)
    except NotAsItWas:
        messages.info(request, "It is being imported already, or was thrown away.")
    return redirect("exchange:import_detail", run.public_id)


@page(IMPORT)
@require_POST
def import_discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw a previewed roster away."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    try:
        imports.discard_import(request.user, run)
        messages.success(request, "Thrown away. Nothing was changed.")
    except NotAsItWas:
        messages.info(request, "It is being imported already.")
    return redirect("exchange:import_list")


def _open_links() -> Any:
    return SourceLink.objects.filter(missing_since__isnull=False, settled_at=None, kind__in=(Kind.STUDENT, Kind.STAFF))


@page(IMPORT)
def leaver_list(request: HttpRequest) -> HttpResponse:
    """People whom their roster no longer names: end them, or say that they are still here."""
    check_may_import(request.user)
    links = list(_open_links().order_by("-missing_since", "pk"))
    students = Student.objects.in_bulk([link.object_id for link in links if link.kind == Kind.STUDENT])
    staff = User.objects.in_bulk([link.object_id for link in links if link.kind == Kind.STAFF])
    sites = dict(
        SiteMembership.objects.filter(student__in=students, period__contains=clock.today()).values_list(
            "student_id", "site__name"
        )
    )
    rows = [
        {"link": link, "student": students.get(link.object_id), "site": sites.get(link.object_id, "")}
        if link.kind == Kind.STUDENT
        else {"link": link, "staff": staff.get(link.object_id)}
        for link in links
    ]
    return render(request, "exchange/leaver_list.html", {"rows": rows, "today": clock.today()})


def _link(number: int) -> SourceLink:
    return get_object_or_404(_open_links(), pk=number)


@page(IMPORT)
@require_POST
def leaver_end(request: HttpRequest, number: int) -> HttpResponse:
    """End a student who has left."""
    check_may_import(request.user)
    link = _link(number)
    form = LeaverForm(request.POST)
    if not form.is_valid() or link.kind != Kind.STUDENT:
        words = " ".join(str(fault) for faults in form.errors.values() for fault in faults)
        messages.error(request, words or "Staff are ended on their own page.")
        return redirect("exchange:leaver_list")
    try:
        leavers.end_leaver(request.user, link, form.cleaned_data["last_day"], form.cleaned_data["reason"])
        messages.success(request, "Ended. Everything recorded about them stays.")
    except leavers.AlreadySettled:
        messages.info(request, "Somebody settled this before.")
    return redirect("exchange:leaver_list")


@page(IMPORT)
@require_POST
def leaver_keep(request: HttpRequest, number: int) -> HttpResponse:
    """Say that somebody is still here."""
    check_may_import(request.user)
    try:
        leavers.keep_leaver(request.user, _link(number))
        messages.success(request, "Kept. They are proposed no longer.")
    except leavers.AlreadySettled:
        messages.info(request, "Somebody settled this before.")
    return redirect("exchange:leaver_list")
