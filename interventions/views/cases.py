"""Staged processes: cases and their steps; and the processes themselves."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance.choices import LIST_EXPORTED
from caseload.models import Student
from caseload.queries.list_files import list_file, wants_file
from caseload.registries import answering
from caseload.registries.columns import actions_for
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core.pages.http import posted
from interventions.actions import cases as actions
from interventions.forms_cases import CaseCloseForm, CaseMoveForm, CaseNewForm, ProcessForm, StageForm
from interventions.models import Case, ProcessStage, StagedProcess
from interventions.queries import cases as read
from interventions.subjects import of_processes

MANAGE, SET_UP = actions.MANAGE, actions.SET_UP
COLUMNS = (
    "Student", "Group", "Process", "Stage", "Name of the stage", "Why", "Opened", "Attendance now, six weeks",
    "Attendance now, year", "What opened it, then and now", "What opened it still holds", "To approve", "Review date", "Owner", "Closed",
    "Outcome",
)  # fmt: skip
CHANGED = "Somebody moved or closed this case meanwhile; what stands now is below. Nothing of yours was saved."


@page(MANAGE)
def case_list(request: HttpRequest) -> HttpResponseBase:
    """Open cases, those due first; students for whom one could begin."""
    show = request.GET.get("show", "")
    if show not in read.SHOWS:
        raise Http404
    numbers = read.counts(request.user)
    chips = [
        {"label": label, "url": f"?show={key}", "count": numbers[key], "current": key == show}
        for key, label in read.SHOWS.items()
    ]
    if wants_file(request):
        cells = [_cells(row) for row in read.cases(request.user, show, limit=None)]
        return list_file(request, LIST_EXPORTED, "stage-processes", COLUMNS, cells, [f"{read.SHOWS[show]}."])
    shown = read.case_page(request.user, show)
    context: dict[str, Any] = {
        "rows": shown.rows,
        "could": shown.could,
        "over": shown.over,
        "total": numbers[show],
        "chips": chips,
        "show": show,
    }
    context["actions"] = actions_for(request.user)
    return render(request, "interventions/case_list.html", context)


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    case, student, now = row["case"], row["case"].student, row["now"] or read.AttendanceNow()
    return (
        student.list_name, row["group"], case.process.name, case.stage.number, case.stage.name, case.reason,
        case.opened_on, now.six_weeks.words if now.six_weeks else None, now.year.words if now.year else None,
        now.words, now.holds,
        case.awaits_approval, case.review_on, case.owner.full_name, case.closed_on, case.outcome,
    )  # fmt: skip


@page(MANAGE)
def case_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Begin a staged process with a student."""
    student = the_student(request, MANAGE, public_id=student_id)
    form = CaseNewForm(
        posted(request), initial={"stage": _stage(request), "reason": request.GET.get("reason", "")[:200]}
    )
    if request.method == "POST" and form.is_valid():
        values, answers = form.cleaned_data, answering.sent(request.POST)
        try:
            case = actions.open_case(
                request.user, student, values["stage"], reason=values["reason"], review_on=values["review_on"],
                answers=answers,
            )  # fmt: skip
        except actions.AlreadyOpen as there:
            messages.info(request, "There is an open case of this process already; here it is.")
            case = there.case
        say_cleared(request, answers)
        return redirect("interventions:case_detail", case.public_id)
    context = {
        "student": student,
        "form": form,
        "answers": answering.offered(
            [student.pk],
            request.user,
            posted(request),
            about=of_processes(),
            initial=form.initial,
            named=answering.named(request.GET),
        ),
        "trail": [_student(student), ("Begin a staged process", None)],
    }
    return render(request, "interventions/case_new.html", context, status=422 if form.errors else 200)


def _stage(request: HttpRequest) -> int | None:
    text = request.GET.get("stage", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _student(student: Student) -> tuple[str, str]:
    return student.full_name, reverse("caseload:student_detail", args=[student.public_id])


@page(MANAGE)
def case_detail(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: where it stands, what its stage asks for, everything that happened; look at it, move it, close it."""
    case = _case(request, case_id)
    move = CaseMoveForm(
        request.POST if "move" in request.POST else None,
        process=case.process,
        initial={"stage": case.stage_id, "version": case.version},
    )
    close = CaseCloseForm(request.POST if "close" in request.POST else None, initial={"version": case.version})
    trouble = ""
    if request.method == "POST" and not case.closed_on:
        try:
            if move.is_bound and move.is_valid():
                values = dict(move.cleaned_data)
                version = values.pop("version")
                actions.move_case(request.user, case, actions.Move(**values), version=version)
                return redirect("interventions:case_detail", case.public_id)
            if close.is_bound and close.is_valid():
                actions.close_case(request.user, case, **close.cleaned_data)
                messages.success(request, "The case is closed.")
                return redirect("interventions:case_detail", case.public_id)
        except actions.CaseChanged:
            trouble, case = CHANGED, _case(request, case_id)
    return _detail(request, case, move, close, trouble)


def _detail(request: HttpRequest, case: Case, move: Any, close: Any, trouble: str) -> HttpResponse:
    context = {
        "case": case,
        "student": case.student,
        "now": read.attendance_now(request.user, [case]).get(case.pk),
        "steps": read.steps_of(case),
        "stages": ProcessStage.objects.filter(process=case.process, active=True).select_related(
            "letter", "meeting_type"
        ),
        "move": move,
        "close": close,
        "trouble": trouble,
        "may_send": request.user.has_perm("interventions.send_letter"),
        "trail": [("Staged processes", reverse("interventions:case_list")), (case.student.full_name, None)],
    }
    faulty = bool(trouble or move.errors or close.errors)
    return render(request, "interventions/case_detail.html", context, status=422 if faulty else 200)


def _case(request: HttpRequest, case_id: UUID) -> Case:
    rows = Case.objects.select_related(
        "student", "process", "stage__letter", "stage__meeting_type", "owner", "opened_by", "closed_by", "alert__rule"
    )
    case: Case = fetch(rows, request.user, MANAGE, public_id=case_id)
    return case


@require_POST
@page(MANAGE)
def case_approve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Approve the stage that a case has reached."""
    case = _case(request, case_id)
    text = request.POST.get("version", "")
    try:
        actions.approve_case(request.user, case, version=int(text) if text.isascii() and text.isdigit() else -1)
        messages.success(request, f"The stage of {case.student.full_name} is approved.")
    except actions.NotYours as why:
        messages.error(request, str(why))
    except actions.CaseChanged:
        messages.error(request, CHANGED)
    return redirect("interventions:case_detail", case.public_id)


@page(SET_UP)
def process_list(request: HttpRequest) -> HttpResponse:
    """The staged processes and their stages; add one."""
    form = ProcessForm(posted(request))
    if request.method == "POST" and form.is_valid():
        process = actions.save_process(request.user, None, **form.cleaned_data)
        return redirect("interventions:process_detail", process.public_id)
    context = {"processes": read.processes(all_of_them=True), "form": form}
    return render(request, "interventions/process_list.html", context, status=422 if form.errors else 200)


@page(SET_UP)
def process_detail(request: HttpRequest, process_id: UUID) -> HttpResponse:
    """What a process is called, and its stages."""
    process = get_object_or_404(StagedProcess, public_id=process_id)
    initial = {"name": process.name, "about": process.about, "active": process.active}
    form = ProcessForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_process(request.user, process, **form.cleaned_data)
        messages.success(request, f"The stage process {form.cleaned_data['name']} is saved.")
        return redirect("interventions:process_detail", process.public_id)
    stages = process.stages.select_related("letter", "alert_rule", "meeting_type")
    context = {"process": process, "stages": stages, "form": form, "trail": _trail(process.name)}
    return render(request, "interventions/process_detail.html", context, status=422 if form.errors else 200)


@page(SET_UP)
def stage_edit(request: HttpRequest, process_id: UUID, stage_id: UUID | None = None) -> HttpResponse:
    """Add a stage, or change one."""
    process = get_object_or_404(StagedProcess, public_id=process_id)
    stage = get_object_or_404(ProcessStage, public_id=stage_id, process=process) if stage_id else None
    names = tuple(StageForm.base_fields)
    initial = {name: getattr(stage, f"{name}_id", getattr(stage, name, None)) for name in names} if stage else None
    form = StageForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_stage(request.user, process, stage, **form.cleaned_data)
        return redirect("interventions:process_detail", process.public_id)
    title = f"Stage {stage.number}: {stage.name}" if stage else "Add a stage"
    back = (process.name, reverse("interventions:process_detail", args=[process.public_id]))
    context = {"form": form, "title": title, "trail": [*_trail(None), back, (title, None)]}
    return render(request, "interventions/stage_edit.html", context, status=422 if form.errors else 200)


def _trail(name: str | None) -> list[tuple[str, str | None]]:
    first: list[tuple[str, str | None]] = [("Processes", reverse("interventions:process_list"))]
    return [*first, (name, None)] if name else first
