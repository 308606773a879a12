"""Students, groups and caseloads: addresses."""

from django.urls import URLPattern

app_name = "caseload"
urlpatterns: list[URLPattern] = []
