"""Handovers to the next tutor: written student by student, handed over, read and printed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from audit import record
from core import clock
from core.documents.pdf import facts_hash, render_pdf
from core.private.files import safe_name
from interventions.actions import handovers as actions
from interventions.choices import HANDOVER_PRINTED, TEXT_LIMIT
from interventions.queries.handovers import (
    LOG,
    HandoverPage,
    Summary,
    handed_to,
    handover_facts,
    handover_page,
    to_write,
)

TOO_LONG = f"This has {{n:,}} letters; at most {TEXT_LIMIT:,} are kept. It is not saved: shorten it."
HANDED = "It was handed over meanwhile. Take it back to change it; what you typed stands below."


@page(LOG)
def handover_list(request: HttpRequest) -> HttpResponse:
    """The handovers that somebody writes, and those of their students that were handed to them."""
    context = {"writing": to_write(request.user), "handed": handed_to(request.user)}
    return render(request, "interventions/handover_list.html", context)


@page(LOG)
def handover_detail(request: HttpRequest, caseload_id: UUID) -> HttpResponse:
    """Each student of a caseload in a summary, with what the tutor writes for the next one."""
    found = _found(request, caseload_id)
    faults: dict[Any, dict[str, Any]] = {}
    if request.method == "POST":
        if not found.may_write:
            raise Http404
        faults = _save_all(request, found)
        if not faults:
            messages.success(request, "Saved as a draft. The next tutor reads it once you hand it over.")
            return redirect("interventions:handover_detail", caseload_id)
    context = {
        "found": found,
        "rows": [_row(summary, faults) for summary in found.summaries],
        "writing": found.may_write and not found.is_handed,
        "faults": faults,
        "trail": [("Handover", reverse("interventions:handover_list")), (found.caseload.name, "")],
    }
    request.current_place = "interventions:handover_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "interventions/handover_detail.html", context, status=422 if faults else 200)


@require_POST
@page(LOG)
def handover_note(request: HttpRequest, caseload_id: UUID, student_id: UUID) -> HttpResponse:
    """Keep what is typed about one student, as it is typed."""
    found = _found(request, caseload_id)
    summary = next((row for row in found.summaries if row.student["public_id"] == student_id), None)
    if summary is None or not found.may_write:
        raise Http404
    fault = _save(request, found, summary)
    row = _row(summary, {student_id: fault} if fault else {})
    return render(request, "interventions/_handover_state.html", {"row": row, "saved_at": clock.now()})


@require_POST
@page(LOG)
def handover_send(request: HttpRequest, caseload_id: UUID) -> HttpResponse:
    """Save what stands in the form, and hand the caseload over."""
    found = _found(request, caseload_id)
    if not found.may_write:
        raise Http404
    if _save_all(request, found):
        return handover_detail(request, caseload_id)
    try:
        actions.hand_over(found.caseload, by=request.user)
        messages.success(request, f"{found.caseload.name} is handed over. The next tutor reads it as soon as they reach the students.")  # fmt: skip
    except actions.AlreadyHanded:
        messages.info(request, "It was handed over already.")
    return redirect("interventions:handover_detail", caseload_id)


@require_POST
@page(LOG)
def handover_take_back(request: HttpRequest, caseload_id: UUID) -> HttpResponse:
    """Make it a draft again."""
    found = _found(request, caseload_id)
    if not found.may_write:
        raise Http404
    if actions.take_back(found.caseload, by=request.user):
        messages.success(request, "It is a draft again. The next tutor no longer reads it.")
    return redirect("interventions:handover_detail", caseload_id)


@page(LOG)
def handover_print(request: HttpRequest, caseload_id: UUID) -> HttpResponse:
    """The handover as a PDF, with what this very reader may know; making it is recorded."""
    found = _found(request, caseload_id)
    facts = handover_facts(found)
    file = render_pdf(
        "interventions/print/handover.html",
        {"facts": facts},
        title=f"Handover of {found.caseload.name}",
        facts_hash=facts_hash(facts),
        snapshot_at=clock.now(),
    )
    details = {"students": len(found.summaries)}
    record.record(request.user, HANDOVER_PRINTED, "caseload", found.caseload.pk, details=details)
    name = safe_name(f"handover-{found.caseload.name}.pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(file, content_type="application/pdf", headers=headers)


def _found(request: HttpRequest, caseload_id: UUID) -> HandoverPage:
    found = handover_page(request.user, caseload_id)
    if found is None:
        raise Http404
    return found


def _save_all(request: HttpRequest, found: HandoverPage) -> dict[Any, dict[str, Any]]:
    """Save every box of the form; gives what could not be saved, by student."""
    faults = {}
    for summary in found.summaries:
        if f"note-{summary.student['public_id']}" in request.POST and (fault := _save(request, found, summary)):
            faults[summary.student["public_id"]] = fault
    return faults


def _save(request: HttpRequest, found: HandoverPage, summary: Summary) -> dict[str, Any]:
    """Save one box. Gives the fault, with what was typed and what stands there now; empty when it is saved."""
    key = summary.student["public_id"]
    typed = request.POST.get(f"note-{key}", "")
    sent = request.POST.get(f"version-{key}", "")
    version = int(sent) if sent.isascii() and sent.isdigit() else 0
    if len(typed) > TEXT_LIMIT:
        return {"words": TOO_LONG.format(n=len(typed)), "typed": typed}
    try:
        summary.note = actions.write_note(found.caseload, summary.student["id"], typed, version, by=request.user)
    except actions.NoteChanged as changed:
        summary.note = changed.note
        who = changed.note.written_by.formal_name
        return {"words": f"{who} wrote this meanwhile. Save again to put yours in its place.", "typed": typed, "theirs": changed.note.text}  # fmt: skip
    except actions.AlreadyHanded:
        return {"words": HANDED, "typed": typed}
    return {}


def _row(summary: Summary, faults: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    fault = faults.get(summary.student["public_id"])
    note = summary.note
    return {
        "summary": summary,
        "student": summary.student,
        "fault": fault,
        "text": fault["typed"] if fault else note.text if note else "",
        "version": note.version if note else 0,
    }
