"""Attendance: addresses of the day's work: missing registers and first-day absence."""

from django.urls import path

from attendance.views import first_day, missing

urlpatterns = [
    path("registers/missing/", missing.missing_register_list, name="missing_register_list"),
    path("registers/missing/remind/", missing.register_remind, name="register_remind"),
    path("registers/missing/by-person/", missing.register_taker_list, name="register_taker_list"),
    path("registers/missing/by-person/<uuid:public_id>/", missing.register_taker_detail, name="register_taker_detail"),
    path("registers/first-day/", first_day.first_day_list, name="first_day_list"),
    path("registers/first-day/unexplained/", first_day.unexplained_list, name="unexplained_list"),
    path("registers/first-day/unexplained/set/", first_day.unexplained_set, name="unexplained_set"),
    path("registers/first-day/<uuid:public_id>/", first_day.first_day_call, name="first_day_call"),
]
