"""Taking a site into the next academic year: prepare, look, confirm, follow, undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import rollover as actions
from caseload.forms.structure import RolloverForm, RolloverGroupsForm
from caseload.models import Rollover, Site, Student
from caseload.queries import search
from caseload.queries.calendar import academic_years, current_academic_year
from caseload.queries.rollover import Plan, left_out_by_reason, other_caseloads, plan_of, stayers
from caseload.rules.structure import MANAGE_STRUCTURE, managed_sites
from core.pages.http import posted, wants_part

Stage = Rollover.Stage


@page(MANAGE_STRUCTURE)
def rollover_list(request: HttpRequest) -> HttpResponse:
    """Begin a rollover of a site; the ones before."""
    sites = managed_sites(request.user)
    offered = Site.objects.all() if sites is None else Site.objects.filter(pk__in=sites)
    form = RolloverForm(posted(request), sites=offered, years=academic_years(), current=current_academic_year())
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            run = actions.prepare_rollover(request.user, values["site"], values["from_year"], values["to_year"])
        except actions.NotPossible as why:
            form.add_error(None, str(why))
        else:
            return redirect("caseload:rollover_detail", run.public_id)
    runs = Rollover.objects.visible_to(request.user, MANAGE_STRUCTURE).select_related(
        "site", "from_year", "to_year", "asked_by"
    )[:20]
    context = {"form": form, "runs": runs}
    return render(request, "caseload/rollover_list.html", context, status=422 if form.errors else 200)


@page(MANAGE_STRUCTURE)
def rollover_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a rollover would do, or did."""
    run = _fetch(request, public_id)
    return _detail(request, run)


@require_POST
@page(MANAGE_STRUCTURE)
def rollover_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep the names of next year's tutor groups and the two choices."""
    run = _fetch(request, public_id)
    plan = plan_of(run)
    form = RolloverGroupsForm(request.POST, plan=plan)
    if form.is_valid():
        try:
            actions.name_groups(request.user, run, form.names)
            actions.change_draft(
                request.user,
                run,
                end_rolls=form.cleaned_data["end_rolls"],
                tutors_stay=form.cleaned_data["tutors_stay"],
            )
            return redirect("caseload:rollover_detail", run.public_id)
        except actions.NotPossible as why:
            form.add_error(None, str(why))
    return _detail(request, run, plan, form)


@require_POST
@page(MANAGE_STRUCTURE)
def rollover_stay(request: HttpRequest, public_id: str, student_id: str) -> HttpResponse:
    """Say that a student stays in their year, or goes on after all."""
    run = _fetch(request, public_id)
    student = fetch(Student, request.user, MANAGE_STRUCTURE, public_id=student_id)
    _try(request, actions.let_stay, run, student, request.POST.get("stays") == "yes")
    return redirect(f"{reverse('caseload:rollover_detail', args=[run.public_id])}#staying")


@require_POST
@page(MANAGE_STRUCTURE)
def rollover_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Carry it out as it was seen."""
    run = _fetch(request, public_id)
    _try(request, actions.confirm_rollover, run, request.POST.get("digest", ""))
    return redirect("caseload:rollover_detail", run.public_id)


@require_POST
@page(MANAGE_STRUCTURE)
def rollover_undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo what was carried out."""
    run = _fetch(request, public_id)
    _try(request, actions.undo_rollover, run)
    return redirect("caseload:rollover_detail", run.public_id)


@require_POST
@page(MANAGE_STRUCTURE)
def rollover_drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw away what was being prepared."""
    run = _fetch(request, public_id)
    if _try(request, actions.drop_rollover, run):
        messages.success(request, "Thrown away. Nothing was changed by it.")
    return redirect("caseload:rollover_list")


def _fetch(request: HttpRequest, public_id: str) -> Rollover:
    rows = Rollover.objects.select_related("site", "from_year", "to_year", "asked_by")
    request.current_place = "caseload:rollover_list"  # type: ignore[attr-defined]  # read by the shell
    run: Rollover = fetch(rows, request.user, MANAGE_STRUCTURE, public_id=public_id)
    return run


def _try(request: HttpRequest, action: Any, *args: Any) -> bool:
    try:
        action(request.user, *args)
    except actions.NotPossible as why:
        messages.error(request, str(why))
        return False
    return True


def _detail(request: HttpRequest, run: Rollover, plan: Plan | None = None, form: Any = None) -> HttpResponse:
    context: dict[str, Any] = {
        "run": run,
        "trail": [("Rollover", reverse("caseload:rollover_list")), (_title(run), None)],
    }
    if run.stage == Stage.DRAFT:
        plan = plan or plan_of(run)
        find = request.GET.get("find", "")
        context |= {
            "plan": plan,
            "form": form or RolloverGroupsForm(plan=plan),
            "find": find,
            "found": search.find_students(request.user, find, 12) if find else [],
            "staying": stayers(run),
            "other_caseloads": other_caseloads(run),
        }
        context["left_out"] = left_out_by_reason((row.student_id, row.why) for row in plan.left_out)
        context["without_group"] = left_out_by_reason(plan.without_group)
    elif not wants_part(request):
        context["left_out"] = left_out_by_reason((pk, why) for pk, why in run.result.get("left_out", []))
    template = "caseload/rollover_detail.html"
    part = f"{template}#state" if wants_part(request) else template
    return render(request, part, context, status=422 if form is not None and form.errors else 200)


def _title(run: Rollover) -> str:
    return f"{run.site.name}, {run.from_year.name} to {run.to_year.name}"
