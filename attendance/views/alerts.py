"""Alerts: who needs somebody about their attendance, and holding a student out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance import rules
from attendance.actions import alerts as actions
from attendance.choices import LIST_EXPORTED, AlertState
from attendance.errors import BadMarks
from attendance.forms.alerts import HoldForm
from attendance.models import Alert, AlertRule, ChaseHold
from attendance.queries.alerts import lists as queries
from attendance.queries.alerts.decisions import in_words
from caseload.models import Student
from caseload.queries.list_files import WHO, list_file, wants_file, who
from caseload.registries.columns import actions_for
from caseload.views.one_student import the_student
from core import wording
from core.pages.http import posted, sent_keys

COLUMNS = (
    *WHO, "Alert", "No longer so", "Since", "Not acted on in time", "Ended", "Through", "By", "Decision", "Alerts paused until", "Because",
)  # fmt: skip
NOTES = ("One alert for each student and reason. Each figure says its day, and stands beside that of today.",)
EMPTY = {
    "": ("Nothing is open", "Alerts stand here when a rule finds a reason, each school-day morning."),
    "waiting": ("Everything has been acted on in time", "Alerts that wait too long come here, and the head of year is told."),
    "held": ("Nobody is held out", "A student held out for a known reason stands here until the day is over."),
    "ended": ("Nothing ended lately", "What was acted on or is no longer so stands here for a week."),
}  # fmt: skip


@page(rules.ACT)
def alert_list(request: HttpRequest) -> HttpResponseBase:
    """The alerts of the students within reach, the oldest first, each with the one next click."""
    show = request.GET.get("show", "")
    show = show if show in queries.SHOWS else ""
    if wants_file(request):
        rows = [cells for row in queries.whole_alert_list(request.user, show) for cells in _cells(row)]
        return list_file(request, LIST_EXPORTED, "alerts", COLUMNS, rows, [f"{queries.SHOWS[show]}.", *NOTES])
    found = queries.alert_list(request.user, show, request.GET.get("page", "1"))
    tabs = [
        {"label": label, "url": f"?show={key}" if key else "?", "count": found.counts[key], "current": key == show}
        for key, label in queries.SHOWS.items()
    ]
    context = {
        "found": found,
        "page": found.page,
        "show": show,
        "tabs": tabs,
        "empty": EMPTY[show],
        "nothing_on": not AlertRule.objects.switched_on().exists(),
        "may_see_rules": request.user.has_perm(rules.VIEW_RULES),
        "here": request.get_full_path(),
        "actions": actions_for(request.user),
        "over": [alert for row in found.page.object_list for alert in row["alerts"] if alert["over"]],
        "notes": NOTES,
    }
    return render(request, "attendance/alert_list.html", context)


def _cells(row: dict[str, Any]) -> list[Sequence[Any]]:
    """The lines of one student in the file: one for each alert, or for the time in which nobody is chased."""
    until, reason = (row["hold"]["until"], row["hold"]["reason"]) if row["hold"] else (None, "")
    alerts = row["alerts"] or [
        dict.fromkeys(("words", "over", "raised_on", "escalated_at", "ended_at", "ended_through", "ended_who"))
    ]
    return [
        (
            *who(row["student"]), alert["words"], alert["over"], alert["raised_on"], bool(alert["escalated_at"]), alert["ended_at"],
            alert["ended_through"], alert["ended_who"], in_words(alert["made"]) if alert.get("made") else None, until, reason,
        )
        for alert in alerts
    ]  # fmt: skip


@require_POST
@page(rules.ACT)
def alert_end(request: HttpRequest) -> HttpResponse:
    """End the alerts named whose rule holds no longer: one, or all of a page of the list."""
    keys = sent_keys(request.POST.getlist("alert") or request.GET.getlist("alert"))
    alerts = Alert.objects.visible_to(request.user, rules.ACT).filter(public_id__in=keys, state=AlertState.OPEN)
    ids = list(alerts.values_list("pk", flat=True))
    ended = actions.end_alerts_no_longer_so(ids, by=request.user)
    if ended:
        messages.success(request, f"{ended} {'alert' if ended == 1 else 'alerts'} ended: no longer so.")
    if still := len(ids) - ended:
        said = "1 alert holds again and stays" if still == 1 else f"{still} alerts hold again and stay"
        messages.info(request, f"{said} open.")
    if not ids:
        messages.info(request, "These alerts had ended already.")
    return redirect(_ours(request, reverse("attendance:alert_list")))


@page(rules.ACT)
def hold_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hold a student out of alerts until a day, for a reason that is known."""
    student = the_student(request, rules.ACT, public_id=public_id)
    back = _back(request, student)
    form = HoldForm(posted(request), student=student)
    if request.method == "POST" and form.is_valid():
        try:
            hold = actions.hold_out(student, by=request.user, **form.cleaned_data)
        except BadMarks as wrong:
            for name, sentence in wrong.problems.items():
                form.add_error(str(name), sentence)
        else:
            messages.success(request, f"{student.full_name} is not chased until {wording.day(hold.until)}.")
            return redirect(back)
    open_alerts, hold = queries.of_student(student, request.user)
    context = {"student": student, "form": form, "alerts": open_alerts, "hold": hold, "back": back}
    return render(request, "attendance/hold_new.html", context, status=422 if form.errors else 200)


@require_POST
@page(rules.ACT)
def hold_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a hold: the student is chased again."""
    hold = fetch(ChaseHold.objects.select_related("student"), request.user, rules.ACT, public_id=public_id)
    if actions.end_hold(hold, by=request.user):
        messages.success(request, "The hold is over. What still holds is raised the next school-day morning.")
    else:
        messages.info(request, "This hold was over already.")
    return redirect(_back(request, hold.student))


def _back(request: HttpRequest, student: Student) -> str:
    """The page of ours named by the link or the form, else the student's."""
    return _ours(request, reverse("caseload:student_detail", args=[student.public_id]))


def _ours(request: HttpRequest, otherwise: str) -> str:
    named = request.POST.get("next") or request.GET.get("next") or ""
    ours = named.startswith("/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named if ours else otherwise
