"""Reading a one-to-one, and amending it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from caseload.models import Student
from core import clock
from core.models import Mail
from core.pages.http import posted
from interventions import actions, queries, rules
from interventions.actions.beforehand import agreed_key
from interventions.forms import MeetingForm
from interventions.models import Meeting, MeetingType, Target, TargetReview, history_of
from interventions.views.meeting_new import audiences_of

READ = "caseload.view_student"
LOG = "interventions.log_meeting"
TEXTS = ("notes", "student_words", "tutor_actions")


@page(READ)
def meeting_detail(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """What was said and agreed in a one-to-one; read by its audience."""
    rows = Meeting.objects.select_related("student", "type", "led_by", "written_by", "amended_by")
    meeting = fetch(rows, request.user, READ, public_id=meeting_id)
    earlier = list(history_of(meeting)) if meeting.version > 1 else []
    context = {
        "meeting": meeting,
        "student": meeting.student,
        "reviews": TargetReview.objects.visible_to(request.user)
        .filter(meeting=meeting)
        .select_related("target")
        .order_by("target__due_on", "pk"),
        "targets": Target.objects.visible_to(request.user).filter(set_at=meeting).order_by("due_on", "pk"),
        "readers": meeting.readers.order_by("sort_key", "pk"),
        "earlier": [row for row in earlier if any(getattr(row, name) != getattr(meeting, name) for name in TEXTS)],
        "may_amend": rules.may_amend_meeting(request.user, meeting),
        "told": meeting.told.order_by("sort_key", "pk"),
        "agreed": _agreed(request, meeting),
        "may_seal": request.user.has_perm("interventions.seal_note") and rules.may_seal(request.user, meeting),
        "trail": [
            (meeting.student.full_name, reverse("caseload:student_detail", args=[meeting.student.public_id])),
            (meeting.type.name, ""),
        ],
    }
    return render(request, "interventions/meeting_detail.html", context)


def _agreed(request: HttpRequest, meeting: Meeting) -> dict[str, Any] | None:
    """Whether what was agreed can be sent to the student, to which address, and when it was; nothing for anybody else."""
    if meeting.sealed_at or request.user.pk not in (meeting.written_by_id, meeting.led_by_id):
        return None
    mail = Mail.objects.filter(key=agreed_key(meeting)).first()
    return {"to": meeting.student.email, "sent_at": clock.told(mail.queued_at) if mail else None}


@page(LOG)
def meeting_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """What to know before a one-to-one, on one page to print."""
    student = fetch(Student, request.user, LOG, public_id=student_id)
    kind = MeetingType.objects.filter(active=True).first()
    known = queries.prepare(request.user, student)
    context = {"student": student, "known": known, "kind": kind, "printed_at": clock.now()}
    return render(request, "interventions/meeting_page.html", context)


@page(LOG)
def meeting_amend(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Amend what was written of a one-to-one; its own author or whoever led it."""
    rows = Meeting.objects.filter(sealed_at=None).select_related("student", "type")
    mine = rows.filter(written_by=request.user) | rows.filter(led_by=request.user)
    meeting = fetch(mine, request.user, LOG, public_id=meeting_id)
    people = queries.people_around(meeting.student, request.user)
    form = MeetingForm(posted(request), meeting=meeting)
    form.offer_readers([*people.nameable, *meeting.readers.all()])
    version, theirs = meeting.version, None
    if request.method == "POST" and form.is_valid():
        sent = request.POST.get("version", "")
        try:
            actions.amend_meeting(meeting, int(sent) if sent.isdigit() else 0, form.said(), by=request.user)
        except actions.MeetingChanged as changed:
            theirs, version = changed.meeting, changed.meeting.version
        else:
            messages.success(request, "The one-to-one is amended. What stood before is kept with it.")
            return redirect("interventions:meeting_detail", meeting_id=meeting.public_id)
    context = {
        "meeting": meeting,
        "student": meeting.student,
        "form": form,
        "version": version,
        "theirs": theirs,
        "people": people,
        "audiences": audiences_of(form, people),
    }
    return render(request, "interventions/meeting_amend.html", context, status=422 if form.errors or theirs else 200)
