"""Marks from the MIS in the browser: what came, upload, preview, confirm."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance import rules
from attendance.models import MarkDelivery
from attendance.queries.feeds import feeds_of
from core import clock
from core.files import FileGone
from exchange.actions import marks
from exchange.actions.uploads import NotAsItWas
from exchange.mark_forms import MarksForm
from exchange.models import MarkImport

SHOWN_RUNS, SHOWN_DELIVERIES, SHOWN_PROBLEMS = 10, 50, 200


@page(rules.IMPORT)
def mark_import_list(request: HttpRequest) -> HttpResponse:
    """How far the marks of each site have come, an upload, and what was delivered before."""
    initial = {"covers_until": clock.local(clock.now()).replace(second=0, microsecond=0)}
    asked = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = MarksForm(*asked, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        run = marks.take_marks(request.user, given["site"], given["file"], given["covers_until"])
        return redirect("exchange:mark_import_detail", run.public_id)
    held = rules.sites_held(request.user, rules.IMPORT)
    mine = MarkImport.objects.visible_to(request.user, rules.IMPORT).exclude(stage=MarkImport.Stage.LOADED)
    deliveries = MarkDelivery.objects.visible_to(request.user, rules.IMPORT).select_related("site", "brought_by")
    context = {
        "form": form,
        "feeds": feeds_of(None if held is None else set(held)),
        "runs": mine.exclude(state="cancelled").select_related("asked_by", "upload", "site")[:SHOWN_RUNS],
        "deliveries": deliveries.defer("problems")[:SHOWN_DELIVERIES],
    }
    return render(request, "exchange/mark_import_list.html", context, status=422 if form.errors else 200)


@page(rules.IMPORT)
def mark_import_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a file of marks would change, or did, with every problem; and the button that brings it in."""
    run = fetch(MarkImport.objects.select_related("upload", "site", "asked_by"), request.user, rules.IMPORT, public_id=public_id)  # fmt: skip
    result: dict[str, Any] = run.result or {}
    preview = run.stage == MarkImport.Stage.PREVIEW
    context = {
        "run": run,
        "result": result,
        "numbers": _numbers(result),
        "problems": result.get("problems", [])[:SHOWN_PROBLEMS],
        "changes": result.get("created", 0) + result.get("changed", 0),
        "may_confirm": preview and run.state == "done" and not result.get("fatal"),
        "may_discard": preview and run.state in {"done", "failed", "waiting"},
    }
    request.current_place = "exchange:mark_import_list"  # type: ignore[attr-defined]  # read by the shell
    template = "exchange/mark_import_detail.html"
    return render(request, f"{template}#state" if getattr(request, "htmx", None) else template, context)


@page(rules.IMPORT)
@require_POST
def mark_import_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring previewed marks in."""
    run = fetch(MarkImport.objects.select_related("site"), request.user, rules.IMPORT, public_id=public_id)
    try:
        marks.confirm_marks(request.user, run)
    except NotAsItWas:
        messages.info(request, "They are being brought in already, or were thrown away.")
    return redirect("exchange:mark_import_detail", run.public_id)


@page(rules.IMPORT)
@require_POST
def mark_import_discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw previewed marks away."""
    run = fetch(MarkImport.objects.select_related("site", "upload"), request.user, rules.IMPORT, public_id=public_id)
    try:
        marks.discard_marks(request.user, run)
        messages.success(request, "Thrown away. No mark was changed.")
    except NotAsItWas:
        messages.info(request, "They are being brought in already.")
    except FileGone:
        messages.info(request, "The file was thrown away before.")
    return redirect("exchange:mark_import_list")


@page(rules.IMPORT)
def mark_delivery_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One delivery of marks: what it changed, and every row that was left out with its reason."""
    found = fetch(MarkDelivery.objects.select_related("site", "brought_by"), request.user, rules.IMPORT, public_id=public_id)  # fmt: skip
    request.current_place = "exchange:mark_import_list"  # type: ignore[attr-defined]  # read by the shell
    context = {"delivery": found, "numbers": _numbers(vars(found)), "problems": found.problems[:SHOWN_PROBLEMS]}
    return render(request, "exchange/mark_delivery_detail.html", context)


def _numbers(found: dict[str, Any]) -> list[tuple[str, int]]:
    words = (("New", "created"), ("Changed", "changed"), ("The same", "unchanged"), ("Rows left out", "refused"))
    return [(label, found.get(name, 0)) for label, name in words]
