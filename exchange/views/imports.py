"""Students and staff from the MIS in the browser: upload, preview, answer what it asks, confirm."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from exchange.actions import imports, namesakes
from exchange.actions.uploads import NotAsItWas
from exchange.bundle import ROW
from exchange.choices import DateOrder, Kind
from exchange.forms.rosters import UploadForm
from exchange.models import RosterImport
from exchange.queries import open_links, sources_known
from exchange.rules import IMPORT, check_may_import
from exchange.tables import CannotRead

SHOWN_PROBLEMS, SHOWN_CHANGES, SHOWN_RUNS = 200, 200, 30
UNNAMED = ("sds", "oneroster")  # what a source is called for want of a name
BEGUN = "This upload is being imported already, or was discarded."


@page(IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """Upload students and staff; earlier imports below."""
    check_may_import(request.user)
    sources = sources_known()
    # Where several are known none is proposed: the wrong one would take everybody for somebody else.
    only = sources[0] if len(sources) == 1 and sources[0] not in UNNAMED else ""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm(initial={"source": only})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            run = imports.take_upload(request.user, said["files"], said["dates"], said["source"])
        except CannotRead as why:
            form.add_error("files", str(why))
        else:
            return redirect("exchange:import_detail", run.public_id)
    runs = RosterImport.objects.visible_to(request.user, IMPORT).select_related("asked_by", "upload")[:SHOWN_RUNS]
    context = {
        "form": form,
        "runs": runs,
        "leavers": open_links().count(),
        "sources": sources,
        "shown": SHOWN_RUNS,
    }
    return render(request, "exchange/import_list.html", context, status=422 if form.errors else 200)


@page(IMPORT)
def import_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """What an upload would change, or did: everybody counted, old beside new, who is left out, and what it asks."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    result: dict[str, Any] = run.result or {}
    preview = run.stage == RosterImport.Stage.PREVIEW
    context = {
        "run": run,
        "result": result,
        "counts": [_counted(result, kind) for kind in Kind],
        "unread": result.get("left_out", {}).get(ROW, 0),
        "problems": result.get("problems", [])[:SHOWN_PROBLEMS],
        "changed": result.get("changed", [])[:SHOWN_CHANGES],
        "orders": [(order, order.label) for order in (DateOrder.DMY, DateOrder.MDY)],
        "may_answer": preview and run.state == "done",
        "may_confirm": preview and run.state == "done" and not result.get("fatal"),
        "may_discard": preview and run.state in {"done", "failed", "waiting"},
    }
    request.current_place = "exchange:import_list"  # type: ignore[attr-defined]  # read by the shell
    template = "exchange/import_detail.html"
    return render(request, f"{template}#state" if getattr(request, "htmx", None) else template, context)


def _counted(result: dict[str, Any], kind: Kind) -> dict[str, Any]:
    words = ("created", "updated", "unchanged", "left_out")
    numbers = {word: result.get(word, {}).get(kind.value, 0) for word in words}
    return {"label": kind.label, **numbers, "all": sum(numbers.values())}


@page(IMPORT)
@require_POST
def import_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring a previewed upload in."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    try:
        imports.confirm_import(request.user, run, agreed=request.POST.get("agreed") == "yes")
    except NotAsItWas:
        messages.info(request, BEGUN)
    except imports.LeaversUnconfirmed:
        words = "Nothing was imported. Check the leavers below, and tick that the files are complete."
        messages.error(request, words)
    return redirect("exchange:import_detail", run.public_id)


@page(IMPORT)
@require_POST
def import_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say how the dates of an upload are written; it is read again."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    dates = request.POST.get("dates", "")
    if dates not in {DateOrder.MDY, DateOrder.DMY}:
        messages.error(request, "Choose how the dates are written.")
        return redirect("exchange:import_detail", run.public_id)
    try:
        imports.read_dates(request.user, run, dates)
    except NotAsItWas:
        messages.info(request, BEGUN)
    return redirect("exchange:import_detail", run.public_id)


@page(IMPORT)
@require_POST
def import_namesakes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say who is the same person as somebody here, and who is another; the upload is read again."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    asked = [each["id"] for each in (run.result or {}).get("namesakes", [])]
    answers = {
        source_id: answer for at, source_id in enumerate(asked) if (answer := request.POST.get(f"answer-{at}", ""))
    }  # fmt: skip
    if not answers:
        messages.error(request, "Choose an answer for at least one student.")
        return redirect("exchange:import_detail", run.public_id)
    try:
        count = namesakes.answer_namesakes(request.user, run, answers)
        answered = "1 answer is" if count == 1 else f"{count} answers are"
        messages.success(request, f"{answered} kept for this source. The files are being read again.")
    except NotAsItWas:
        messages.info(request, BEGUN)
    except namesakes.NotOffered:
        messages.error(request, "Something changed while you were answering. Look at the questions again.")
    return redirect("exchange:import_detail", run.public_id)


@page(IMPORT)
@require_POST
def import_discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Discard a previewed upload."""
    run = fetch(RosterImport, request.user, IMPORT, public_id=public_id)
    try:
        imports.discard_import(request.user, run)
        messages.success(request, "The upload has been discarded. Nothing was changed.")
    except NotAsItWas:
        messages.info(request, "This upload is being imported already.")
    return redirect("exchange:import_list")
