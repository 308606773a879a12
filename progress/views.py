"""Pages about grades: my groups, the grid, a student's progress, assessment points."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.queries.school_days import school_day_by
from caseload.views.one_student import the_student
from core import clock
from core.pages.http import posted
from progress import actions
from progress.choices import POINT_TONES, SHORT_LABELS, GradeKind
from progress.forms import GradeGrid, OpenForm, PointForm
from progress.models import AssessmentPoint, GradeScale
from progress.queries import grid_columns, grid_rows, groups_to_grade, latest_by_subject, scale_for
from progress.querysets import groups_for

OPEN_FOR = timedelta(days=14)


@page("progress.enter_grades")
def group_list(request: HttpRequest) -> HttpResponse:
    """The groups somebody enters grades for, with what is open."""
    groups = groups_to_grade(request.user)
    waiting = sum(
        1 for entry in groups for at in entry["points"] if at["point"].is_open and at["done"] < entry["members"]
    )
    return render(request, "progress/group_list.html", {"groups": groups, "waiting": waiting, "tones": POINT_TONES})


@page("progress.enter_grades")
def grade_grid(request: HttpRequest, group_id: UUID, point_id: UUID) -> HttpResponse:
    """The grades of a teaching group at an assessment point, typed in a grid."""
    group = get_object_or_404(
        groups_for(request.user, "progress.enter_grades").select_related("course", "site", "year"), public_id=group_id
    )
    point = get_object_or_404(
        AssessmentPoint.objects.select_related("effort_scale"), public_id=point_id, site=group.site
    )
    scale = scale_for(group.course, request.GET.get("scale", "")) if group.course else None
    columns = grid_columns(point, scale)
    rows = grid_rows(group, point)
    grid = GradeGrid(rows, columns, request.POST if request.method == "POST" else None)
    status, saved = 200, ""
    if request.method == "POST" and not grid.faults:
        try:
            changed = actions.enter_grades(group, point, grid.entries(), by=request.user)
        except actions.GradesChanged as meanwhile:
            grid.show_clashes(meanwhile.theirs)
        except actions.PointNotOpen:
            status, saved = 422, "This assessment point has closed. Nothing was saved."
        else:
            saved = _saved(changed)
            if not request.htmx:
                messages.success(request, saved)
                return redirect(request.get_full_path())
            grid = GradeGrid(grid_rows(group, point), columns)
    status = 422 if grid.faults or grid.clashes else status
    context = {
        "group": group,
        "point": point,
        "grid": grid,
        "saved": saved,
        "scale": scale,
        "scales": [] if scale or not group.course else GradeScale.objects.filter(kind="grade"),
        "can_type": point.is_open and bool(columns),
        "tone": POINT_TONES[point.state],
    }
    template = "progress/grade_grid.html#grid" if request.htmx else "progress/grade_grid.html"
    return render(request, template, context, status=status)


def _saved(changed: int) -> str:
    return "Nothing had changed." if changed == 0 else f"{changed} {'grade' if changed == 1 else 'grades'} saved."


@page("progress.view_grades")
def student_progress(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student's subjects: targets, current and predicted grades, effort, and how they have moved."""
    student = the_student(request, "progress.view_grades", public_id=student_id)
    subjects = latest_by_subject([student.pk]).get(student.pk, [])
    kinds = [kind for kind in GradeKind if any(kind in subject.grades for subject in subjects)]
    context = {
        "student": student,
        "subjects": subjects,
        "kinds": [(kind.value, SHORT_LABELS[kind]) for kind in kinds],
        "compared": sum(1 for subject in subjects if subject.steps is not None),
        "below": sum(1 for subject in subjects if subject.steps is not None and subject.steps < 0),
        "any_effort": any(subject.effort for subject in subjects),
        "trail": _trail(student, "Progress"),
    }
    return render(request, "progress/student_progress.html", context)


def _trail(student: Student, here: str) -> list[tuple[str, str]]:
    return [(student.full_name, reverse("caseload:student_detail", args=[student.public_id])), (here, "")]


@page("progress.manage_assessment")
def point_list(request: HttpRequest) -> HttpResponse:
    """The assessment points, latest first, to open and close."""
    points = AssessmentPoint.objects.select_related("site", "year").prefetch_related("axes")
    listed = [
        {
            "point": point,
            "tone": POINT_TONES[point.state],
            "kinds": [SHORT_LABELS[GradeKind(kind)] for kind in point.kinds],
        }
        for point in points
    ]
    usual = clock.today() + OPEN_FOR
    closes = {site: school_day_by(usual, [site]) for site in {point.site_id for point in points}}
    for entry in listed:
        entry["close"] = closes[entry["point"].site_id]
    return render(request, "progress/point_list.html", {"points": listed})


@page("progress.manage_assessment")
def point_new(request: HttpRequest) -> HttpResponse:
    """Make an assessment point."""
    return _point_page(request, AssessmentPoint(), "New assessment point")


@page("progress.manage_assessment")
def point_edit(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """Change an assessment point's dates, or what it asks for."""
    point = fetch(AssessmentPoint, request.user, "progress.manage_assessment", public_id=point_id)
    return _point_page(request, point, point.name)


def _point_page(request: HttpRequest, point: AssessmentPoint, heading: str) -> HttpResponse:
    usual = {} if point.pk else {"kinds": [GradeKind.CURRENT, GradeKind.PREDICTED], "on_date": clock.today()}
    form = PointForm(posted(request), instance=point, initial=usual)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_point(form.instance, form.cleaned_data["axes"], by=request.user)
        messages.success(request, f"{saved.name} is saved.")
        return redirect("progress:point_list")
    context = {"form": form, "heading": heading, "point": point if point.pk else None}
    return render(request, "progress/point_edit.html", context, status=422 if form.errors else 200)


@page("progress.manage_assessment")
@require_POST
def point_open(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """Open an assessment point until a day."""
    point = fetch(AssessmentPoint, request.user, "progress.manage_assessment", public_id=point_id)
    form = OpenForm(request.POST)
    if not form.is_valid() or form.cleaned_data["closes_on"] < clock.today():
        messages.error(request, f"{point.name} was not opened: give the last day for entering grades, today or later.")
    else:
        actions.open_point(point, form.cleaned_data["closes_on"], by=request.user)
        messages.success(request, f"{point.name} is open.")
    return redirect("progress:point_list")


@page("progress.manage_assessment")
@require_POST
def point_close(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """Close an assessment point."""
    point = fetch(AssessmentPoint, request.user, "progress.manage_assessment", public_id=point_id)
    try:
        actions.close_point(point, by=request.user)
    except actions.PointNotOpen:
        messages.info(request, f"{point.name} was closed already.")
    else:
        messages.success(request, f"{point.name} is closed. What was entered stays.")
    return redirect("progress:point_list")
