"""The pages of planned absence: who is planned away, planning it for one student, changing and withdrawing it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import actions, rules
from attendance.errors import CannotPlan, RegisterProblem
from attendance.forms.planned import ChangePlanForm, PlanForm, ReasonForm
from attendance.models import PlannedAbsence
from attendance.queries.absence.plan_marks import marks_of, still_to_come
from attendance.queries.absence.plan_survey import Survey, dates_said, survey
from attendance.queries.absence.planned import as_wanted, planned_days, plans_of, plans_reached
from caseload.models import Site, Student
from caseload.queries.school_days import sites_of as on_roll_at
from caseload.queries.school_days import this_school_day
from caseload.views.one_student import the_student
from core import clock
from core.pages.http import posted, sent_day

TWO_WEEKS = timedelta(days=13)


@page(rules.VIEW)
def planned_list(request: HttpRequest) -> HttpResponse:
    """Who is planned away on a day and in the two weeks from it, by day, among the students this person sees."""
    start = sent_day(request.GET.get("from"))
    today = clock.today()
    days = planned_days(request.user, start, start + TWO_WEEKS)
    context = {
        "days": days,
        "start": start,
        "today": today,
        "any": any(day.lines for day in days),
        "before": max(start - timedelta(days=14), today) if start > today else None,
        "after": start + timedelta(days=14),
        "authorises": request.user.has_perm(rules.AUTHORISE),
    }
    return render(request, "attendance/planned_list.html", context)


@page(rules.AUTHORISE)
def planned_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Plan an absence of one student, with a preview of what it fills."""
    student = the_student(request, rules.AUTHORISE, public_id=public_id)
    form = PlanForm(
        posted(request),
        sites=sites_of([student.pk]),
        initial={"starts_on": this_school_day(on_roll_at([student.pk]))},
    )
    found = None
    if request.method == "POST" and form.is_valid():
        found = survey([student.pk], form.wanted())
        if "save" in request.POST:
            try:
                (plan,) = actions.plan_absence(by=request.user, student_ids=[student.pk], wanted=form.wanted())
            except CannotPlan:
                pass  # said by the preview, which found the same
            else:
                messages.success(request, f"Planned for {student.full_name}. {found.words}")
                return redirect("attendance:planned_detail", plan.public_id)
        show_faults(form, found)
    return _form(request, form, found, student, "Plan an absence", plans=plans_of(student.pk))


@page(rules.AUTHORISE)
def planned_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One plan: what it is, who entered it, and withdrawing it with a reason."""
    return _detail(request, _plan(request, public_id), ReasonForm())


@page(rules.AUTHORISE)
@require_POST
def planned_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw a plan: marks to come are taken away with the reason, marks already taken stay."""
    plan = _plan(request, public_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, plan, form)
    try:
        gone = actions.withdraw_plans(by=request.user, plans=[plan], reason=form.cleaned_data["reason"])
    except RegisterProblem as stopped:
        messages.warning(request, stopped.sentence)
    else:
        messages.success(request, f"Withdrawn. {marks_gone(gone)}")
    return redirect("attendance:planned_detail", plan.public_id)


@page(rules.AUTHORISE)
def planned_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a plan: the old one is withdrawn and the new one put in its place, in one go."""
    plan = _plan(request, public_id)
    if plan.withdrawn_at is not None:
        messages.warning(request, "This plan is withdrawn already.")
        return redirect("attendance:planned_detail", plan.public_id)
    stored = {name: getattr(plan, name) for name in ("kind", "starts_on", "ends_on", "part", "note")}
    stored |= {"weekdays": [str(number) for number in plan.weekdays]}
    stored |= {"session_code": plan.session_code, "lesson_code": plan.lesson_code}
    form = ChangePlanForm(posted(request), sites=sites_of([plan.student_id]), initial=stored)
    found = None
    if request.method == "POST" and form.is_valid():
        found = survey([plan.student_id], form.wanted(), [plan])
        if "save" in request.POST:
            reason = form.cleaned_data["reason"]
            try:
                new = actions.change_plan(by=request.user, plan=plan, wanted=form.wanted(), reason=reason)
            except CannotPlan:
                pass  # said by the preview, which found the same
            except RegisterProblem as stopped:
                messages.warning(request, stopped.sentence)
                return redirect("attendance:planned_detail", plan.public_id)
            else:
                messages.success(request, "Changed. Marks to come follow; marks already taken stay.")
                return redirect("attendance:planned_detail", new.public_id)
        show_faults(form, found)
    return _form(request, form, found, plan.student, "Change what is planned", plan=plan)


def sites_of(student_ids: list[int]) -> list[Site]:
    """The sites on whose roll these students are today or were last."""
    return list(Site.objects.filter(memberships__student_id__in=student_ids).distinct().order_by("pk"))


def show_faults(form: PlanForm, found: Survey) -> None:
    """Put what is wrong with the dates beside the fields, and what stands in one student's way above them."""
    for name, sentence in found.faults.items():
        form.add_error(name, sentence)
    if len(found.lines) == 1:
        for line in found.problems:
            form.add_error(None, line.problem)


def marks_gone(number: int) -> str:
    """How many marks a withdrawal took away, as a sentence."""
    return "1 mark to come is taken away." if number == 1 else f"{number:,} marks to come are taken away."


def _form(
    request: HttpRequest, form: PlanForm, found: Survey | None, student: Student, title: str, **more: Any
) -> HttpResponse:
    trail = [
        (student.full_name, reverse("caseload:student_detail", args=[student.public_id])),
        ("Attendance", reverse("attendance:student_attendance", args=[student.public_id])),
        (title, ""),
    ]
    shown = found if found is not None and not form.errors else None
    context = {"form": form, "found": shown, "student": student, "title": title, "trail": trail} | more
    context["closed"] = dates_said(shown.closed) if shown else ""
    request.current_place = "attendance:planned_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/planned_form.html", context, status=422 if form.errors else 200)


def _detail(request: HttpRequest, plan: PlannedAbsence, form: ReasonForm) -> HttpResponse:
    to_come = sum(len(keys) for keys in marks_of([plan.pk]).values()) if plan.withdrawn_at is None else 0
    context = {
        "plan": plan,
        "student": plan.student,
        "when": as_wanted(plan).when,
        "form": form,
        "to_come": to_come,
        "still_to_come": still_to_come(plan, to_come),
        "replaced_by": PlannedAbsence.objects.filter(replaces=plan).first(),
    }
    return render(request, "attendance/planned_detail.html", context, status=422 if form.errors else 200)


def _plan(request: HttpRequest, public_id: UUID) -> PlannedAbsence:
    """A plan of a student for whom this person authorises absence; anybody else's is not there."""
    rows = plans_reached(request.user, rules.AUTHORISE).select_related(
        "student", "entered_by", "withdrawn_by", "replaces"
    )
    plan = rows.filter(public_id=public_id).first()
    if plan is None:
        raise Http404
    return plan
