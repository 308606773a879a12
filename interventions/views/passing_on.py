"""Passing on what was disclosed: from a form that is open, from what a student wrote, and sealing a saved note."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from interventions import actions, rules
from interventions.fields import Words, cleaned
from interventions.models import Meeting, Note, StudentWords

LOG = "interventions.log_meeting"
SEAL = "interventions.seal_note"


def pass_on_typed(
    request: HttpRequest,
    student: Student,
    parts: Iterable[forms.Form],
    key: UUID,
    typed: Mapping[str, Any] | None = None,
    taken_up: Collection[UUID] = (),
) -> HttpResponse | None:
    """Pass on every word of the open form, and go on to the page that says what happens next; nothing when it has no word."""
    written = _written(request, parts)
    if not written:
        return None
    post = request.POST
    address = actions.pass_on_form(
        student,
        written,
        key=key,
        safe_now=post.get("safe_now", ""),
        by=request.user,
        page=request.path,
        typed=typed,
        drafts=taken_up,
    )
    messages.success(request, "Your words went to the safeguarding team. They are kept nowhere else.")
    return redirect(address)


def _written(request: HttpRequest, parts: Iterable[forms.Form]) -> list[tuple[str, str]]:
    """What was written, field by field, as it was typed."""
    return [
        (str(field.label), words)
        for part in parts
        for name, field in part.fields.items()
        if isinstance(field, Words) and (words := cleaned(request.POST.get(part.add_prefix(name), "")).strip())
    ]


@page(LOG)
@require_POST
def student_words_pass_on(request: HttpRequest, words_id: UUID) -> HttpResponse:
    """Pass on what a student wrote before a one-to-one."""
    words = fetch(StudentWords.objects.select_related("student"), request.user, LOG, public_id=words_id)
    return redirect(actions.pass_on_student_words(words, safe_now=request.POST.get("safe_now", ""), by=request.user))


@page(SEAL)
@require_http_methods(["GET", "POST"])
def note_seal(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Seal a quick note."""
    return _seal(request, fetch(Note.objects.select_related("student"), request.user, SEAL, public_id=note_id))


@page(SEAL)
@require_http_methods(["GET", "POST"])
def meeting_seal(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Seal a one-to-one."""
    return _seal(request, fetch(Meeting.objects.select_related("student"), request.user, SEAL, public_id=meeting_id))


def _seal(request: HttpRequest, written: Meeting | Note) -> HttpResponse:
    """Ask once, then seal."""
    kind = written._meta.model_name
    back = reverse(f"interventions:{kind}_detail", args=[written.public_id])
    if written.sealed_at is not None or not rules.may_seal(request.user, written):  # type: ignore[arg-type]  # signed in
        messages.info(request, "It is sealed already.")
        return redirect("caseload:student_detail", public_id=written.student.public_id)
    if request.method == "POST":
        return redirect(actions.seal_note(written, by=request.user))  # type: ignore[arg-type]  # signed in
    context = {"written": written, "student": written.student, "kind": kind, "back": back}
    return render(request, "interventions/note_seal.html", context)
