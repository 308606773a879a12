"""Home visits: the list, planning one, its page with check-in and check-out, writing it down, and who is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import visits as actions
from caseload.choices import VisitState
from caseload.forms.visits import VisitForm, VisitFoundForm, VisitLogForm, VisitPolicyForm
from caseload.models import Contact, Student, Visit
from caseload.queries.contacts import contacts_of
from caseload.queries.school_days import next_school_day, sites_of, this_school_day
from caseload.queries.visits import names_seen, visit_lists, visit_policy
from caseload.registries import answering
from caseload.rules.structure import MANAGE_STRUCTURE, manages_college
from caseload.rules.students import LOG_CONTACT, VIEW_CONTACTS, reaches
from caseload.rules.visits import goes_along, may_call_off
from caseload.subjects import BEING_IN_TOUCH
from caseload.views.cleared import say_cleared
from caseload.views.contacts import back_to
from caseload.views.one_student import the_student
from core import clock
from core.pages.http import form_token, posted
from core.wording import time_of_day

DAYTIME = range(7, 19)
LISTS = (
    ("out", "Out now"), ("planned", "Planned"), ("unwritten", "To be written down by you"), ("over", "Over"),
)  # fmt: skip


@page(LOG_CONTACT)
def visit_list(request: HttpRequest) -> HttpResponse:
    """Who is out on a home visit, what is planned, what is to be written down, and what is over."""
    found = visit_lists(request.user)
    parts = [{"key": key, "label": label, "rows": found[key]} for key, label in LISTS if found[key]]
    return render(request, "caseload/visit_list.html", {"parts": parts, "out": len(found["out"])})


@page(LOG_CONTACT)
def visit_plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Plan a home visit to a student's home."""
    student = the_student(request, LOG_CONTACT, public_id=public_id)
    contacts = contacts_of(student) if reaches(request.user, VIEW_CONTACTS, student) else []
    form = VisitForm(posted(request), student=student, contacts=contacts, initial=_usual(request, student, contacts))
    if request.method == "POST" and form.is_valid():
        visit = actions.plan_visit(request.user, student, form.said(), token=form_token(request))
        messages.success(request, f"The visit is planned, and {visit.watcher.formal_name} knows.")
        return redirect("caseload:visit_detail", visit.public_id)
    context = {
        "student": student,
        "form": form,
        "token": form_token(request),
        "barred": [contact for contact in contacts if contact["no_contact"]],
        "trail": _trail(student.full_name, student, "Plan a home visit"),
        "policy": visit_policy(),
    }
    return render(request, "caseload/visit_plan.html", context, status=422 if form.errors else 200)


def _next_hour(student: Student) -> datetime:
    """The next full hour while it is day and the student's site opens, else nine o'clock on the next school day."""
    start = clock.local(clock.now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    sites = sites_of([student.pk])
    day = this_school_day(sites)
    if start.date() == day and start.hour in DAYTIME:
        return start
    return clock.at(day if start < clock.at(day) else next_school_day(sites))


def _usual(request: HttpRequest, student: Student, contacts: list[dict[str, Any]]) -> dict[str, Any]:
    """The first contact's address, the next full hour, and the number on which this person could be rung the last time."""
    start = _next_hour(student)
    user: Any = request.user
    last = Visit.objects.filter(goes=user).order_by("-pk").values("phone", "watcher_id").first()
    whom: dict[str, Any] = next((contact for contact in contacts if not contact["no_contact"]), {})
    return {
        "contact": str(whom.get("public_id", "")),
        "place": "\n".join(part for part in (whom.get("address", ""), whom.get("postcode", "")) if part),
        "planned_for": start,
        "back_by": start + timedelta(hours=1),
        "goes": user.pk,
        "phone": last["phone"] if last else "",
        "watcher": last["watcher_id"] if last else None,
    }


@page(LOG_CONTACT)
def visit_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One visit: where, who, until when; check-in and check-out; and for whoever looks after it, what they found."""
    visit = _visit(request, public_id)
    form = VisitFoundForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.settle_visit(request.user, visit, form.cleaned_data["found"], form.cleaned_data["words"])
        except actions.VisitMoved as moved:
            messages.info(request, _meanwhile(moved.visit))
        else:
            messages.success(request, "Said to everybody who was told. No more alerts come for this visit.")
        return redirect("caseload:visit_detail", visit.public_id)
    return _detail(request, visit, form)


def _detail(request: HttpRequest, visit: Visit, form: VisitFoundForm) -> HttpResponse:
    user: Any = request.user
    student = names_seen(user, [visit]).get(visit.student_id, "")
    mine = goes_along(user, visit)
    context = {
        "visit": visit,
        "student": student,
        "knows": bool(student) or mine or visit.made_by_id == user.pk,
        "mine": mine,
        "late": visit.is_watched and visit.back_by < clock.now(),
        "may_call_off": visit.state == VisitState.PLANNED and may_call_off(user, visit),
        "companions": visit.companions.order_by("sort_key", "pk"),
        "steps": visit.steps.select_related("by"),
        "told": visit.told.order_by("sort_key", "pk"),
        "form": form,
        "policy": visit_policy(),
        "trail": [("Home visits", reverse("caseload:visit_list")), (student or "Visit", None)],
    }
    return render(request, "caseload/visit_detail.html", context, status=422 if form.errors else 200)


@require_POST
@page(LOG_CONTACT)
def visit_act(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Check in, check out, say that it takes longer, or call it off, by one press."""
    visit = _visit(request, public_id)
    sent = request.POST.get("version", "")
    try:
        match request.POST.get("do", ""):
            case "in":
                moved = actions.check_in(request.user, visit)
                words = f"Checked in. Check out by {time_of_day(moved.back_by)}."
            case "longer":
                moved = actions.extend_visit(request.user, visit, int(sent) if sent.isdigit() else 0)
                words = f"Expected back at {time_of_day(moved.back_by)} now."
            case "out":
                moved = actions.check_out(request.user, visit)
                messages.success(request, "Checked out. Write down what came of it while it is fresh.")
                return redirect("caseload:visit_write", moved.public_id)
            case "off":
                actions.call_off(request.user, visit)
                words = "The visit is called off."
            case _:
                raise Http404
    except actions.VisitMoved as problem:
        messages.info(request, _meanwhile(problem.visit))
    else:
        messages.success(request, words)
    return redirect(back_to(request, reverse("caseload:visit_detail", args=[visit.public_id])))


@page(LOG_CONTACT)
def visit_write(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write a visit into the contact log, with what came of it and when to follow up."""
    visit = _visit(request, public_id)
    student = fetch(Student, request.user, LOG_CONTACT, pk=visit.student_id)
    if not visit.wants_writing_down or not goes_along(request.user, visit):
        messages.info(request, _meanwhile(visit))
        return redirect("caseload:visit_detail", visit.public_id)
    contacts = contacts_of(student) if reaches(request.user, VIEW_CONTACTS, student) else []
    first = {"summary": visit.purpose, "contact": str(visit.contact.public_id) if visit.contact else ""}
    form = VisitLogForm(posted(request), contacts=contacts, initial=first)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        key = values.pop("contact")
        contact = Contact.objects.get(public_id=key) if key else None
        answers = answering.sent(request.POST)
        actions.write_down_visit(request.user, visit, contact=contact, answers=answers, **values)
        messages.success(request, "The visit stands in the contact log.")
        say_cleared(request, answers)
        return redirect("caseload:contact_list", student.public_id)
    context = {
        "student": student,
        "visit": visit,
        "form": form,
        "answers": answering.offered([student.pk], request.user, posted(request), about=BEING_IN_TOUCH),
        "trail": _trail(student.full_name, student, "Write down the visit"),
    }
    return render(request, "caseload/visit_write.html", context, status=422 if form.errors else 200)


@page(MANAGE_STRUCTURE)
def visit_policy_edit(request: HttpRequest) -> HttpResponse:
    """Decide when a missed check-out is said, and to whom."""
    if not manages_college(request.user):
        raise Http404
    policy = visit_policy()
    form = VisitPolicyForm(posted(request), policy=policy)
    if request.method == "POST" and form.is_valid():
        actions.set_visit_policy(request.user, **form.cleaned_data)
        messages.success(
            request, "The settings for home visits are saved. They hold for visits planned or moved from now on."
        )
        return redirect("caseload:visit_policy")
    context = {"form": form, "policy": policy}
    return render(request, "caseload/visit_policy.html", context, status=422 if form.errors else 200)


def _visit(request: HttpRequest, public_id: UUID) -> Visit:
    rows = Visit.objects.select_related("student", "contact", "goes", "watcher", "made_by", "log_entry")
    return fetch(rows, request.user, LOG_CONTACT, public_id=public_id)


def _meanwhile(visit: Visit) -> str:
    """How it stands, for whoever pressed too late."""
    if visit.state == VisitState.OUT:
        return f"Already so: checked in, and expected back at {time_of_day(visit.back_by)}."
    if visit.state == VisitState.PLANNED:
        return f"Nobody has checked in yet; expected back at {time_of_day(visit.back_by)}."
    if visit.log_entry_id is not None:
        return "This visit stands in the contact log already."
    return f"This visit is over: {visit.get_state_display().lower()}."


def _trail(name: str, student: Student, here: str) -> list[tuple[str, str | None]]:
    return [(name, reverse("caseload:student_detail", args=[student.public_id])), (here, None)]
