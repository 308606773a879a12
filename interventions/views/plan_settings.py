"""Setting action plans up: barriers and stages."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.gates import page
from core.pages.http import posted
from interventions.actions import plan_settings as actions
from interventions.choices_plans import SET_UP_PLANS as SET_UP
from interventions.forms_plan_settings import BarrierForm, PlanStageForm
from interventions.models import Barrier, PlanStage
from interventions.queries.plans import stages

TEMPLATE = "interventions/plan_setting_edit.html"


@page(SET_UP)
def plan_settings(request: HttpRequest) -> HttpResponse:
    """The stages of plans, and what may stand in a student's way."""
    context = {"stages": stages(all_of_them=True), "barriers": Barrier.objects.all()}
    return render(request, "interventions/plan_settings.html", context)


@page(SET_UP)
def barrier_edit(request: HttpRequest, barrier_id: UUID | None = None) -> HttpResponse:
    """Add a barrier or change one."""
    barrier = get_object_or_404(Barrier, public_id=barrier_id) if barrier_id else None
    initial = {name: getattr(barrier, name) for name in BarrierForm.base_fields} if barrier else None
    form = BarrierForm(posted(request), barrier=barrier, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_barrier(request.user, barrier, **form.cleaned_data)
        messages.success(request, f"The barrier {form.cleaned_data['name']} is saved.")
        return redirect("interventions:plan_settings")
    return _edit(request, form, barrier.name if barrier else "Add a barrier")


@page(SET_UP)
def plan_stage_edit(request: HttpRequest, stage_id: UUID) -> HttpResponse:
    """Change one of the stages."""
    stage = get_object_or_404(PlanStage, public_id=stage_id)
    initial = {name: getattr(stage, name) for name in PlanStageForm.base_fields}
    form = PlanStageForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_plan_stage(request.user, stage, **form.cleaned_data)
        messages.success(request, f"Stage {stage.number} is saved.")
        return redirect("interventions:plan_settings")
    return _edit(request, form, f"Stage {stage.number}: {stage.name}")


def _edit(request: HttpRequest, form: BarrierForm | PlanStageForm, title: str) -> HttpResponse:
    trail = [("Action plans", reverse("interventions:plan_settings")), (title, "")]
    context = {"form": form, "title": title, "trail": trail}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)
