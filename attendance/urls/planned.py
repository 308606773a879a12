"""Attendance: addresses of planned absence and of the attendance settings."""

from django.urls import path

from attendance.views import closures, lesson_codes, planned, planned_many, settings

urlpatterns = [
    path("registers/planned/", planned.planned_list, name="planned_list"),
    path("registers/planned/many/", planned_many.planned_many, name="planned_many"),
    path("registers/planned/together/<uuid:batch>/", planned_many.batch_detail, name="batch_detail"),
    path("registers/planned/together/<uuid:batch>/withdraw/", planned_many.batch_withdraw, name="batch_withdraw"),
    path("registers/planned/<uuid:public_id>/", planned.planned_detail, name="planned_detail"),
    path("registers/planned/<uuid:public_id>/change/", planned.planned_change, name="planned_change"),
    path("registers/planned/<uuid:public_id>/withdraw/", planned.planned_withdraw, name="planned_withdraw"),
    path("students/<uuid:public_id>/attendance/plan/", planned.planned_new, name="planned_new"),
    path("set-up/attendance/", settings.settings, name="settings"),
    path("set-up/attendance/sites/<uuid:public_id>/", settings.site_settings, name="site_settings"),
    path("set-up/attendance/codes/", lesson_codes.code_list, name="code_list"),
    path("set-up/attendance/codes/<uuid:public_id>/own/", lesson_codes.code_own_list, name="code_own_list"),
    path("set-up/attendance/codes/<uuid:public_id>/add/", lesson_codes.code_new, name="code_new"),
    path("set-up/attendance/codes/<int:number>/", lesson_codes.code_change, name="code_change"),
    path("set-up/attendance/closures/", closures.closure_list, name="closure_list"),
    path("set-up/attendance/closures/add/", closures.closure_new, name="closure_new"),
    path("set-up/attendance/closures/<int:number>/", closures.closure_change, name="closure_change"),
    path("set-up/attendance/closures/<int:number>/open/", closures.closure_remove, name="closure_remove"),
]
