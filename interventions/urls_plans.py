"""Action plans: addresses, under those of the app."""

from django.urls import path

from interventions.views import bank_plans, plan_papers, plan_settings, plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_start, name="plan_start"),
    path("students/<uuid:student_id>/plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<uuid:plan_id>/", plans.plan_detail, name="plan_detail"),
    path("plans/<uuid:plan_id>/change/", plans.plan_change, name="plan_change"),
    path("plans/<uuid:plan_id>/review/", plans.plan_review, name="plan_review"),
    path("plans/<uuid:plan_id>/end/", plans.plan_end, name="plan_end"),
    path("plans/<uuid:plan_id>/answer/", plans.plan_answer, name="plan_answer"),
    path("plans/<uuid:plan_id>/actions/<uuid:action_id>/", plans.plan_action_tick, name="plan_action_tick"),
    path("plans/<uuid:plan_id>/print/", plan_papers.plan_print, name="plan_print"),
    path("plans/<uuid:plan_id>/signed/", plan_papers.plan_sign, name="plan_sign"),
    path("plans/<uuid:plan_id>/signed/<uuid:copy_id>/", plan_papers.plan_copy, name="plan_copy"),
    path("bank/plans/new/", bank_plans.bank_plan_new, name="bank_plan_new"),
    path("bank/plans/<uuid:item_id>/change/", bank_plans.bank_plan_change, name="bank_plan_change"),
    path("set-up/plans/", plan_settings.plan_settings, name="plan_settings"),
    path("set-up/plans/barriers/add/", plan_settings.barrier_edit, name="barrier_add"),
    path("set-up/plans/barriers/<uuid:barrier_id>/", plan_settings.barrier_edit, name="barrier_edit"),
    path("set-up/plans/stages/<uuid:stage_id>/", plan_settings.plan_stage_edit, name="plan_stage_edit"),
]
