"""Marks from the MIS in the browser: what came, upload, preview, confirm."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance import rules
from attendance.actions.missing_marks import expect_no_more
from attendance.models import MarkDelivery
from attendance.queries.registers.feeds import feeds_of, missing_at, missing_from
from core import clock, wording
from core.private.files import FileGone
from exchange.actions import marks
from exchange.actions.uploads import NotAsItWas
from exchange.choices import DateOrder
from exchange.forms.marks import MarksForm
from exchange.models import MarkImport

SHOWN_RUNS, SHOWN_DELIVERIES, SHOWN_PROBLEMS = 10, 50, 200


@page(rules.IMPORT)
def mark_import_list(request: HttpRequest) -> HttpResponse:
    """How far the marks of each site have come, an upload, and what was delivered before."""
    moment = clock.local(clock.now()).replace(second=0, microsecond=0)
    initial = {"covers_until": moment}
    asked = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = MarksForm(*asked, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        run = marks.take_marks(request.user, given["site"], given["file"], given["covers_until"], given["dates"])
        return redirect("exchange:mark_import_detail", run.public_id)
    held = rules.sites_held(request.user, rules.IMPORT)
    sites = None if held is None else set(held)
    missing = missing_at(sites)
    mine = MarkImport.objects.visible_to(request.user, rules.IMPORT).exclude(stage=MarkImport.Stage.LOADED)
    deliveries = MarkDelivery.objects.visible_to(request.user, rules.IMPORT).select_related("site", "brought_by")
    context = {
        "form": form,
        "feeds": [(feed, missing.get(feed.site_id, [])) for feed in feeds_of(sites)],
        "runs": mine.exclude(state="cancelled").select_related("asked_by", "upload", "site")[:SHOWN_RUNS],
        "deliveries": deliveries.defer("problems")[:SHOWN_DELIVERIES],
        "shown": SHOWN_DELIVERIES,
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
        "orders": [(order, order.label) for order in (DateOrder.DMY, DateOrder.MDY)],
        "missing": missing_days(result),
        "may_answer": preview and run.state == "done",
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
        messages.info(request, "They are being imported already, or were discarded.")
    return redirect("exchange:mark_import_detail", run.public_id)


@page(rules.IMPORT)
@require_POST
def mark_import_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say how the dates of an upload of marks are written; it is read again."""
    run = fetch(MarkImport.objects.select_related("site"), request.user, rules.IMPORT, public_id=public_id)
    dates = request.POST.get("dates", "")
    if dates not in {DateOrder.MDY, DateOrder.DMY}:
        messages.error(request, "Choose how the dates are written.")
        return redirect("exchange:mark_import_detail", run.public_id)
    try:
        marks.read_dates(request.user, run, dates)
    except NotAsItWas:
        messages.info(request, "They are being imported already, or were discarded.")
    return redirect("exchange:mark_import_detail", run.public_id)


def missing_days(result: dict[str, Any]) -> list[tuple[str, int]]:
    """How many rows of each day were left out, in words."""
    return [
        (wording.day(date.fromisoformat(each["date"])) if each["date"] else "no readable date", each["rows"])
        for each in result.get("missing", [])
    ]


@page(rules.IMPORT)
@require_POST
def mark_import_discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Discard previewed marks."""
    run = fetch(MarkImport.objects.select_related("site", "upload"), request.user, rules.IMPORT, public_id=public_id)
    try:
        marks.discard_marks(request.user, run)
        messages.success(request, "The file has been discarded. No mark was changed.")
    except NotAsItWas:
        messages.info(request, "They are being imported already.")
    except FileGone:
        messages.info(request, "The file was discarded before.")
    return redirect("exchange:mark_import_list")


@page(rules.IMPORT)
def mark_delivery_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One delivery of marks: what it changed, and every row that was left out with its reason."""
    found = fetch(MarkDelivery.objects.select_related("site", "brought_by"), request.user, rules.IMPORT, public_id=public_id)  # fmt: skip
    request.current_place = "exchange:mark_import_list"  # type: ignore[attr-defined]  # read by the shell
    context = {
        "delivery": found,
        "numbers": _numbers(vars(found)),
        "problems": found.problems[:SHOWN_PROBLEMS],
        "missing": missing_from(found),
    }
    return render(request, "exchange/mark_delivery_detail.html", context)


@page(rules.IMPORT)
@require_POST
def mark_delivery_no_more(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that the marks a delivery could not bring will never come."""
    found = fetch(MarkDelivery.objects.all(), request.user, rules.IMPORT, public_id=public_id)
    number = expect_no_more(request.user, found)
    if number:
        marks_words = "1 mark" if number == 1 else f"{number:,} marks"
        messages.success(request, f"Waymark no longer waits for {marks_words} from this file.")
    else:
        messages.info(request, "No mark from this file was still missing, so nothing changed.")
    return redirect("exchange:mark_delivery_detail", found.public_id)


def _numbers(found: dict[str, Any]) -> list[tuple[str, int]]:
    words = (("New", "created"), ("Changed", "changed"), ("The same", "unchanged"), ("Rows left out", "refused"))
    return [(label, found.get(name, 0)) for label, name in words]
