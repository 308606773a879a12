"""A student's roll: when they were on it, ending it, correcting the first or last day, taking back a student added by mistake."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.actions import memberships
from caseload.actions import rolls as actions
from caseload.actions.leaving import RollProblem, end_roll
from caseload.forms.rolls import EndRollForm, FirstDayForm, LastDayForm, YearGroupForm
from caseload.models import SiteMembership, Student
from caseload.queries.calendar import ONE_DAY
from caseload.queries.rolls import first_day_corrected, last_day_corrected, rolls_of
from caseload.queries.students import student_header
from caseload.registries import hanging
from caseload.rules.structure import managed_sites
from caseload.rules.students import MANAGE_STUDENTS
from caseload.views.one_student import the_student
from core import clock, wording
from core.pages.http import posted


@page(MANAGE_STUDENTS)
def student_roll(request: HttpRequest, public_id: str) -> HttpResponse:
    """When a student was on which roll, and what can be put right about it."""
    return _roll_page(request, the_student(request, MANAGE_STUDENTS, public_id=public_id))


@require_POST
@page(MANAGE_STUDENTS)
def student_end_roll(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a student's roll after their last day, with every place in a group."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    form = EndRollForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            left = end_roll(
                request.user,
                student,
                typed["last_day"],
                typed["reason"],
                destination=typed["destination"],
                sites=managed_sites(request.user),
            )
        except RollProblem as problem:
            form.add_error("last_day", problem.sentence)
        else:
            messages.success(request, _ended(student, typed["last_day"], left.places, sum(left.planned.values())))
            return redirect("caseload:student_roll", public_id)
    return _roll_page(request, student, end=form)


@require_POST
@page(MANAGE_STUDENTS)
def student_year_group(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a student into a year group from a day."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    form = YearGroupForm(request.POST, student=student)
    if form.is_valid():
        group, on = form.cleaned_data["year_group"], form.cleaned_data["on"]
        try:
            memberships.set_year_group(request.user, group, student, on)
        except memberships.AlreadyThere:
            form.add_error("year_group", f"{student.full_name} is in {group.name} on that day already.")
        except memberships.NoYear:
            form.add_error(
                "on", "This day is in no academic year. Choose another day, or add the year in the calendar."
            )
        else:
            messages.success(request, f"{student.full_name} is in {group.name} from {wording.day(on)} on.")
            return redirect("caseload:student_roll", public_id)
    return _roll_page(request, student, year_group=form)


def _roll_page(request: HttpRequest, student: Student, **forms: Any) -> HttpResponse:
    """The page of a student's roll, with the form that has a fault."""
    context = {
        "student": student,
        "about": student_header(student),
        "rolls": rolls_of(student),
        "hanging": hanging.hanging_on(student.pk),
        "end": forms.get("end") or EndRollForm(),
        "year_group": forms.get("year_group") or YearGroupForm(student=student),
        "faulty": list(forms.values()),
    }
    return render(request, "caseload/student_roll.html", context, status=422 if forms else 200)


def _ended(student: Student, last_day: date, places: int, planned: int) -> str:
    """What is now true, with how much of it changed."""
    over = last_day < clock.today()
    words = (
        f"{student.full_name} {'was' if over else 'is'} on roll until {wording.day(last_day)}."
        f" {places} place{'' if places == 1 else 's'} {'ended' if over else 'will end'} then"
    )
    return f"{words}, {planned} planned for later cancelled." if planned else f"{words}."


@page(MANAGE_STUDENTS)
def roll_first_day(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Correct the first day on roll: what would change is shown first, then it is saved."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    roll = SiteMembership.objects.select_related("site", "student").filter(pk=number, student=student).first()
    if roll is None:
        raise Http404
    form = FirstDayForm(
        posted(request), initial={"first_day": roll.period.lower, "seen": roll.period.lower.isoformat()}
    )
    change = first_day_corrected(roll, form.typed) if form.typed else None
    if change and change.problem:
        form.add_error("first_day", change.problem)
    # What was looked at is what is saved: another day typed since is looked at first.
    if change and not change.problem and request.POST.get("save") == str(form.typed):
        try:
            actions.correct_first_day(request.user, roll, form.cleaned_data["first_day"], form.cleaned_data["seen"])
        except actions.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            day = wording.day(form.cleaned_data["first_day"])
            messages.success(request, f"{student.full_name} is on the roll of {roll.site.name} from {day} on.")
            return redirect("caseload:student_roll", public_id)
    context = {
        "student": student,
        "roll": roll,
        "form": form,
        "change": None if form.errors else change,
        "trail": [
            (student.full_name, reverse("caseload:student_detail", args=[public_id])),
            ("Roll", reverse("caseload:student_roll", args=[public_id])),
            ("First day", None),
        ],
    }
    return render(request, "caseload/roll_first_day.html", context, status=422 if form.errors else 200)


@page(MANAGE_STUDENTS)
def roll_last_day(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Correct the last day of a roll that has ended, or put the student back on it: what would change is shown first."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    roll = SiteMembership.objects.select_related("site", "student").filter(pk=number, student=student).first()
    if roll is None or roll.period.upper is None:
        raise Http404
    shown = roll.period.upper - ONE_DAY
    form = LastDayForm(posted(request), initial={"last_day": shown, "seen": shown.isoformat()})
    change, day = None, None
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["last_day"]
        change = last_day_corrected(roll, day)
        if change.problem:
            form.add_error("last_day", change.problem)
        elif request.POST.get("save") == str(day):
            try:
                actions.correct_last_day(request.user, roll, day, form.cleaned_data["seen"])
            except actions.NotPossible as problem:
                form.add_error(None, str(problem))
            else:
                until = f"until {wording.day(day)}" if day else f"from {wording.day(roll.period.lower)} on"
                messages.success(request, f"{student.full_name} is on the roll of {roll.site.name} {until}.")
                return redirect("caseload:student_roll", public_id)
    context = {
        "student": student,
        "roll": roll,
        "shown": shown,
        "form": form,
        "day": day,
        "change": None if form.errors else change,
        "trail": [
            (student.full_name, reverse("caseload:student_detail", args=[public_id])),
            ("Roll", reverse("caseload:student_roll", args=[public_id])),
            ("Last day", None),
        ],
    }
    return render(request, "caseload/roll_last_day.html", context, status=422 if form.errors else 200)


@require_POST
@page(MANAGE_STUDENTS)
def student_take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back a student who was added by mistake; refused when anything is on record about them."""
    student = fetch(Student, request.user, MANAGE_STUDENTS, public_id=public_id)
    try:
        actions.take_back(request.user, student)
    except actions.StillHanging as still:
        messages.error(request, f"{student.full_name} was not taken back: {', '.join(still.what)} on record.")
        return redirect("caseload:student_roll", public_id)
    messages.success(request, f"{student.full_name} has been taken back and is on no list any more.")
    return redirect("caseload:student_list")
