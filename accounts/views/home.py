"""The way in: each person's own first page, and the health check for machines."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from accounts.gates import any_staff, public_page
from core.health import health
from core.pages.menu import places_for


@any_staff("The first page sends everybody to the first place that they can open.")
def home(request: HttpRequest) -> HttpResponse:
    """Send somebody to the first of their own places."""
    places = places_for(request.user)
    return redirect(places[0]["url"]) if places else render(request, "accounts/nowhere.html")


@public_page("Monitors ask without signing in; the answer holds nothing about anybody.")
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether database, broker, workers and beat are alive: 200 when all are, 503 with the names of those that are not."""
    found = health()
    return JsonResponse(found, status=200 if found["ok"] else 503)
