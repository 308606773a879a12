"""Interventions: the lists, starting one for chosen students, its page, sessions, who joins and leaves, reviews, kinds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.queries.school_days import sites_of, this_school_day
from caseload.registries import answering
from caseload.views.cleared import say_cleared
from core import clock, wording
from core.pages.http import form_token, posted
from interventions.actions import programmes as actions
from interventions.choices_programmes import IMPACT, MANAGE_KINDS, RUN
from interventions.forms_programmes import (
    InterventionForm,
    InterventionReviewForm,
    JoinForm,
    KindForm,
    LeaveForm,
    SessionForm,
)
from interventions.models import Intervention, InterventionMember, InterventionType, Programme
from interventions.queries import explained
from interventions.queries import programmes as queries
from interventions.subjects import INTERVENTION, of_intervention
from interventions.views.choosing import chosen, say_left_out

LISTS = (("mine", "Mine"), ("due", "Review due"), ("all", "All in reach"), ("ended", "Ended"))
PER_PAGE = 50
FIELDS = (
    "type", "intended", "figure", "led_by", "starts_on", "review_on", "title", "area", "figure_goal", "course", "ends_on",
    "cost_per_hour", "other_cost",
)  # fmt: skip


@page(RUN)
def intervention_list(request: HttpRequest) -> HttpResponse:
    """Interventions: one's own, those whose review is due, all in reach, and those that ended."""
    today = clock.today()
    numbers = queries.counts(request.user, today)
    which = request.GET.get("show", "")
    if which not in dict(LISTS):
        which = "mine" if numbers["mine"] else "all"
    pages = Paginator(queries.listed(request.user, which, today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": pages,
        "rows": queries.list_rows(list(pages.object_list)),
        "tabs": [
            {"label": label, "url": f"?show={key}", "current": key == which, "count": numbers[key]}
            for key, label in LISTS
        ],
        "show": which,
        "may_see_impact": request.user.has_perm(IMPACT),
    }
    return render(request, "interventions/intervention_list.html", context)


@page(RUN)
def intervention_new(request: HttpRequest) -> HttpResponse:
    """Start an intervention for students ticked in a list, or found by pasted names."""
    found = chosen(request, RUN)
    looking = "look" in request.POST
    sites = sites_of([one.pk for one in found.students])
    form = InterventionForm(posted(request), by=request.user, sites=sites)
    if request.method == "POST" and not looking:
        if not found.students:
            form.add_error(
                None, "Choose at least one student: tick one below, or add names and press Find these names."
            )
        if form.is_valid():
            answers = answering.sent(request.POST)
            row = actions.start_intervention(
                request.user,
                form.said(),
                found.students,
                token=form_token(request),
                answers=answers,
                chosen_for=form.cleaned_data["chosen_for"],
            )
            messages.success(request, _started(row))
            say_left_out(request, found.left_out)
            say_cleared(request, answers)
            return redirect("interventions:intervention_detail", row.public_id)
    failed = request.method == "POST" and not looking
    if looking:
        form.errors.clear()
    context = {
        "form": form,
        "chosen": found,
        "token": form_token(request),
        "answers": answering.offered(
            [one.pk for one in found.students], request.user, posted(request), about=INTERVENTION
        ),
    }
    return render(request, "interventions/intervention_new.html", context, status=422 if failed else 200)


def _started(row: Intervention) -> str:
    return (
        f"{row.title} is planned; it begins {wording.day(row.starts_on)}."
        if row.is_to_come
        else f"{row.title} is started."
    )


@page(RUN)
def intervention_for(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start an intervention for one student, from their page."""
    student = fetch(Student, request.user, RUN, public_id=public_id)
    return redirect(f"{reverse('interventions:intervention_new')}?student={student.public_id}")


@page(RUN)
def intervention_detail(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """One intervention: what it is for, who takes part, the sessions, reviews, hours and cost."""
    row = _intervention(request, intervention_id)
    context = {
        "intervention": row,
        "detail": queries.detail(request.user, row),
        "reviews": row.reviews.select_related("reviewed_by"),
        "may_see_impact": _may_see_impact(request, row),
        "unanswered": explained.what_counts_of(explained.answers_of(intervention=row)) is None,
        "may_see_programme": Programme.objects.all().visible_to(request.user).filter(pk=row.programme_id).exists(),
        "trail": _trail(row),
    }
    return render(request, "interventions/intervention_detail.html", context)


def _may_see_impact(request: HttpRequest, row: Intervention) -> bool:
    return bool(Intervention.objects.all().visible_to(request.user, IMPACT).filter(pk=row.pk).exists())


def _intervention(request: HttpRequest, intervention_id: UUID) -> Intervention:
    rows = Intervention.objects.select_related("type", "led_by", "made_by", "course", "programme")
    return fetch(rows, request.user, RUN, public_id=intervention_id)


def _trail(row: Intervention, *here: str) -> list[tuple[str, str]]:
    steps = [("Interventions", reverse("interventions:intervention_list"))]
    if here:
        steps.append((row.title, reverse("interventions:intervention_detail", args=[row.public_id])))
    return [*steps, (here[0] if here else row.title, "")]


@page(RUN)
def intervention_change(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """Change what an intervention is."""
    row = _intervention(request, intervention_id)
    if (ended := _ended(request, row)) is not None:
        return ended
    initial = {name: getattr(row, name) for name in FIELDS} | {"programme": row.programme.name if row.programme else ""}
    form = InterventionForm(posted(request), by=request.user, intervention=row, initial=initial)
    version, theirs = row.version, None
    if request.method == "POST" and form.is_valid():
        sent = request.POST.get("version", "")
        try:
            actions.change_intervention(request.user, row, int(sent) if sent.isdigit() else 0, form.said())
        except actions.InterventionChanged as changed:
            theirs, version = changed.intervention, changed.intervention.version
        else:
            messages.success(request, "The intervention is changed.")
            return redirect("interventions:intervention_detail", row.public_id)
    context = {"intervention": row, "form": form, "version": version, "theirs": theirs, "trail": _trail(row, "Change")}
    return render(
        request, "interventions/intervention_change.html", context, status=422 if form.errors or theirs else 200
    )


def _ended(request: HttpRequest, row: Intervention) -> HttpResponse | None:
    if row.ended_on is None:
        return None
    messages.info(request, "This intervention has ended and stays as it is. Start a new one instead.")
    return redirect("interventions:intervention_detail", row.public_id)


@page(RUN)
def intervention_students(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """Add students to an intervention."""
    row = _intervention(request, intervention_id)
    if (ended := _ended(request, row)) is not None:
        return ended
    found = chosen(request, RUN)
    looking, sites = "look" in request.POST, sites_of([one.pk for one in found.students])
    form = JoinForm(posted(request), initial={"joins_on": max(this_school_day(sites), row.starts_on)})
    if request.method == "POST" and not looking:
        if not found.students:
            form.add_error(None, "Tick at least one student.")
        if form.is_valid():
            inside = row.members.now().filter(student__in=[one.pk for one in found.students])
            there = [
                member.student.full_name for member in inside.select_related("student").order_by("student__sort_key")
            ]
            ticked = answering.sent(request.POST)
            try:
                number = actions.add_students(request.user, row, found.students, form.cleaned_data["joins_on"], ticked)
            except actions.InterventionChanged:
                return _ended(request, Intervention.objects.get(pk=row.pk)) or redirect(request.path)
            if number:
                messages.success(request, _joined(number, there))
            else:
                messages.info(request, "All of them take part already.")
            say_left_out(request, found.left_out)
            say_cleared(request, ticked)
            return redirect("interventions:intervention_detail", row.public_id)
    failed = bool(request.method == "POST" and not looking)
    ids = [one.pk for one in found.students]
    answers = answering.offered(ids, request.user, posted(request), about=of_intervention(row))
    context = {
        "intervention": row, "form": form, "chosen": found, "answers": answers, "trail": _trail(row, "Add students"),
    }  # fmt: skip
    return render(request, "interventions/intervention_students.html", context, status=422 if failed else 200)


def _joined(number: int, there: list[str]) -> str:
    words = f"{number} student{'' if number == 1 else 's'} added."
    return f"{words} Already taking part: {', '.join(there)}." if there else words


@page(RUN)
def member_leave(request: HttpRequest, intervention_id: UUID, member: int) -> HttpResponse:
    """Say that a student takes part no longer."""
    row = _intervention(request, intervention_id)
    if (ended := _ended(request, row)) is not None:
        return ended
    members = (
        InterventionMember.objects.all().visible_to(request.user, RUN).now().select_related("student", "intervention")
    )
    member_row = get_object_or_404(members, pk=member, intervention=row)
    form = LeaveForm(posted(request), initial={"last_day": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_student(
                request.user, member_row, form.cleaned_data["last_day"], form.cleaned_data["because"]
            )
        except actions.InterventionChanged:
            return _ended(request, Intervention.objects.get(pk=row.pk)) or redirect(request.path)
        messages.success(request, f"{member_row.student.full_name} takes part no longer.")
        return redirect("interventions:intervention_detail", row.public_id)
    context = {"intervention": row, "student": member_row.student, "form": form, "trail": _trail(row, "Leave")}
    return render(request, "interventions/member_leave.html", context, status=422 if form.errors else 200)


@page(RUN)
def session_new(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """Log a session in one screen: who came, for how long, what was done."""
    row = _intervention(request, intervention_id)
    if (ended := _ended(request, row)) is not None:
        return ended
    members = list(
        InterventionMember.objects.all().visible_to(request.user, RUN).filter(intervention=row)
        .select_related("student").order_by("student__sort_key", "pk")
    )  # fmt: skip
    form = SessionForm(posted(request), intervention=row, members=members, initial=_next_session(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.log_session(request.user, row, form.said())
        except actions.SessionHeldThen:
            form.add_error(
                "held_time", "A session at this time is logged already. Choose its own time, or leave this page."
            )
        except actions.InterventionChanged:
            return _ended(request, Intervention.objects.get(pk=row.pk)) or redirect(request.path)
        else:
            messages.success(request, "The session is logged.")
            return redirect("interventions:intervention_detail", row.public_id)
    context = {
        "intervention": row,
        "form": form,
        "members": _ticks(members, form),
        "hidden": row.members.now().count() - sum(1 for one in members if _still(one)),
        "trail": _trail(row, "Log a session"),
    }
    return render(request, "interventions/session_new.html", context, status=422 if form.errors else 200)


def _next_session(row: Intervention) -> dict[str, Any]:
    """Today at the hour and for the length of the last one; now where that hour is still to come."""
    last = queries.last_session(row)
    now = clock.local(clock.now()).time()
    hour = min(clock.local(last.held_at).time(), now) if last else now
    staff = [one.pk for one in last.staff.all()] if last else [row.led_by_id]
    return {
        "held_on": max(clock.today(), row.starts_on), "held_time": f"{hour:%H:%M}",
        "minutes": last.minutes if last else 30, "staff": staff,
    }  # fmt: skip


def _still(member: InterventionMember) -> bool:
    return member.period.upper is None or member.period.upper > clock.today()


def _ticks(members: list[InterventionMember], form: SessionForm) -> list[dict[str, Any]]:
    return [
        {"student": one.student, "ticked": one.student_id in form.came, "ended": not _still(one)}
        for one in members
        if _still(one) or one.student_id in form.came
    ]


@page(RUN)
def intervention_review(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """Review an intervention: what was found, and whether it goes on or ends."""
    row = _intervention(request, intervention_id)
    if (ended := _ended(request, row)) is not None:
        return ended
    initial = {"version": row.version, "ended_on": clock.today()}
    form = InterventionReviewForm(posted(request), intervention=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        end = said["goes"] == "end"
        try:
            actions.review_intervention(
                request.user, row, said["version"], said["found"],
                next_on=None if end else said["next_on"], ended_on=said["ended_on"] if end else None,
            )  # fmt: skip
        except actions.InterventionChanged as changed:
            form.data = form.data.copy()
            form.data["version"] = str(changed.intervention.version)
            form.add_error(None, _meanwhile(changed.intervention))
        else:
            messages.success(
                request, "The review is saved, and the intervention has ended." if end else "The review is saved."
            )
            return redirect("interventions:intervention_detail", row.public_id)
    context = {
        "intervention": row,
        "form": form,
        "detail": queries.detail(request.user, row),
        "reviews": row.reviews.select_related("reviewed_by")[:3],
        "may_see_impact": _may_see_impact(request, row),
        "trail": _trail(row, "Review"),
    }
    return render(request, "interventions/intervention_review.html", context, status=422 if form.errors else 200)


def _meanwhile(row: Intervention) -> str:
    if row.ended_on is not None:
        return f"Somebody ended it meanwhile, on {row.ended_on:%-d %B}, and wrote: {row.outcome}"
    return (
        f"Somebody changed it meanwhile; its review is now on {row.review_on:%-d %B}. Look at it, then save once more."
    )


@page(MANAGE_KINDS)
def kind_list(request: HttpRequest) -> HttpResponse:
    """The kinds of interventions."""
    return render(
        request, "interventions/kind_list.html", {"kinds": InterventionType.objects.order_by("-active", "name")}
    )


@page(MANAGE_KINDS)
def kind_edit(request: HttpRequest, kind_id: UUID | None = None) -> HttpResponse:
    """Add a kind of intervention, or change one."""
    kind = get_object_or_404(InterventionType, public_id=kind_id) if kind_id else None
    initial = {"name": kind.name, "area": kind.area, "active": kind.active} if kind else None
    form = KindForm(posted(request), kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_kind(request.user, kind, **form.cleaned_data)
        messages.success(request, "The kind is saved.")
        return redirect("interventions:kind_list")
    context = {"kind": kind, "form": form}
    return render(request, "interventions/kind_edit.html", context, status=422 if form.errors else 200)
