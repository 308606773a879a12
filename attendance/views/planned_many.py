"""The pages of whole-group codes: a trip, study leave or a part of the day for many students at once, and undoing it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import actions, rules
from attendance.errors import CannotPlan, RegisterProblem
from attendance.forms.planned import DaysForm, PlanForm, ReasonForm
from attendance.models import PlannedAbsence
from attendance.queries.absence.plan_marks import marks_of
from attendance.queries.absence.plan_survey import dates_said, survey
from attendance.queries.absence.planned import batch_line, groups_offered, plans_reached
from attendance.views.planned import marks_gone, show_faults, sites_of
from caseload.models import Student
from caseload.queries.containers import container_named, students_between, students_in
from caseload.queries.school_days import sites_of as on_roll_at
from caseload.queries.school_days import this_school_day
from caseload.queries.students import student_rows
from caseload.rules.telling_apart import tell_apart
from core import clock
from core.pages.http import sent_keys

MOST_NAMES = 200


@page(rules.AUTHORISE)
def planned_many(request: HttpRequest) -> HttpResponse:
    """One code for many: choose groups or students, say why and when, see the counts and problems by name, apply."""
    asked = request.POST if request.method == "POST" else request.GET
    groups = [container_named(request.user, rules.AUTHORISE, key) for key in dict.fromkeys(asked.getlist("in")) if key]
    days = DaysForm(request.POST).days if request.method == "POST" else (clock.today(), clock.today())
    students = _students(request, asked, groups, days)
    ids = [student.pk for student in students if str(student.public_id) not in asked.getlist("without")]
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        sites=sites_of(ids),
        initial={"starts_on": this_school_day(on_roll_at(ids)), "kind": "visit"},
    )
    found = None
    if request.method == "POST" and not ids:
        form.add_error(None, "Nobody is chosen. Choose a group, or tick students in a list.")
    elif request.method == "POST" and form.is_valid():
        found = survey(ids, form.wanted())
        show_faults(form, found)
        if "save" in request.POST and found.possible and not form.errors:
            try:
                return _apply(request, form, ids)
            except CannotPlan:
                form.add_error(None, "Something changed meanwhile. Look at the problems below and apply again.")
                found = survey(ids, form.wanted())
    context = {
        "form": form,
        "found": found if found is not None and not found.faults else None,
        "closed": dates_said(found.closed) if found else "",
        "groups": [{"group": group, "without": _address(asked, group.key)} for group in groups],
        "students": students,
        "names": students[:MOST_NAMES],
        "more_names": max(len(students) - MOST_NAMES, 0),
        "without": set(asked.getlist("without")),
        "picked": [str(student.public_id) for student in students if _is_picked(student, asked)],
        "chosen": len(ids),
        "out_of_reach": _out_of_reach(request, groups, days),
        "movers": _movers(request, groups, students),
        "offered": groups_offered(request.user),
    }
    request.current_place = "attendance:planned_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/planned_many.html", context, status=422 if form.errors else 200)


@page(rules.AUTHORISE)
def batch_detail(request: HttpRequest, batch: UUID) -> HttpResponse:
    """A batch: who is in it, and undoing it with a reason."""
    return _batch(request, _plans(request, batch), ReasonForm())


@page(rules.AUTHORISE)
@require_POST
def batch_withdraw(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Undo a batch: every plan of it that stands is withdrawn, marks to come are taken away with the reason."""
    plans = _plans(request, batch)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _batch(request, plans, form)
    standing = [plan for plan in plans if plan.withdrawn_at is None]
    if not standing:
        messages.warning(request, "Everything in it is withdrawn already.")
        return redirect("attendance:batch_detail", batch)
    try:
        gone = actions.withdraw_plans(by=request.user, plans=standing, reason=form.cleaned_data["reason"])
    except RegisterProblem as stopped:
        messages.warning(request, stopped.sentence)
    else:
        messages.success(request, f"Withdrawn for {_so_many(len(standing))}. {marks_gone(gone)}")
    return redirect("attendance:batch_detail", batch)


def _so_many(number: int) -> str:
    return "1 student" if number == 1 else f"{number:,} students"


def _apply(request: HttpRequest, form: PlanForm, ids: list[int]) -> HttpResponse:
    plans = actions.plan_absence(
        by=request.user,
        student_ids=ids,
        wanted=form.wanted(),
        together=True,
        leave_out="leave_out" in request.POST,
    )
    messages.success(request, f"Planned for {_so_many(len(plans))}.")
    planned = {plan.student_id for plan in plans}
    left_out = student_rows(Student.objects.filter(pk__in=[pk for pk in ids if pk not in planned]))
    if left_out:
        messages.warning(request, f"Left out: {'; '.join(row['list_name'] for row in left_out)}.")
    return redirect("attendance:batch_detail", plans[0].batch)


def _students(request: HttpRequest, asked: QueryDict, groups: list[Any], days: tuple[date, date]) -> list[Student]:
    """The students of the groups on any of these days, and those picked one by one, each once, by name.

    Of a group only those in reach; one picked who is not makes all “not there”.
    """
    reached = Student.objects.visible_to(request.user, rules.AUTHORISE)
    ids = {pk for group in groups for pk in students_between(group, reached, *days).values_list("pk", flat=True)}
    picked = sent_keys(asked.getlist("student"))
    found = set(reached.filter(public_id__in=picked).values_list("pk", flat=True)) if picked else set()
    if len(found) < len(picked):
        raise Http404  # rather than leave somebody out without a word
    ids |= found
    return tell_apart(Student.objects.filter(pk__in=ids).order_by("sort_key", "pk"))


def _movers(request: HttpRequest, groups: list[Any], students: list[Student]) -> dict[str, str]:
    """Who is in the groups on the days planned and not today, and who only today: both are named."""
    if request.method != "POST" or not groups:
        return {}
    reached = Student.objects.visible_to(request.user, rules.AUTHORISE)
    today = {pk for group in groups for pk in students_in(group, reached).values_list("pk", flat=True)}
    then = {student.pk: student for student in students}
    picked = {student.pk for student in students if _is_picked(student, request.POST)}
    gone = student_rows(Student.objects.filter(pk__in=today - then.keys()))
    return {
        "join": "; ".join(one.list_named for one in students if one.pk not in today | picked),
        "gone": "; ".join(row["list_name"] for row in gone),
    }


def _out_of_reach(request: HttpRequest, groups: list[Any], days: tuple[date, date]) -> int:
    """How many students of these groups this person can't plan for: they are counted, and left out."""
    if not groups:
        return 0
    everybody = Student.objects.filter(merged_into=None, erased_at=None, taken_back_at=None)
    reached = Student.objects.visible_to(request.user, rules.AUTHORISE)
    ids = {pk for group in groups for pk in students_between(group, everybody, *days).values_list("pk", flat=True)}
    return len(ids) - reached.filter(pk__in=ids).count()


def _is_picked(student: Student, asked: QueryDict) -> bool:
    return str(student.public_id) in asked.getlist("student")


def _address(asked: QueryDict, key: str) -> str:
    """This choice without one of its groups."""
    rest = QueryDict(mutable=True)
    rest.setlist("in", [each for each in asked.getlist("in") if each and each != key])
    rest.setlist("student", asked.getlist("student"))
    return f"?{rest.urlencode()}"


def _plans(request: HttpRequest, batch: UUID) -> list[PlannedAbsence]:
    rows = plans_reached(request.user, rules.AUTHORISE).filter(batch=batch).select_related("student", "entered_by")
    plans = list(rows.order_by("pk"))
    if not plans:
        raise Http404
    return plans


def _batch(request: HttpRequest, plans: list[PlannedAbsence], form: ReasonForm) -> HttpResponse:
    standing = [plan for plan in plans if plan.withdrawn_at is None]
    context = {
        "line": batch_line(standing or plans),
        "batch": plans[0].batch,
        "standing": len(standing),
        "withdrawn": len(plans) - len(standing),
        "to_come": sum(len(keys) for keys in marks_of([plan.pk for plan in standing]).values()),
        "form": form,
        "back": reverse("attendance:planned_list"),
    }
    return render(request, "attendance/batch_detail.html", context, status=422 if form.errors else 200)
