"""Grades and assessment points: addresses."""

from django.urls import path

from progress import views

app_name = "progress"
urlpatterns = [
    path("grades/", views.group_list, name="group_list"),
    path("grades/<uuid:group_id>/<uuid:point_id>/", views.grade_grid, name="grade_grid"),
    path("students/<uuid:student_id>/progress/", views.student_progress, name="student_progress"),
    path("assessment-points/", views.point_list, name="point_list"),
    path("assessment-points/new/", views.point_new, name="point_new"),
    path("assessment-points/<uuid:point_id>/", views.point_edit, name="point_edit"),
    path("assessment-points/<uuid:point_id>/open/", views.point_open, name="point_open"),
    path("assessment-points/<uuid:point_id>/close/", views.point_close, name="point_close"),
]
