"""Times for one-to-ones: opening them, the list of the day, booking, rearranging, and the calendar address."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from accounts.addresses import address_of as address_of_client
from accounts.gates import fetch, page, public_page
from caseload.views.one_student import the_student
from core import clock, wording
from core.pages.http import posted, wants_part
from core.private import links
from interventions import actions
from interventions.actions import feeds
from interventions.choices import BookingState
from interventions.forms_bookings import BookForm, BookForStudentForm, MoveForm, TimesForm
from interventions.models import Booking, CalendarFeed, Slot
from interventions.queries import bookings as queries
from interventions.queries.due import my_students

OFFER = "interventions.offer_slots"
LOG = "interventions.log_meeting"
GONE = "Somebody has booked that time meanwhile, or it is withdrawn or past. Choose another."
BUSY = "The student has another booking at that time. Choose another."


@page(OFFER)
def slot_list(request: HttpRequest) -> HttpResponse:
    """The list of the day: who comes when, and the times that are free."""
    days = queries.days_with_times(request.user)
    today = clock.today()
    wanted = parse_date(request.GET.get("day", "")) if len(request.GET.get("day", "")) == 10 else None
    day = wanted or next((one for one in days if one >= today), days[-1] if days else today)
    tabs = [
        {"label": wording.day(one), "url": f"?day={one.isoformat()}", "current": one == day, "count": None}
        for one in dict.fromkeys([*days[:8], day] if day not in days[:8] else days[:8])
    ]
    context = {
        "day": day,
        "tabs": tabs if days else [],
        "times": queries.times_of_day(request.user, day),
        "asked": queries.asked_lately(request.user),
        "feed": CalendarFeed.objects.filter(user=request.user).select_related("link").first(),
    }
    return render(request, "interventions/slot_list.html", context)


@page(OFFER)
def slot_new(request: HttpRequest) -> HttpResponse:
    """Open slots: a Progress Day in two clicks. They are shown first; whatever was not shown is shown before it is opened."""
    form = TimesForm(posted(request), by=request.user)
    if wants_part(request):
        return render(request, "interventions/slot_new.html#preview", {"form": form})
    shown = "open" in request.POST and request.POST.get("seen", "") == form.seen
    if request.method == "POST" and form.is_valid() and shown:
        try:
            slots = actions.open_times(form.said(), by=request.user)
        except actions.TimesClash:
            form.add_error("starts", "You offer some of these slots already. Change the hours, or withdraw the others.")
        else:
            messages.success(request, f"{len(slots)} slots are open on {wording.day(form.cleaned_data['day'])}.")
            return _to_day(form.cleaned_data["day"])
    return render(request, "interventions/slot_new.html", {"form": form}, status=422 if form.errors else 200)


def _to_day(day: date) -> HttpResponse:
    return redirect(f"{reverse('interventions:slot_list')}?day={day.isoformat()}")


def _day_of(slot: Slot) -> date:
    return clock.local(slot.time.lower).date()


@page(OFFER)
@require_POST
def slot_withdraw(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Take a free time back."""
    slot = fetch(Slot, request.user, OFFER, public_id=slot_id)
    try:
        if actions.withdraw_time(slot, by=request.user):
            messages.success(request, "The time is withdrawn.")
        else:
            messages.info(request, "The time was withdrawn already.")
    except actions.TimeTaken:
        messages.warning(request, "Somebody has booked it. Move or cancel the booking first.")
    return _to_day(_day_of(slot))


@page(OFFER)
def slot_book(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Book a time for a student."""
    slot = fetch(Slot.objects.select_related("type"), request.user, OFFER, public_id=slot_id)
    form = BookForm(posted(request), students=my_students(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            actions.book_time(slot, form.cleaned_data["student"], by=request.user)
        except actions.TimeTaken:
            form.add_error(None, GONE)
        except actions.StudentBusy:
            form.add_error("student", BUSY)
        else:
            messages.success(request, f"{form.cleaned_data['student'].full_name} is booked.")
            return _to_day(_day_of(slot))
    context = {"slot": slot, "form": form, "day": _day_of(slot)}
    return render(request, "interventions/slot_book.html", context, status=422 if form.errors else 200)


@page(LOG)
def student_book(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Book a student into a free time of one's own or of the student's tutors, from the student's page."""
    student = the_student(request, LOG, public_id=student_id)
    slots = queries.open_times_for(request.user, student)
    form = BookForStudentForm(posted(request), slots=slots)
    if request.method == "POST" and form.is_valid():
        slot = form.cleaned_data["slot"]
        try:
            actions.book_time(slot, student, by=request.user)
        except actions.TimeTaken:
            form.add_error("slot", GONE)
        except actions.StudentBusy:
            form.add_error("slot", BUSY)
        else:
            messages.success(
                request,
                f"{student.full_name} is booked {wording.moment(slot.time.lower)} with {slot.tutor.formal_name}.",
            )
            return redirect("caseload:student_detail", student.public_id)
    context = {
        "student": student,
        "form": form,
        "free": slots.exists(),
        "booked": queries.booked_times(student),
        "may_open": request.user.has_perm(OFFER),
    }
    return render(request, "interventions/student_book.html", context, status=422 if form.errors else 200)


@page(OFFER)
@require_POST
def booking_end(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """The student did not come, or the booking is cancelled."""
    booking = fetch(Booking.objects.select_related("slot"), request.user, LOG, public_id=booking_id)
    state = BookingState.NO_SHOW if request.POST.get("state") == BookingState.NO_SHOW else BookingState.CANCELLED
    try:
        actions.end_booking(booking, state, by=request.user)
        messages.success(
            request,
            "It is recorded that the student did not come."
            if state == BookingState.NO_SHOW
            else "The booking is cancelled.",
        )
    except actions.BookingEnded:
        messages.warning(request, "It was changed meanwhile. The list shows how it stands.")
    return _to_day(_day_of(booking.slot))


@page(OFFER)
def booking_move(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Rearrange a booking, also one to which the student did not come."""
    rows = Booking.objects.select_related("slot", "student")
    booking = fetch(rows, request.user, LOG, public_id=booking_id)
    slots = queries.open_times_of(request.user.pk)  # type: ignore[arg-type]  # signed in
    form = MoveForm(posted(request), slots=slots)
    if request.method == "POST" and form.is_valid():
        slot = form.cleaned_data["slot"]
        try:
            with transaction.atomic():
                actions.move_booking(booking, slot, by=request.user)
        except actions.TimeTaken:
            form.add_error("slot", GONE)
        except actions.StudentBusy:
            form.add_error("slot", BUSY)
        except actions.BookingEnded:
            messages.warning(request, "It was changed meanwhile. The list shows how it stands.")
            return _to_day(_day_of(booking.slot))
        else:
            messages.success(request, f"{booking.student.full_name} now comes {wording.moment(slot.time.lower)}.")
            return _to_day(_day_of(slot))
    context = {"booking": booking, "form": form, "free": slots.exists(), "day": _day_of(booking.slot)}
    return render(request, "interventions/booking_move.html", context, status=422 if form.errors else 200)


@page(OFFER)
def feed_detail(request: HttpRequest) -> HttpResponse:
    """The person's own calendar address: made here, and shown once."""
    address = ""
    if request.method == "POST":
        # The address is in this answer alone and stored nowhere, so there is no page to be sent on to.
        address = feeds.make_feed(with_names="with_names" in request.POST, by=request.user)
    feed = CalendarFeed.objects.filter(user=request.user).select_related("link").first()
    return render(request, "interventions/feed_detail.html", {"feed": feed, "address": address})


@page(OFFER)
@require_POST
def feed_end(request: HttpRequest) -> HttpResponse:
    """End the calendar address, so that it opens no more."""
    if feeds.end_feed(by=request.user):
        messages.success(request, "Your calendar address no longer opens.")
    else:
        messages.info(request, "You had no calendar address, so nothing has changed.")
    return redirect("interventions:feed_detail")


@public_page(
    "Calendar programs don't sign in; the secret in the address is the key, and no name is in it unless asked for."
)
def feed_read(request: HttpRequest, token: str) -> HttpResponse:
    """A person's times as a calendar."""
    try:
        text = feeds.feed_text(token, address_of_client(request) or "")
    except links.TooManyTries:
        return HttpResponse("Too many tries. Wait a quarter of an hour.", status=429, content_type="text/plain")
    except links.LinkRefused:
        return HttpResponse("This calendar address does not open any more.", status=404, content_type="text/plain")
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="one-to-ones.ics"'
    answer["Cache-Control"] = "no-store, private"
    return answer
