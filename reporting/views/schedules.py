"""Schedules: the list, a new one, changing one, stopping one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from reporting.actions import schedules
from reporting.choices import MANAGE_SCHEDULES
from reporting.forms import ScheduleForm
from reporting.models import Subscription


@page(MANAGE_SCHEDULES)
def schedule_list(request: HttpRequest) -> HttpResponse:
    """Schedules about students whose figures this person may see, with when each falls due next."""
    found = (
        Subscription.objects.visible_to(request.user, MANAGE_SCHEDULES)
        .select_related("owner", "site", "year_group__site", "house", "team")
        .prefetch_related("recipients")
    )
    known = schedules.SchoolDays()
    rows = [{"schedule": s, "next": None if s.stopped_at else schedules.next_due(s, known=known)} for s in found]
    return render(request, "reporting/schedule_list.html", {"rows": rows})


@page(MANAGE_SCHEDULES)
def schedule_new(request: HttpRequest) -> HttpResponse:
    """Make a schedule."""
    return _form(request, Subscription(owner=request.user))


@page(MANAGE_SCHEDULES)
def schedule_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a schedule; whoever saves it while its owner has lost reach takes it over."""
    return _form(request, fetch(Subscription, request.user, MANAGE_SCHEDULES, public_id=public_id))


def _form(request: HttpRequest, schedule: Subscription) -> HttpResponse:
    form = ScheduleForm(request.POST if request.method == "POST" else None, instance=schedule, user=request.user)
    newer = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = schedules.save_schedule(
                request.user,
                form.apply(),
                recipients=form.cleaned_data["recipients"],
                version=form.cleaned_data["version"],
            )
        except schedules.ChangedMeanwhile:
            newer = Subscription.objects.get(pk=schedule.pk)
            form.add_error(
                None, "Somebody saved this schedule since you opened it. Look at what differs, then save again."
            )
            form.data = form.data.copy()
            form.data["version"] = str(newer.version)
        else:
            messages.success(request, f"“{saved.name}” is saved.")
            return redirect("reporting:schedule_list")
    request.current_place = "reporting:schedule_list"  # type: ignore[attr-defined]  # read by the shell
    context = {"form": form, "schedule": schedule, "newer": newer}
    return render(request, "reporting/schedule_form.html", context, status=422 if form.errors else 200)


@page(MANAGE_SCHEDULES)
@require_POST
def schedule_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a schedule."""
    schedule = fetch(Subscription, request.user, MANAGE_SCHEDULES, public_id=public_id)
    if schedules.stop_schedule(request.user, schedule):
        messages.success(request, f"“{schedule.name}” is stopped. What it built stays.")
    else:
        messages.info(request, "Somebody stopped it before.")
    return redirect("reporting:schedule_list")
