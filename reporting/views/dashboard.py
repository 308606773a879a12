"""The dashboard of a group, and the students behind each of its figures."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import page
from attendance.choices import Series
from caseload import columns
from caseload.models import Student
from caseload.queries.calendar import academic_years
from caseload.queries.containers import KINDS as MODELS
from caseload.queries.containers import Container, container_named, held_containers, listed
from caseload.queries.lists import in_most_need
from caseload.queries.students import student_rows
from caseload.querysets import containers
from core import clock
from core.charts import render_chart
from reporting.choices import VIEW_DASHBOARD
from reporting.queries import dashboard as figures
from reporting.queries import groups
from reporting.queries.students import GroupFacts, group_facts
from reporting.rules import reaches_scope

KINDS = ("year_group", "house", "team", "site", "area", "course")
TO_TALK_ABOUT = 12
WHOLE = "college"
SERIES_LABEL = {Series.SESSION: "AM and PM sessions", Series.LESSON: "Lessons"}


def _choices(user: Any) -> list[Container]:
    """The groups whose dashboard this person opens, their own first."""
    held = containers(user, VIEW_DASHBOARD)
    if "college" not in held:
        return held_containers(user, VIEW_DASHBOARD, KINDS)
    found = [Container(WHOLE, 1, "1", "Whole college")]
    for kind in ("site", "year_group", "house"):
        found += listed(kind, MODELS[kind].model._default_manager.all())
    return found


def _chosen(request: HttpRequest, offered: list[Container]) -> Container:
    key = request.GET.get("in", "")
    if not key:
        if not offered:
            raise Http404
        return offered[0]
    match = next((container for container in offered if container.key == key), None)
    if match:
        return match
    named = container_named(request.user, VIEW_DASHBOARD, key)
    if not reaches_scope(request.user, VIEW_DASHBOARD, named.kind, named.id):
        raise Http404  # a group of which only some are theirs: its figures would be wrong
    return named


def _part(request: HttpRequest) -> Container | None:
    """The group inside the chosen one that is asked about, such as those of Year 10 who are in Kestrel 1."""
    key = request.GET.get("of", "")
    return container_named(request.user, VIEW_DASHBOARD, key) if key else None


def _facts(request: HttpRequest, container: Container, part: Container | None = None) -> tuple[GroupFacts, Any, str]:
    """The group's facts, the academic years, and the series to show."""
    years = [year for year in academic_years() if year.starts_on <= clock.today()]
    if not years:
        raise Http404
    students = Student.objects.visible_to(request.user, VIEW_DASHBOARD).in_container(container.kind, container.id)
    if part:
        students = students.in_container(part.kind, part.id)
    ids = list(students.order_by("sort_key", "pk").values_list("pk", flat=True))
    facts = group_facts(request.user, ids, years[0].starts_on, request.GET.get("series", ""))
    return facts, years, facts.shown


def _address(name: str, container: Container, series: str, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'in': container.key, 'series': series} | more)}"


@page(VIEW_DASHBOARD)
def dashboard(request: HttpRequest) -> HttpResponse:
    """How a year group, house, team or site is doing: every figure is a link to the students behind it."""
    offered = _choices(request.user)
    if not offered and "in" not in request.GET:
        return render(request, "reporting/dashboard_none.html")
    container = _chosen(request, offered)
    facts, years, series = _facts(request, container)
    students = facts.of_series(series)
    starts = years[1].starts_on if len(years) > 1 else years[0].starts_on
    weeks = figures.weeks_of(students, starts, facts.day, series)
    names = years[0].name, years[1].name if len(years) > 1 else ""
    spec = figures.weekly_chart(weeks, years[0].starts_on, *names)
    narrow = figures.weekly_chart(weeks, years[0].starts_on, *names, narrow=True)
    by_year = groups.by_year_group(facts, series)
    context = {
        "container": container,
        "offered": [
            {"label": c.name, "url": _address("reporting:dashboard", c, ""), "current": c == container} for c in offered
        ],
        "tabs": [
            {
                "label": SERIES_LABEL[Series(name)],
                "url": _address("reporting:dashboard", container, name),
                "current": name == series,
            }
            for name in facts.series
        ],
        "facts": facts,
        "students": len(students),
        "stats": figures.six_figures(
            facts, series, weeks, lambda key: _address("reporting:dashboard_students", container, series, figure=key)
        ),
        "chart": render_chart(spec) if spec else None,
        "dark_chart": render_chart(spec, mode="dark") if spec else None,
        "narrow_chart": render_chart(narrow) if narrow else None,
        "narrow_dark_chart": render_chart(narrow, mode="dark") if narrow else None,
        "by_year": by_year if len(by_year) > 1 else [],
        "by_caseload": groups.by_caseload(facts, series),
        "gaps": groups.gaps(request.user, facts, series),
        "people": in_most_need(request.user, facts.ids, permission=VIEW_DASHBOARD, limit=TO_TALK_ABOUT),
        "series": series,
        "everybody": _address("reporting:dashboard_students", container, series, figure="all"),
        "now": clock.now(),
    }
    return render(request, "reporting/dashboard.html", context)


@page(VIEW_DASHBOARD)
def dashboard_students(request: HttpRequest) -> HttpResponse:
    """The students behind one figure, each a link to the student."""
    key = request.GET.get("figure", "all")
    if key not in figures.FIGURES:
        raise Http404
    container, part = _chosen(request, _choices(request.user)), _part(request)
    more = {"of": part.key} if part else {}
    facts, _, series = _facts(request, container, part)
    if (key in figures.PROGRESS and not facts.sees_progress) or (key in figures.WORK and not facts.sees_work):
        raise Http404
    figure = figures.FIGURES[key]
    found = figures.behind(facts, key, series)
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in={each.pk for each in found}))}
    rows = [{"row": people[each.pk], "says": figure.says(each), "year": each.year} for each in found]
    context = {
        "where": f"{part.name}, {container.name}" if part and part != container else container.name,
        "figure": figure,
        "rows": rows,
        "total": len(facts.of_series(series)),
        "figures": [
            {
                "label": other.label,
                "url": _address("reporting:dashboard_students", container, series, figure=other.key, **more),
                "current": other.key == key,
                "count": sum(map(other.has, facts.of_series(series))),
            }
            for other in figures.FIGURES.values()
            if not (other.key in figures.PROGRESS and not facts.sees_progress)
            and not (other.key in figures.WORK and not facts.sees_work)
        ],
        "trail": [("Dashboard", _address("reporting:dashboard", container, series)), (figure.label, "")],
        "back": _address("reporting:dashboard", container, series),
        "actions": columns.actions_for(request.user),
    }
    request.current_place = "reporting:dashboard"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "reporting/dashboard_students.html", context)
