"""The dashboard of a group, and the students behind each of its figures."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import page
from attendance.choices import Series
from attendance.queries.registers.day_known import known_about
from caseload.models import Student
from caseload.queries.calendar import academic_years
from caseload.queries.containers import KINDS as MODELS
from caseload.queries.containers import Container, container_named, held_containers, listed
from caseload.queries.lists import in_most_need
from caseload.queries.students import student_rows
from caseload.querysets import containers
from caseload.registries import columns
from core import clock
from core.documents.charts import Chart, render_chart
from reporting.choices import VIEW_DASHBOARD
from reporting.queries import dashboard as figures
from reporting.queries import groups
from reporting.queries.students import GroupFacts, group_facts
from reporting.rules import reaches_scope

KINDS = ("year_group", "house", "team", "site", "area", "course")
TO_TALK_ABOUT = 12
WHOLE = "college"
COUNTED_IN = {Series.SESSION: "AM and PM sessions", Series.LESSON: "lessons"}
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


def _facts(request: HttpRequest, container: Container, part: Container | None = None) -> tuple[GroupFacts, Any]:
    """The group's facts, and the academic years."""
    years = [year for year in academic_years() if year.starts_on <= clock.today()]
    if not years:
        raise Http404
    students = Student.objects.visible_to(request.user, VIEW_DASHBOARD).in_container(container.kind, container.id)
    if part:
        students = students.in_container(part.kind, part.id)
    ids = list(students.order_by("sort_key", "pk").values_list("pk", flat=True))
    return group_facts(request.user, ids), years


def _address(name: str, container: Container, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'in': container.key} | {key: value for key, value in more.items() if value})}"


def _charts(weeks: figures.Weeks, same: figures.Weeks, beside: figures.Beside | None, years: Any) -> dict[str, Chart]:
    """Attendance by week in the four ways it is drawn: wide and narrow, light and dark; nothing for too few weeks."""
    drawn = {}
    for size in ("", "narrow_"):
        spec = figures.weekly_chart(weeks, same, beside, years, narrow=bool(size))
        if spec:
            drawn |= {f"{size}chart": render_chart(spec), f"{size}dark_chart": render_chart(spec, mode="dark")}
    return drawn


def _attendance(facts: GroupFacts, container: Container, years: Any) -> list[dict[str, Any]]:
    """The attendance of each series of a group, the one of most students first: its figures and its charts."""
    starts = years[1].starts_on if len(years) > 1 else years[0].starts_on
    parts = []
    for series in facts.series:
        students = facts.of_series(series)
        weeks = figures.weeks_of(students, starts, facts.day, series)
        beside = figures.beside_last_year(students, series) if len(years) > 1 else None
        same = figures.weeks_of(beside.students, starts, facts.day, series) if beside else []
        to = partial(
            _address, "reporting:dashboard_students", container, series=series if len(facts.series) > 1 else ""
        )
        parts.append(
            {
                "series": series,
                "title": SERIES_LABEL[Series(series)],
                "counted_in": COUNTED_IN[Series(series)],
                "students": len(students),
                "stats": figures.attendance_figures(facts, series, weeks, lambda key, to=to: to(figure=key)),
                "beside": beside,
                **_charts(weeks, same, beside, years),
            }
        )
    return parts


@page(VIEW_DASHBOARD)
def dashboard(request: HttpRequest) -> HttpResponse:
    """How a year group, house, team or site is doing: every figure is a link to the students behind it."""
    offered = _choices(request.user)
    if not offered and "in" not in request.GET:
        return render(request, "reporting/dashboard_none.html")
    container = _chosen(request, offered)
    facts, years = _facts(request, container)
    parts = _attendance(facts, container, years)
    others = figures.other_figures(facts, lambda key: _address("reporting:dashboard_students", container, figure=key))
    if len(parts) == 1:  # one row of figures says it all
        parts[0]["stats"] += others
    by_year = groups.by_year_group(facts)
    context = {
        "container": container,
        "offered": [
            {"label": c.name, "url": _address("reporting:dashboard", c), "current": c == container} for c in offered
        ],
        "facts": facts,
        "students": len(facts.students),
        "parts": parts,
        "others": others if len(parts) > 1 else [],
        "by_year": by_year if len(by_year) > 1 else [],
        "by_caseload": groups.by_caseload(facts),
        "gaps": groups.gaps(request.user, facts),
        "known": known_about(facts.ids, facts.day),
        "last_year": years[1].name if len(years) > 1 else "",
        "labels": SERIES_LABEL,
        "people": in_most_need(request.user, facts.ids, permission=VIEW_DASHBOARD, limit=TO_TALK_ABOUT),
        "points": [point for point, _ in facts.points],
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
    facts, _ = _facts(request, container, part)
    asked = request.GET.get("series", "")
    series = asked if asked in facts.series and len(facts.series) > 1 else ""
    more = {"of": part.key if part else "", "series": series}
    if (key in figures.PROGRESS and not facts.sees_progress) or (key in figures.WORK and not facts.sees_work):
        raise Http404
    figure = figures.FIGURES[key]
    found = figures.behind(facts, key, series)
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in={each.pk for each in found}))}
    rows = [{"row": people[each.pk], "says": figure.says(each), "year": each.year} for each in found]
    where = f"{part.name}, {container.name}" if part and part != container else container.name
    context = {
        "where": f"{where}, {COUNTED_IN[Series(series)]}" if series else where,
        "figure": figure,
        "rows": rows,
        "total": len(facts.of_series(series)),
        "figures": [
            {
                "label": other.label,
                "url": _address("reporting:dashboard_students", container, figure=other.key, **more),
                "current": other.key == key,
                "count": sum(map(other.has, facts.of_series(series))),
            }
            for other in figures.FIGURES.values()
            if not (other.key in figures.PROGRESS and not facts.sees_progress)
            and not (other.key in figures.WORK and not facts.sees_work)
        ],
        "trail": [("Dashboard", _address("reporting:dashboard", container)), (figure.label, "")],
        "back": _address("reporting:dashboard", container),
        "actions": columns.actions_for(request.user),
    }
    request.current_place = "reporting:dashboard"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "reporting/dashboard_students.html", context)
