"""Asking students to write before a one-to-one, the page that their link opens, and sending them what was agreed."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.addresses import address_of as address_of_client
from accounts.gates import fetch, page, public_page
from core.private import links
from interventions import actions
from interventions.actions.beforehand import PURPOSE, words_of
from interventions.forms_bookings import BeforehandForm
from interventions.models import Meeting, StudentWords, Target
from interventions.queries.bookings import asked_lately, open_times_of
from interventions.views.choosing import ticked

OFFER = "interventions.offer_slots"
LOG = "interventions.log_meeting"
TAKEN = "Somebody else has just taken that time. Choose another; what you wrote is still here."
BUSY = "You have another booking at that time. Choose another; what you wrote is still here."


@page(OFFER)
def student_ask(request: HttpRequest) -> HttpResponse:
    """Ask one or many students to write before their one-to-one: by mail, or with a link to pass on by hand."""
    request.current_place = "interventions:slot_list"  # type: ignore[attr-defined]  # read by the shell
    who = ticked(request, LOG)
    students = who.students
    asked = []
    if request.method == "POST" and students:
        # The links are in this answer alone and stored nowhere, so there is no page to be sent on to.
        mail = request.POST.get("how") != "copy"
        asked = [actions.ask_student(student, by=request.user, mail=mail) for student in students]
    context = {
        "students": students,
        "who": who,
        "asked": asked,
        "by_mail": [one for one in asked if one.words.mailed],
        "by_hand": [one for one in asked if not one.words.mailed],
        "without": [student for student in students if not student.email],
        "lately": [] if students else asked_lately(request.user),
    }
    return render(request, "interventions/student_ask.html", context)


@page(OFFER)
@require_POST
def student_link_end(request: HttpRequest, words_id: UUID) -> HttpResponse:
    """Take a student's link back."""
    words = fetch(StudentWords, request.user, LOG, public_id=words_id)
    if actions.take_back(words, by=request.user):
        messages.success(request, "The link no longer opens.")
    else:
        messages.info(request, "The link had been used, or had ended already.")
    return redirect("interventions:student_ask")


@page(LOG)
@require_POST
def meeting_send(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Send what was agreed to the student: targets and the next date only."""
    rows = Meeting.objects.filter(sealed_at=None).select_related("student")
    mine = rows.filter(written_by=request.user) | rows.filter(led_by=request.user)
    meeting = fetch(mine, request.user, LOG, public_id=meeting_id)
    if not meeting.student.email:
        messages.warning(request, "No address of the student is recorded, so nothing can be sent.")
        return redirect("interventions:meeting_detail", meeting_id=meeting.public_id)
    actions.send_agreed(meeting, by=request.user)
    messages.success(request, f"The targets and the next date are on their way to {meeting.student.email}.")
    return redirect("interventions:meeting_detail", meeting_id=meeting.public_id)


@public_page(
    "A student has no account: the link is for one student and one answer, ends by itself, and shows a first name only."
)
@never_cache
def beforehand(request: HttpRequest, token: str) -> HttpResponse:
    """What a student's link opens: how it is going, their targets, and the times they may choose."""
    client = address_of_client(request) or ""
    try:
        words = words_of(links.peek(token, PURPOSE, client))
        typed = request.POST if request.method == "POST" else None
        form = BeforehandForm(typed, slots=open_times_of(words.asked_by_id))
        if request.method == "POST" and form.is_valid() and _written(token, form, client):
            return redirect("interventions:beforehand_thanks")
    except links.LinkRefused as refused:
        status = 429 if isinstance(refused, links.TooManyTries) else 404
        return render(request, "interventions/beforehand_closed.html", status=status)
    targets = Target.objects.open().filter(student=words.student_id).order_by("due_on", "pk")
    context = {"words": words, "form": form, "targets": targets, "times": form.fields["slot"].queryset.exists()}  # type: ignore[attr-defined]  # a ModelChoiceField
    return render(request, "interventions/beforehand.html", context, status=422 if form.errors else 200)


def _written(token: str, form: BeforehandForm, client: str) -> bool:
    """Keep it; a time that was taken meanwhile comes back as a fault, with the link unused."""
    try:
        with transaction.atomic():
            actions.write_beforehand(token, form.said(), client)
    except actions.TimeTaken:
        form.add_error("slot", TAKEN)
    except actions.StudentBusy:
        form.add_error("slot", BUSY)
    else:
        return True
    return False


@public_page("It says thank you, and nothing about anybody.")
def beforehand_thanks(request: HttpRequest) -> HttpResponse:
    """Said after a student has sent it."""
    return render(request, "interventions/beforehand_thanks.html")
