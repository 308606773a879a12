"""Report runs: the list, asking for one, watching it, its file."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from audit import record
from core.models.mail import MailState
from core.private.files import FileGone, file_response
from reporting import choices
from reporting.actions import runs
from reporting.choices import ATTENDANCE_REPORT, RUN_REPORT
from reporting.forms import NewReportForm
from reporting.models import ReportRun

PER_PAGE = 30
# The page follows a report until its mails have ended one way or the other.
ON_THE_WAY = (MailState.WAITING, MailState.RUNNING, MailState.HANDING_OVER)


@page(ATTENDANCE_REPORT)
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports about students whose figures this person may see, newest first."""
    found = (
        ReportRun.objects.visible_to(request.user, ATTENDANCE_REPORT)
        .select_related("term__year", "asked_by", "subscription", "site", "year_group__site", "house", "team", "file")
        .order_by("-asked_at", "-pk")
    )
    page_of = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reporting/report_list.html", {"page": page_of})


@page(ATTENDANCE_REPORT)
def report_new(request: HttpRequest) -> HttpResponse:
    """Ask for a report."""
    form = NewReportForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        run = runs.ask_for_report(
            request.user,
            scope=chosen["scope"],
            term=chosen["term"],
            edition=chosen["edition"],
            recipients=chosen["recipients"],
            form_token=chosen["form_token"],
        )
        return redirect("reporting:report_detail", run.public_id)
    context = {"form": form, "whole": request.user.has_perm(RUN_REPORT)}
    return render(request, "reporting/report_new.html", context, status=422 if form.errors else 200)


@page(ATTENDANCE_REPORT)
def report_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report: how far it is, who gets it, and the file when it is done."""
    run = fetch(ReportRun, request.user, ATTENDANCE_REPORT, public_id=public_id)
    deliveries = list(run.deliveries.select_related("person", "mail").order_by("person__sort_key"))
    context = {
        "run": run,
        "deliveries": deliveries,
        "follow": not run.is_over or any(sent.mail and sent.mail.state in ON_THE_WAY for sent in deliveries),
        "may_change": run.asked_by_id == request.user.pk or request.user.has_perm(choices.MANAGE_SCHEDULES),
    }
    template = "reporting/report_detail.html"
    request.current_place = "reporting:report_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, f"{template}#state" if getattr(request, "htmx", None) else template, context)


@page(ATTENDANCE_REPORT)
def report_download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The report's file, as long as it is kept; each download is recorded."""
    run = fetch(ReportRun, request.user, ATTENDANCE_REPORT, public_id=public_id)
    if run.file is None:
        messages.error(request, "There is no file yet. It is made in the background.")
        return redirect("reporting:report_detail", run.public_id)
    try:
        response = file_response(run.file)
    except FileGone:
        messages.error(request, "The file has expired and was deleted. Ask for the report again.")
        return redirect("reporting:report_detail", run.public_id)
    record.record(request.user, choices.REPORT_DOWNLOADED, "report_run", run.pk)
    return response


@page(ATTENDANCE_REPORT)
@require_POST
def report_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a report that isn't done."""
    run = fetch(ReportRun, request.user, ATTENDANCE_REPORT, public_id=public_id)
    if runs.cancel_report(request.user, run):
        messages.success(request, "Stopped. Nothing was sent.")
    else:
        messages.info(request, "It was over already.")
    return redirect("reporting:report_detail", run.public_id)


@page(ATTENDANCE_REPORT)
@require_POST
def report_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Try a failed or stopped report again."""
    run = fetch(ReportRun, request.user, ATTENDANCE_REPORT, public_id=public_id)
    if runs.try_again(request.user, run):
        messages.success(request, "It waits to be built again.")
    else:
        messages.info(request, "It is not one that failed or was stopped.")
    return redirect("reporting:report_detail", run.public_id)
