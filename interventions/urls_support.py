"""Support plans: addresses, under those of the app."""

from django.urls import path

from interventions.views import support

urlpatterns = [
    path("support/", support.support_list, name="support_list"),
    path("support/<uuid:plan_id>/", support.support_detail, name="support_detail"),
    path("support/<uuid:plan_id>/change/", support.support_change, name="support_change"),
    path("support/<uuid:plan_id>/review/", support.support_review, name="support_review"),
    path("support/<uuid:plan_id>/end/", support.support_end, name="support_end"),
    path("students/<uuid:student_id>/support/new/", support.support_new, name="support_new"),
]
