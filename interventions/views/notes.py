"""Quick notes."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from caseload import reasons
from caseload.models import Student
from interventions import actions, queries
from interventions.forms import NoteForm
from interventions.models import Note
from interventions.views.meeting_new import audiences_of
from interventions.views.returning import came_from

LOG = "interventions.log_meeting"
READ = "caseload.view_student"


@page(LOG)
def note_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Write a quick note about a student: one sentence and a kind."""
    student = fetch(Student, request.user, LOG, public_id=student_id)
    back = came_from(request, reverse("caseload:student_detail", args=[student.public_id]))
    people = queries.people_around(student, request.user)
    form = NoteForm(request.POST or None)
    form.offer_readers(people.nameable)
    token = _token(request.POST.get("form_token", ""))
    if request.method == "POST" and form.is_valid():
        actions.quick_note(student, form.said(), token=token, by=request.user, answers=reasons.sent(request.POST))
        messages.success(request, "The note is saved.")
        return redirect(back)
    context = {
        "student": student,
        "form": form,
        "people": people,
        "audiences": audiences_of(form, people),
        "answers": reasons.offered([student.pk], request.user, request.POST or None),
        "token": token,
        "back": back,
    }
    return render(request, "interventions/note_new.html", context, status=422 if form.errors else 200)


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


@page(READ)
def note_detail(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One quick note; read by its audience."""
    note = fetch(Note.objects.select_related("student", "written_by"), request.user, READ, public_id=note_id)
    context = {
        "note": note,
        "student": note.student,
        "readers": note.readers.order_by("sort_key", "pk"),
        "trail": [
            (note.student.full_name, reverse("caseload:student_detail", args=[note.student.public_id])),
            (note.get_kind_display(), ""),
        ],
    }
    return render(request, "interventions/note_detail.html", context)
