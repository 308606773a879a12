"""Interventions and their impact: addresses, under those of the app."""

from django.urls import path

from interventions.views import impact, programmes

urlpatterns = [
    path("interventions/", programmes.intervention_list, name="intervention_list"),
    path("interventions/new/", programmes.intervention_new, name="intervention_new"),
    path("interventions/impact/", impact.impact_list, name="impact_list"),
    path("interventions/impact/without-help/", impact.unhelped_list, name="unhelped_list"),
    path("interventions/impact/plans/<uuid:item_id>/", impact.impact_template, name="impact_template"),
    path("interventions/impact/programmes/<uuid:programme_id>/", impact.impact_programme, name="impact_programme"),
    path("interventions/impact/<uuid:kind_id>/", impact.impact_kind, name="impact_kind"),
    path("students/<uuid:public_id>/interventions/new/", programmes.intervention_for, name="intervention_for"),
    path("interventions/<uuid:intervention_id>/", programmes.intervention_detail, name="intervention_detail"),
    path("interventions/<uuid:intervention_id>/change/", programmes.intervention_change, name="intervention_change"),
    path(
        "interventions/<uuid:intervention_id>/students/", programmes.intervention_students, name="intervention_students"
    ),
    path(
        "interventions/<uuid:intervention_id>/students/<int:member>/leave/",
        programmes.member_leave,
        name="member_leave",
    ),
    path("interventions/<uuid:intervention_id>/sessions/new/", programmes.session_new, name="session_new"),
    path("interventions/<uuid:intervention_id>/review/", programmes.intervention_review, name="intervention_review"),
    path("interventions/<uuid:intervention_id>/impact/", impact.intervention_impact, name="intervention_impact"),
    path("set-up/interventions/", programmes.kind_list, name="kind_list"),
    path("set-up/interventions/add/", programmes.kind_edit, name="kind_add"),
    path("set-up/interventions/<uuid:kind_id>/", programmes.kind_edit, name="kind_edit"),
]
