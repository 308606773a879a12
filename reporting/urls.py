"""Dashboards and reports: addresses."""

from django.urls import path

from reporting.views import dashboard, reports, schedules

app_name = "reporting"
urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/students/", dashboard.dashboard_students, name="dashboard_students"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/new/", reports.report_new, name="report_new"),
    path("reports/schedules/", schedules.schedule_list, name="schedule_list"),
    path("reports/schedules/new/", schedules.schedule_new, name="schedule_new"),
    path("reports/schedules/<uuid:public_id>/", schedules.schedule_edit, name="schedule_edit"),
    path("reports/schedules/<uuid:public_id>/stop/", schedules.schedule_stop, name="schedule_stop"),
    path("reports/<uuid:public_id>/", reports.report_detail, name="report_detail"),
    path("reports/<uuid:public_id>/file/", reports.report_download, name="report_download"),
    path("reports/<uuid:public_id>/cancel/", reports.report_cancel, name="report_cancel"),
    path("reports/<uuid:public_id>/again/", reports.report_again, name="report_again"),
]
