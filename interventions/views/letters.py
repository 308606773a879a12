"""Letters home: choose one for ticked students, look at who would get what, send it; and the templates."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.gates import fetch, page
from audit import record
from caseload.models import Student
from core.pages.http import posted, sent_key, sent_keys, wants_part
from core.private.files import FileGone, file_response
from interventions import choices
from interventions.actions import letters as actions
from interventions.forms_letters import LetterForm, LetterNewForm, LetterTemplateForm
from interventions.letters import PLACES
from interventions.models import Case, Letter, LetterBatch, LetterTemplate
from interventions.queries.letters import letters_in
from interventions.views.choosing import ticked

WRITE, SEND, MANAGE = actions.WRITE, actions.SEND, actions.MANAGE


@page(WRITE)
def letter_new(request: HttpRequest) -> HttpResponse:
    """Choose the letter to draft for one or many students."""
    who = ticked(request, WRITE)
    students = who.students
    case = _case(request)
    form = LetterNewForm(
        posted(request),
        templates=actions.templates_for(request.user, students),
        initial={"form_token": uuid4(), "template": _wanted(request)},
    )
    if request.method == "POST" and form.is_valid() and students:
        values = form.cleaned_data
        batch = actions.draft_letters(
            request.user, values["template"], who.everybody, token=values["form_token"], case=case
        )
        return redirect("interventions:letter_batch", batch.public_id)
    context = {"form": form, "students": students, "who": who, "case": case}
    return render(request, "interventions/letter_new.html", context, status=422 if form.errors else 200)


@page(WRITE)
def letter_for(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Write home about one student, from their page."""
    student = fetch(Student, request.user, WRITE, public_id=student_id)
    return redirect(f"{reverse('interventions:letter_new')}?student={student.public_id}")


def _case(request: HttpRequest) -> Case | None:
    key = sent_key(request.POST.get("case") or request.GET.get("case"))
    return fetch(Case, request.user, SEND, public_id=key) if key else None


def _wanted(request: HttpRequest) -> int | None:
    key = sent_key(request.GET.get("template"))
    return LetterTemplate.objects.filter(public_id=key).values_list("pk", flat=True).first() if key else None


@page(WRITE)
def letter_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Who would get what: every letter before it goes, who is left out and why; and how far sending has got."""
    batch = fetch(LetterBatch.objects.select_related("template"), request.user, WRITE, public_id=batch_id)
    if wants_part(request) and batch.stage != LetterBatch.Stage.SENDING:
        return HttpResponseClientRefresh()  # it is over: each letter's line has changed too
    rows = letters_in(batch.pk)
    context = {"batch": batch, "rows": rows, "no_email": [row for row in rows if not row["email"]]}
    template = "interventions/letter_batch.html"
    return render(request, f"{template}#state" if wants_part(request) else template, context)


@require_POST
@page(WRITE)
def letter_send(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Send the letters ticked, or all where none is; or throw the ticked ones away."""
    batch = fetch(LetterBatch, request.user, WRITE, public_id=batch_id)
    chosen = sent_keys(request.POST.getlist("letter"))
    confirmed = sent_keys(request.POST.getlist("confirmed"))
    try:
        if "drop" in request.POST:
            if chosen:
                actions.drop_letters(request.user, batch, chosen)
            else:
                messages.error(request, "Tick the letters that are to be thrown away.")
        elif "drop_all" in request.POST:
            actions.drop_letters(request.user, batch)
            messages.success(request, "Thrown away. Nothing went out.")
        elif request.POST.get("how") in choices.SentHow.values:
            kept = actions.send_letters(request.user, batch, request.POST["how"], chosen, confirmed=confirmed)
            if kept is not None:
                messages.info(request, _kept(kept.letters.count()))
    except actions.LetterChanged:
        messages.info(request, "These letters were sent or thrown away already.")
    except actions.NothingToSend as why:
        messages.error(request, str(why))
    return redirect("interventions:letter_batch", batch.public_id)


def _kept(number: int) -> str:
    letters = (
        "1 letter was not ticked and stays a draft"
        if number == 1
        else f"{number} letters were not ticked and stay drafts"
    )
    return f"{letters}. Open My work to send or discard what is left."


@page(WRITE)
def letter_edit(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Change the words of one letter before it goes."""
    letter = fetch(
        Letter.objects.select_related("batch", "student", "contact"), request.user, WRITE, public_id=letter_id
    )
    initial = {"subject": letter.subject, "body": letter.body, "version": letter.version}
    form = LetterForm(posted(request), initial=initial)
    sent = letter.state != choices.LetterState.DRAFT or letter.batch.stage != LetterBatch.Stage.DRAFT
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_letter(request.user, letter, **form.cleaned_data)
        except actions.LetterChanged:
            theirs = Letter.objects.get(pk=letter.pk)
            form.add_error(None, "Somebody changed or sent this letter meanwhile; nothing was saved.")
        else:
            return redirect("interventions:letter_batch", letter.batch.public_id)
    context = {"letter": letter, "form": form, "theirs": theirs, "sent": sent}
    return render(request, "interventions/letter_edit.html", context, status=422 if form.errors else 200)


@page(WRITE)
def letter_file(request: HttpRequest, letter_id: UUID) -> HttpResponseBase:
    """The letter as it was sent."""
    letter = fetch(Letter.objects.select_related("file"), request.user, WRITE, public_id=letter_id)
    if letter.file is None:
        raise Http404
    record.record(request.user, choices.LETTER_READ, "letter", letter.pk, details={"student": letter.student_id})
    return _file(letter.file)


@page(WRITE)
def letter_print(request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
    """All letters of a batch as one document, for the printer."""
    batch = fetch(LetterBatch.objects.select_related("file"), request.user, WRITE, public_id=batch_id)
    if batch.file is None:
        raise Http404
    record.record(request.user, choices.LETTER_READ, "letter_batch", batch.pk)
    return _file(batch.file)


def _file(stored: Any) -> HttpResponseBase:
    try:
        return file_response(stored)
    except FileGone:
        raise Http404 from None


@page(MANAGE)
def letter_template_list(request: HttpRequest) -> HttpResponse:
    """The letters that staff send again and again."""
    templates = LetterTemplate.objects.select_related("changed_by")
    return render(request, "interventions/letter_template_list.html", {"templates": templates})


@page(MANAGE)
def letter_template_edit(request: HttpRequest, template_id: UUID | None = None) -> HttpResponse:
    """Add a letter template, or change one."""
    template = get_object_or_404(LetterTemplate, public_id=template_id) if template_id else None
    names = ("name", "language", "subject", "body", "active", "for_tutors", "version")
    initial = {name: getattr(template, name) for name in names} if template else None
    form = LetterTemplateForm(posted(request), template=template, initial=initial)
    theirs = None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version") or 0
        try:
            actions.save_template(request.user, template, version=version, **values)
        except actions.LetterChanged:
            theirs = LetterTemplate.objects.get(pk=template.pk) if template else None
            form.add_error(None, "Somebody else changed this letter meanwhile; both versions are below.")
        else:
            messages.success(request, "Saved. Letters drafted before stay as they are.")
            return redirect("interventions:letter_template_list")
    context = {
        "form": form,
        "template": template,
        "theirs": theirs,
        "places": [(f"{{{name}}}", words) for name, words in PLACES.items()],
        "trail": [
            ("Letters", reverse("interventions:letter_template_list")),
            (template.name if template else "Add", None),
        ],
    }
    return render(request, "interventions/letter_template_edit.html", context, status=422 if form.errors else 200)
