"""Quick notes, about one student or many."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from caseload.registries import answering, passing_on
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from caseload.views.students import first_list
from core.pages.http import form_token, posted
from interventions import actions, queries, rules
from interventions.choices import AUDIENCE_WORDS, Audience
from interventions.forms import NoteForm
from interventions.models import Note
from interventions.subjects import NOTE
from interventions.views.choosing import say_left_out, ticked
from interventions.views.meeting_new import audiences_of
from interventions.views.passing_on import pass_on_typed
from interventions.views.returning import came_from

LOG = "interventions.log_meeting"
READ = "caseload.view_student"


@page(LOG)
def note_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Write a quick note about a student: one sentence and a kind."""
    student = the_student(request, LOG, public_id=student_id)
    back = came_from(request, reverse("caseload:student_detail", args=[student.public_id]))
    people = queries.people_around(student, request.user)
    form = NoteForm(posted(request))
    form.offer_readers(people.nameable)
    token = form_token(request)
    if "pass_on" in request.POST:
        passed = pass_on_typed(request, student, [form], token)
        if passed is not None:
            return passed
    if request.method == "POST" and form.is_valid():
        answers = answering.sent(request.POST)
        actions.quick_note(student, form.said(), token=token, by=request.user, answers=answers)
        messages.success(request, "The note is saved.")
        say_cleared(request, answers)
        return redirect(back)
    context = {
        "student": student,
        "form": form,
        "people": people,
        "audiences": audiences_of(form, people),
        "answers": answering.offered(
            [student.pk], request.user, posted(request), about=NOTE, named=answering.named(request.GET)
        ),
        "taker": passing_on.offered(request.user),
        "token": token,
        "back": back,
    }
    return render(request, "interventions/note_new.html", context, status=422 if form.errors else 200)


@page(LOG)
def note_new_many(request: HttpRequest) -> HttpResponse:
    """Write the same quick note about each of the students ticked in a list."""
    who = ticked(request, LOG)
    students = who.students
    ids = [student.pk for student in students]
    back = came_from(request, reverse(first_list(request.user)))
    form = NoteForm(posted(request))
    form.fields["audience"].choices = Audience.choices[:2]  # type: ignore[attr-defined]  # people are named one by one
    token = form_token(request)
    if request.method == "POST" and students and form.is_valid():
        answers = answering.sent(request.POST)
        actions.quick_note_for_many(students, form.said(), token=token, by=request.user, answers=answers)
        pages = "1 student page" if len(students) == 1 else f"{len(students)} student pages"
        messages.success(request, f"The note is saved on {pages}.")
        say_left_out(request, who.left_out)
        say_cleared(request, answers)
        return redirect(back)
    context = {
        "students": students,
        "who": who,
        "form": form,
        "audiences": [
            {"choice": choice, "words": AUDIENCE_WORDS[Audience(choice.data["value"])]} for choice in form["audience"]
        ],
        "answers": answering.offered(ids, request.user, posted(request), about=NOTE),
        "token": token,
        "back": back,
    }
    return render(request, "interventions/note_new_many.html", context, status=422 if form.errors else 200)


@page(READ)
def note_detail(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One quick note; read by its audience."""
    note = fetch(Note.objects.select_related("student", "written_by"), request.user, READ, public_id=note_id)
    context: dict[str, Any] = {
        "note": note,
        "student": note.student,
        "readers": note.readers.order_by("sort_key", "pk"),
        "may_seal": request.user.has_perm("interventions.seal_note") and rules.may_seal(request.user, note),
        "trail": [
            (note.student.full_name, reverse("caseload:student_detail", args=[note.student.public_id])),
            (note.get_kind_display(), ""),
        ],
    }
    return render(request, "interventions/note_detail.html", context)
