"""Lists of students: the caseload, sorted by need, and students by group."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import page
from caseload.queries.containers import Container, container_named, held_containers
from caseload.queries.cover import covering
from caseload.queries.filters import filters_for
from caseload.queries.lists import StudentList
from caseload.queries.lists import student_list as read_list
from caseload.queries.scopes import caseload_students, listed_students
from caseload.queries.work import HANDFUL, my_work
from caseload.querysets import containers, learn_reach
from caseload.registries import columns
from caseload.rules.students import VIEW, VIEW_CASELOAD
from core.pages.http import wants_part

CHOICES = ("caseload", "team", "house", "year_group", "course", "area", "site")


@page(VIEW_CASELOAD)
def caseload_list(request: HttpRequest) -> HttpResponse:
    """The students somebody looks after, those who need somebody first, and why."""
    learn_reach(request.user, [VIEW_CASELOAD])
    held = _choices(request.user)
    own = [container for container in held if container.kind == "caseload"]
    chosen = _chosen(request, VIEW_CASELOAD)
    students = caseload_students(request.user, chosen, [container.id for container in own])
    listed = _read(request, students, VIEW_CASELOAD, "need")
    scope = chosen.name if chosen else ", ".join(container.name for container in own) if own else "Everybody you reach"
    context = {
        "listed": listed,
        "scopes": _scopes(held, own, chosen),
        "title": "My caseload" if own else "Students by need",
        "scope": scope,
        "sort": request.GET.get("sort", "need"),
        "actions": columns.actions_for(request.user),
        "filters": filters_for(request.user, "caseload_list", request.GET),
        # Beside the list as it first opens; whoever has told it apart, or turned the page, is past it.
        "work": None if request.GET else my_work(request.user, limit=HANDFUL),
        "covering": [] if wants_part(request) else covering(request.user),
        "here": request.get_full_path(),
    }
    return render(request, _part(request, "caseload/caseload_list.html"), context)


@page(VIEW)
def student_list(request: HttpRequest) -> HttpResponse:
    """Students by year group, tutor group, house, course or site: where a figure drills down to."""
    chosen = _chosen(request, VIEW)
    listed = _read(request, listed_students(request.user, chosen), VIEW, "name")
    context = {
        "listed": listed,
        "chosen": chosen,
        "title": chosen.name if chosen else "All students",
        "sort": request.GET.get("sort", "name"),
        "actions": columns.actions_for(request.user),
        "filters": filters_for(request.user, "student_list", request.GET),
        "trail": [("Students", reverse("caseload:student_list")), (chosen.label, None), (chosen.name, None)]
        if chosen
        else [],
        "kinds": _kinds(request.user, chosen),
        "may_add": request.user.has_perm("caseload.manage_students"),
    }
    return render(request, _part(request, "caseload/student_list.html"), context)


def _read(request: HttpRequest, students: Any, permission: str, sort: str) -> StudentList:
    asked = request.GET
    return read_list(
        request.user,
        students,
        permission=permission,
        show=asked.get("show", ""),
        sort=asked.get("sort", sort),
        number=asked.get("page", "1"),
        group=asked.get("group", ""),
    )


def _part(request: HttpRequest, template: str) -> str:
    return f"{template}#rows" if wants_part(request) else template


def _chosen(request: HttpRequest, permission: str) -> Container | None:
    key = request.GET.get("in", "")
    return container_named(request.user, permission, key) if key else None


def _choices(user: Any) -> list[Container]:
    """What somebody may choose between: what they hold, and for the whole college every year group."""
    held = held_containers(user, VIEW_CASELOAD, CHOICES)
    if "college" in containers(user, VIEW_CASELOAD):
        held += _every("year_group")
    return held


def _every(kind: str) -> list[Container]:
    from caseload.queries.containers import KINDS, listed

    return listed(kind, KINDS[kind].model._default_manager.all())


def _scopes(held: list[Container], own: list[Container], chosen: Container | None) -> list[dict[str, Any]]:
    """The choice between caseloads, when there is one."""
    if len(held) < 2:
        return []
    first = {"label": "All mine" if own else "Everybody", "url": "?", "count": None, "current": chosen is None}
    return [first] + [
        {"label": container.name, "url": f"?in={container.key}", "count": None, "current": container == chosen}
        for container in held
    ]


def _kinds(user: Any, chosen: Container | None) -> list[dict[str, Any]]:
    """The year groups to choose from, for those who reach many."""
    held = held_containers(
        user, VIEW, ("year_group", "house", "site", "team", "course", "area", "caseload", "teaching_group")
    )
    offered = held or (_every("year_group") if "college" in containers(user, VIEW) else [])
    if len(offered) < 2:
        return []
    everybody = {"label": "All", "url": "?", "count": None, "current": chosen is None}
    return [everybody] + [
        {"label": container.name, "url": f"?in={container.key}", "count": None, "current": container == chosen}
        for container in offered
    ]
