"""One student: their page, their identifiers, adding and correcting them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.gates import fetch, page
from audit import record
from caseload import verbs
from caseload.actions import students as actions
from caseload.forms.students import NewStudentForm, StudentForm
from caseload.models import Site, Student
from caseload.queries.students import flags_of, identifiers_of, student_header, told_apart
from caseload.registries.columns import student_actions_for
from caseload.rules.structure import managed_sites
from caseload.rules.students import (
    MANAGE_STUDENTS,
    VIEW,
    VIEW_CASELOAD,
    VIEW_CHARACTERISTICS,
    VIEW_IDENTIFIERS,
    reaches,
)
from core.pages import cards
from core.pages.http import posted, wants_part

TIMELINE_LENGTH = 25
ACTIONS_SHOWN = 5
LAST_LIST = "last_list"
SEARCH = "caseload:search"
# The lists that a student's page is opened from, and what the way back is called.
LISTS = {
    "caseload:caseload_list": "My caseload",
    "caseload:student_list": "Students",
    "caseload:teaching_group_detail": "Group",
    SEARCH: "Search",
}


@page(VIEW)
def student_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything about one student that this person may see: now at the top, what happened on the left."""
    try:
        student = fetch(Student, request.user, VIEW, public_id=public_id)
    except Http404:
        if (survivor := _survivor(public_id)) is None:
            raise
        return redirect("caseload:student_detail", fetch(Student, request.user, VIEW, pk=survivor).public_id)
    context = {"student": student} | _timeline(request, student)
    if wants_part(request):
        return render(request, "caseload/student_detail.html#timeline", context)
    shown = cards.cards_for("student", request.user, student)
    back = _came_from(request)
    request.current_place = back["place"] if back else first_list(request.user)  # type: ignore[attr-defined]  # read by the shell
    adding = _adding(request.user, student)
    told_apart(request.user, student, VIEW)
    context |= {
        "cards": shown,
        "figures": [figure for card in shown for figure in card.context.get("figures", [])],
        "about": student_header(student),
        "flags": flags_of(student) if reaches(request.user, VIEW_CHARACTERISTICS, student) else [],
        "adding": adding[:ACTIONS_SHOWN],
        "adding_more": adding[ACTIONS_SHOWN:],
        "back": back,
        "may_edit": reaches(request.user, MANAGE_STUDENTS, student),
        "may_see_numbers": reaches(request.user, VIEW_IDENTIFIERS, student),
    }
    return render(request, "caseload/student_detail.html", context)


@page(VIEW_IDENTIFIERS)
def student_identifiers(request: HttpRequest, public_id: str) -> HttpResponse:
    """The numbers a student is known by; each reading is recorded."""
    student = fetch(Student, request.user, VIEW_IDENTIFIERS, public_id=public_id)
    everything = reaches(request.user, MANAGE_STUDENTS, student)
    record.record(request.user, verbs.IDENTIFIERS_READ, "student", student.pk, details={"all": everything})
    context = {"student": student, "identifiers": identifiers_of(student, all_of_them=everything)}
    template = "caseload/student_identifiers.html"
    return render(request, f"{template}#identifiers" if wants_part(request) else template, context)


@page(MANAGE_STUDENTS)
def student_add(request: HttpRequest) -> HttpResponse:
    """Add a student."""
    held = managed_sites(request.user)
    sites = Site.objects.all() if held is None else Site.objects.filter(pk__in=held)
    form = NewStudentForm(posted(request), by=request.user, sites=sites)
    if request.method == "POST" and form.is_valid():
        place = {name: form.cleaned_data[name] for name in ("site", "starts_on", "year_group", "tutor_group")}
        student = actions.add_student(request.user, **place, **form.typed)
        _say_what_is_wrong(request, student)
        return redirect("caseload:student_detail", student.public_id)
    context = {"form": form, "title": "Add a student", "cancel": reverse("caseload:student_list")}
    return render(request, "caseload/student_form.html", context, status=422 if form.errors else 200)


@page(MANAGE_STUDENTS)
def student_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Correct a student. If somebody else did meanwhile, both versions are shown and nothing is lost."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    before = actions.version_of(student)  # the form puts what was typed into the student itself
    form = StudentForm(posted(request), instance=student)
    clash: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.correct_student(request.user, student, form.cleaned_data["version"], **form.typed)
        except actions.SomebodyElseChanged as other:
            clash = _both_versions(form, other)
            form.data = form.data.copy()
            form.data["version"] = actions.version_of(other.student)
            for name in other.untouched:
                stored = getattr(other.student, name)
                form.data[name] = "" if stored is None else str(stored)
        else:
            if actions.version_of(saved) == before:
                messages.info(request, f"Nothing of {saved.full_name} was different, so nothing has changed.")
            else:
                messages.success(request, f"The details of {saved.full_name} are as you gave them now.")
            _say_what_is_wrong(request, saved)
            return redirect("caseload:student_detail", saved.public_id)
    context = {
        "form": form,
        "clash": clash,
        "student": student,
        "title": "Correct a student",
        "cancel": reverse("caseload:student_detail", args=[public_id]),
    }
    return render(request, "caseload/student_form.html", context, status=422 if form.errors or clash else 200)


def _survivor(public_id: str) -> int | None:
    """Where an old address leads after two records of the same student were merged."""
    found: int | None = (
        Student.objects.filter(public_id=public_id)
        .exclude(merged_into=None)
        .values_list("merged_into_id", flat=True)
        .first()
    )
    return found


def _timeline(request: HttpRequest, student: Student) -> dict[str, Any]:
    """A page of the timeline, newest first, of one kind or of all. Things of the same moment stay together."""
    kinds = cards.timeline_kinds(request.user, student)
    chosen = request.GET.get("kind", "")
    wanted = [chosen] if chosen in {kind.kind for kind in kinds} else None
    before = _moment(request.GET.get("before", ""))
    entries = cards.timeline(request.user, student, wanted, before, TIMELINE_LENGTH * 3)
    shown = entries[:TIMELINE_LENGTH]
    while len(shown) < len(entries) and entries[len(shown)]["when"] == shown[-1]["when"]:
        shown.append(entries[len(shown)])
    chips = [{"label": "All", "url": "?", "count": None, "current": wanted is None}]
    chips += [
        {"label": kind.label, "url": f"?kind={kind.kind}", "count": None, "current": wanted == [kind.kind]}
        for kind in kinds
    ]
    older = shown[-1]["when"].isoformat() if len(shown) < len(entries) else ""
    return {
        "entries": shown,
        "chips": chips if len(kinds) > 1 else [],
        "older": older,
        "kind": chosen,
        "before": before,
    }


def _moment(text: str) -> datetime | None:
    """A moment from an address; anything else is no moment. A plus sign comes as a space."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _adding(user: Any, student: Student) -> list[dict[str, Any]]:
    """What this person may add about this very student."""
    offered = student_actions_for(user)
    allowed = {
        permission for permission in {action.permission for action in offered} if reaches(user, permission, student)
    }
    return [
        {
            "label": action.label,
            "icon": action.icon,
            "keys": action.keys,
            "url": reverse(action.url_name, args=[student.public_id]),
        }
        for action in offered
        if action.permission in allowed
    ]


def _came_from(request: HttpRequest) -> dict[str, str] | None:
    """The list that the page was opened from, so that the way back keeps its filters, also after something was added."""
    back = _list_before(request)
    if back is not None and request.session.get(LAST_LIST) != back:
        request.session[LAST_LIST] = back
    return back or request.session.get(LAST_LIST)


def _list_before(request: HttpRequest) -> dict[str, str] | None:
    """The page before, when it was a list of ours."""
    referrer = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
        return None
    parts = urlsplit(referrer)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return None
    # What was searched for is kept nowhere, so the way back to a search is an empty one.
    query = f"?{parts.query}" if parts.query and name != SEARCH else ""
    return {"label": LISTS[name], "url": f"{parts.path}{query}", "place": name} if name in LISTS else None


def first_list(user: Any) -> str:
    """The list of students that is somebody’s own, when nobody knows where they came from: not everybody has a caseload."""
    return "caseload:caseload_list" if user.has_perm(VIEW_CASELOAD) else "caseload:student_list"


def _say_what_is_wrong(request: HttpRequest, student: Student) -> None:
    for name, problem in (("UPN", student.upn_problem), ("ULN", student.uln_problem)):
        if problem:
            messages.warning(request, f"Saved, with a doubt about the {name}. {problem}")


def _both_versions(form: StudentForm, other: actions.SomebodyElseChanged) -> list[dict[str, Any]]:
    """For each field that differs: its label, what is stored now, what was typed here."""
    return [
        {"label": form[name].label, "stored": getattr(other.student, name), "typed": form.cleaned_data[name]}
        for name in other.fields
    ]
