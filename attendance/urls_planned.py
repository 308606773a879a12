"""Attendance: addresses of planned absence."""

from django.urls import path

from attendance.views import planned, planned_many

urlpatterns = [
    path("registers/planned/", planned.planned_list, name="planned_list"),
    path("registers/planned/many/", planned_many.planned_many, name="planned_many"),
    path("registers/planned/together/<uuid:batch>/", planned_many.batch_detail, name="batch_detail"),
    path("registers/planned/together/<uuid:batch>/withdraw/", planned_many.batch_withdraw, name="batch_withdraw"),
    path("registers/planned/<uuid:public_id>/", planned.planned_detail, name="planned_detail"),
    path("registers/planned/<uuid:public_id>/change/", planned.planned_change, name="planned_change"),
    path("registers/planned/<uuid:public_id>/withdraw/", planned.planned_withdraw, name="planned_withdraw"),
    path("students/<uuid:public_id>/attendance/plan/", planned.planned_new, name="planned_new"),
]
