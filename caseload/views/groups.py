"""Groups: the ones somebody teaches, and for those who set them up, every kind with who is in it and who holds it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import memberships as actions
from caseload.forms.structure import AddMemberForm, ChangeMemberForm
from caseload.models import Caseload, Student, TeachingGroup
from caseload.queries import groups as read
from caseload.queries import search
from caseload.queries.calendar import current_academic_year
from caseload.queries.containers import KINDS, container_named, students_in
from caseload.queries.lists import student_list
from caseload.queries.timetable import lessons_on, weekly_timetable
from caseload.rules.structure import MANAGE_STRUCTURE, managed_sites
from caseload.rules.students import VIEW
from core import clock
from core.pages.http import posted

VIEW_GROUPS = "caseload.view_teaching_group"
WITH_MEMBERS = {"caseload": Caseload, "teaching_group": TeachingGroup}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@page(VIEW_GROUPS)
def teaching_group_list(request: HttpRequest) -> HttpResponse:
    """The groups somebody teaches, and when they meet today."""
    rows = read.teaching_groups_held(request.user, VIEW_GROUPS)
    today: dict[int, list[dict[str, Any]]] = {}
    for lesson in lessons_on(clock.today(), groups=[row["pk"] for row in rows]):
        today.setdefault(lesson["group_id"], []).append(lesson)
    for row in rows:
        row["today"] = today.get(row["pk"], [])
    rows.sort(
        key=lambda row: (not row["today"], row["today"][0]["time__starts_at"] if row["today"] else 0, row["name"])
    )
    return render(request, "caseload/teaching_group_list.html", {"groups": rows, "today": clock.today()})


@page(VIEW)
def teaching_group_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """A teaching group: those of its members whom the person reaches, its teachers and its lessons."""
    container = container_named(request.user, VIEW, f"teaching_group:{public_id}")
    group = TeachingGroup.objects.select_related("course", "site").get(pk=container.id)
    students = students_in(container, Student.objects.visible_to(request.user, VIEW))
    sort = request.GET.get("sort", "name")
    context = {
        "group": group,
        "listed": student_list(request.user, students, permission=VIEW, show=request.GET.get("show", ""), sort=sort),
        "holders": read.holders_of("teaching_group", group.pk).get(group.pk, []),
        "lessons": _with_weekdays(weekly_timetable(group.pk, clock.today())),
        "sort": sort,
        "actions": [],
    }
    return render(request, "caseload/teaching_group_detail.html", context)


@page(MANAGE_STRUCTURE)
def group_list(request: HttpRequest) -> HttpResponse:
    """Every group of a kind, with how many are in it and who holds it."""
    kind = request.GET.get("kind", "caseload")
    if kind not in KINDS:
        raise Http404
    sites = managed_sites(request.user)
    tabs = [
        {"label": label, "url": f"?kind={code}", "current": code == kind, "count": None}
        for code, label in PLURALS.items()
    ]
    context = {
        "kind": kind,
        "tabs": tabs,
        "groups": read.group_overview(kind, sites),
        "with_members": kind in WITH_MEMBERS,
        "unplaced": read.unplaced_students(sites) if kind == "caseload" else 0,
        "year": current_academic_year(),
        "label": PLURALS[kind].lower(),
    }
    return render(request, "caseload/group_list.html", context)


PLURALS = {
    "caseload": "Tutor groups and caseloads",
    "teaching_group": "Teaching groups",
    "year_group": "Year groups",
    "house": "Houses",
    "team": "Teams",
    "course": "Courses",
    "area": "Areas",
    "site": "Sites",
}


@page(MANAGE_STRUCTURE)
def group_setup(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """A tutor group, caseload or teaching group: who is in it from when to when, and a search for who is to be added."""
    group = _managed(request.user, kind, public_id)
    wanted = request.GET.get("find", "")
    found = search.find_students(request.user, wanted, 12) if wanted else []
    inside = read.member_ids(group)
    members = read.members_of(group)
    context = {
        "group": group,
        "kind": kind,
        "members": members,
        "holders": read.holders_of(kind, group.pk).get(group.pk, []),
        "lessons": _with_weekdays(weekly_timetable(group.pk, clock.today())) if kind == "teaching_group" else [],
        "find": wanted,
        "found": [row | {"inside": row["id"] in inside} for row in found],
        "today": clock.today(),
        "trail": [
            ("Groups", reverse("caseload:group_list")),
            (PLURALS[kind], f"{reverse('caseload:group_list')}?kind={kind}"),
            (group.name, None),
        ],
    }
    return render(request, "caseload/group_setup.html", context)


@require_POST
@page(MANAGE_STRUCTURE)
def member_add(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Put a student into a group from a day."""
    group = _managed(request.user, kind, public_id)
    form = AddMemberForm(request.POST)
    back = redirect("caseload:group_setup", kind, public_id)
    if not form.is_valid():
        messages.error(request, "Give the day from which the student is in the group.")
        return back
    student = fetch(Student, request.user, MANAGE_STRUCTURE, public_id=form.cleaned_data["student"])
    try:
        actions.add_member(request.user, group, student, form.cleaned_data["on"])
    except actions.AlreadyThere:
        messages.info(request, f"{student.full_name} is in {group.name} already.")
    except actions.AnotherTutorGroup as other:
        change = reverse("caseload:member_change", args=["caseload", other.group.public_id, student.public_id])
        messages.info(
            request, f"{student.full_name} is in {other.group.name} on that day. Move them from there instead."
        )
        return redirect(f"{change}?to={public_id}")
    return back


@page(MANAGE_STRUCTURE)
def member_change(request: HttpRequest, kind: str, public_id: str, student_id: str) -> HttpResponse:
    """Take a student out of a group, or move them to another, from a day."""
    group = _managed(request.user, kind, public_id)
    student = fetch(Student, request.user, MANAGE_STRUCTURE, public_id=student_id)
    form = ChangeMemberForm(posted(request), others=_others(request.user, group), initial=_asked(request, group))
    if request.method == "POST" and form.is_valid():
        to, on = form.cleaned_data.get("to"), form.cleaned_data["on"]
        try:
            if to is not None and isinstance(group, Caseload):
                actions.move_member(request.user, group, student, to, on)
            else:
                actions.remove_member(request.user, group, student, on)
        except actions.NotThere:
            form.add_error("on", f"{student.full_name} is not in {group.name} on that day.")
        except actions.AlreadyThere:
            form.add_error("to", "They are in that group already on or after that day.")
        else:
            return redirect("caseload:group_setup", kind, public_id)
    context = {
        "group": group,
        "kind": kind,
        "student": student,
        "form": form,
        "trail": [(group.name, reverse("caseload:group_setup", args=[kind, public_id])), (student.full_name, None)],
    }
    return render(request, "caseload/member_change.html", context, status=422 if form.errors else 200)


def _managed(user: Any, kind: str, public_id: str) -> Any:
    """The group, if this person sets up its site; otherwise it is not there."""
    sites = managed_sites(user)
    if kind not in WITH_MEMBERS:
        raise Http404
    rows = WITH_MEMBERS[kind].objects.select_related("year", "site").filter(public_id=public_id)
    group = (rows if sites is None else rows.filter(site_id__in=sites)).first()
    if group is None:
        raise Http404
    return group


def _others(user: Any, group: Any) -> Any:
    """The caseloads of the same year that a student may be moved to; none for a teaching group."""
    if not isinstance(group, Caseload):
        return None
    sites = managed_sites(user)
    rows = Caseload.objects.filter(year=group.year).exclude(pk=group.pk).order_by("name")
    return rows if sites is None else rows.filter(site_id__in=sites)


def _asked(request: HttpRequest, group: Any) -> dict[str, Any]:
    others = _others(request.user, group)
    asked = request.GET.get("to", "")
    if others is None or not asked:
        return {}
    return {"to": next((other.pk for other in others if str(other.public_id) == asked), None)}


def _with_weekdays(lessons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for lesson in lessons:
        lesson["weekday"] = WEEKDAYS[lesson["time__weekday"]]
        parts = (lesson["teacher__title"], lesson["teacher__given_name"], lesson["teacher__family_name"])
        lesson["teacher"] = " ".join(part for part in parts if part)
    return lessons
