"""The adults around a student and the log of being in touch."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.gates import page
from caseload.actions import contacts as actions
from caseload.forms.contacts import AdditionForm, ContactForm, ContactLogForm
from caseload.models import Contact, ContactLogEntry, Student, StudentContact
from caseload.queries.contacts import contact_log as log_of
from caseload.queries.contacts import contacts_of
from caseload.queries.home import home_standing, recipients
from caseload.queries.visits import open_visits_of
from caseload.registries import answering
from caseload.registries.columns import student_actions_for
from caseload.rules.students import LOG_CONTACT, MANAGE_STUDENTS, VIEW_CONTACTS, reaches
from caseload.subjects import BEING_IN_TOUCH
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core.pages.http import posted


@page(VIEW_CONTACTS)
def contact_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """A student's contacts in order of priority, and the whole contact log."""
    student = the_student(request, VIEW_CONTACTS, public_id=public_id)
    home = {str(found.public_id): found for found in recipients([student.pk])[student.pk]}
    context = {
        "student": student,
        "contacts": [row | {"home": home.get(str(row["public_id"]))} for row in contacts_of(student)],
        "home": home_standing(student),
        "log": log_of(student),
        "visits": open_visits_of(student),
        "home_name": student.home_name if student.home_name != student.full_name else "",
        "may_log": reaches(request.user, LOG_CONTACT, student),
        "may_edit": reaches(request.user, MANAGE_STUDENTS, student),
        "write_home": _action_url("letter", request.user, student),
        "trail": _trail(student, "Contacts"),
    }
    return render(request, "caseload/contact_list.html", context)


def _action_url(key: str, user: Any, student: Student) -> str:
    """Where something that an app above adds about a student is done; nothing for somebody who may not."""
    action = next((each for each in student_actions_for(user) if each.key == key), None)
    return (
        reverse(action.url_name, args=[student.public_id])
        if action and reaches(user, action.permission, student)
        else ""
    )


@page(LOG_CONTACT)
def contact_log(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down that we were in touch about a student."""
    student = the_student(request, LOG_CONTACT, public_id=public_id)
    contacts = contacts_of(student) if reaches(request.user, VIEW_CONTACTS, student) else []
    form = ContactLogForm(posted(request), contacts=contacts, initial=_chosen(request, contacts))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        contact_id = values.pop("contact")
        contact = Contact.objects.get(public_id=contact_id) if contact_id else None
        answers = answering.sent(request.POST)
        actions.log_contact(request.user, student, contact=contact, answers=answers, **values)
        say_cleared(request, answers)
        return redirect(_back(request, student))
    context = {
        "student": student,
        "form": form,
        "answers": answering.offered(
            [student.pk], request.user, posted(request), about=BEING_IN_TOUCH, named=answering.named(request.GET)
        ),
        "back": _back(request, student),
        "barred": [contact for contact in contacts if contact["no_contact"]],
        "home_name": student.home_name if student.home_name != student.full_name else "",
        "trail": _trail(student, "Log a contact"),
    }
    return render(request, "caseload/contact_log.html", context, status=422 if form.errors else 200)


@page(LOG_CONTACT)
def contact_entry_add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add to an entry of the contact log: a correction, or what came later."""
    student = the_student(request, LOG_CONTACT, contact_log__public_id=public_id)
    entry = get_object_or_404(ContactLogEntry, public_id=public_id, student=student)
    form = AdditionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.add_to_contact_entry(request.user, entry, form.cleaned_data["words"])
        return redirect(f"{reverse('caseload:contact_list', args=[student.public_id])}#entry-{entry.public_id}")
    context = {"student": student, "entry": entry, "form": form, "trail": _trail(student, "Add to an entry")}
    return render(request, "caseload/contact_entry_add.html", context, status=422 if form.errors else 200)


@require_POST
@page(LOG_CONTACT)
def contact_follow_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that a contact was followed up."""
    student = the_student(request, LOG_CONTACT, contact_log__public_id=public_id)
    entry = get_object_or_404(ContactLogEntry, public_id=public_id, student=student)
    try:
        actions.follow_up_contact(request.user, entry)
    except actions.AlreadyFollowedUp:
        messages.info(request, "Somebody has followed this up already.")
    on_page = f"{reverse('caseload:contact_list', args=[student.public_id])}#entry-{entry.public_id}"
    return redirect(_back(request, student) if request.POST.get("next") else on_page)


@page(MANAGE_STUDENTS)
def contact_add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add an adult around a student."""
    student = the_student(request, MANAGE_STUDENTS, public_id=public_id)
    there = contacts_of(student)
    form = ContactForm(posted(request), among=there, initial={"priority": len(there) + 1})
    if request.method == "POST" and form.is_valid():
        link = actions.add_contact(request.user, student, **form.cleaned_data)
        messages.success(request, f"{link.contact.full_name} is a contact of {student.full_name} now.")
        return redirect("caseload:contact_list", student.public_id)
    context = {"student": student, "form": form, "title": "Add a contact", "trail": _trail(student, "Add a contact")}
    return render(request, "caseload/contact_form.html", context, status=422 if form.errors else 200)


@page(MANAGE_STUDENTS)
def contact_edit(request: HttpRequest, public_id: str, contact_id: str) -> HttpResponse:
    """Correct who a contact is and how they stand to a student."""
    student = the_student(request, MANAGE_STUDENTS, public_id=public_id)
    links = StudentContact.objects.select_related("contact", "student")
    link = get_object_or_404(links, student=student, contact__public_id=contact_id, ended_on=None)
    form = ContactForm(posted(request), link=link)
    if request.method == "POST" and form.is_valid():
        corrected = actions.correct_contact(request.user, link, **form.cleaned_data)
        messages.success(request, f"The details of {corrected.contact.full_name} are as you gave them now.")
        return redirect("caseload:contact_list", student.public_id)
    shared = StudentContact.objects.filter(contact=link.contact, ended_on=None).exclude(pk=link.pk).count()
    context = {
        "student": student,
        "form": form,
        "title": "Correct a contact",
        "shared": shared,
        "trail": _trail(student, "Correct a contact"),
    }
    return render(request, "caseload/contact_form.html", context, status=422 if form.errors else 200)


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page of ours named by the link or the form, else another."""
    named = request.POST.get("next") or request.GET.get("next") or ""
    ours = named.startswith("/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named if ours else otherwise


def _back(request: HttpRequest, student: Student) -> str:
    return back_to(request, reverse("caseload:student_detail", args=[student.public_id]))


def _trail(student: Student, here: str) -> list[tuple[str, str | None]]:
    return [(student.full_name, reverse("caseload:student_detail", args=[student.public_id])), (here, None)]


def _chosen(request: HttpRequest, contacts: list[dict[str, Any]]) -> dict[str, str]:
    """The contact whose “log” link was pressed."""
    asked = request.GET.get("contact", "")
    known = {str(contact["public_id"]) for contact in contacts}
    return {"contact": asked} if asked in known else {}
