"""A student's targets, one target with its history, setting, changing and reviewing."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.registries import answering
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core.pages.http import form_token, posted
from interventions import actions, rules
from interventions.actions.targets import count_once, take_count_back
from interventions.choices import Figure
from interventions.forms_targets import Offered, ReviewForm, TargetForm
from interventions.models import Target, TargetReview, TargetStep, history_of
from interventions.queries.bank import ideas_for
from interventions.queries.figures import goal_of, progress_of, with_progress
from interventions.subjects import TARGET
from interventions.views.returning import came_from
from interventions.views.target_help import hints_about, hints_of, taken_over

READ = "interventions.view_teacher_note"
SET = "interventions.set_target"


@page(READ)
def target_list(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student's targets: the open ones, then those that are closed."""
    student = the_student(request, READ, public_id=student_id)
    rows = Target.objects.visible_to(request.user).filter(student=student).order_by("-set_on", "-pk")
    targets = with_progress(request.user, rows.select_related("course", "set_by", "figure_grade"))
    context = {
        "student": student,
        "open_targets": sorted((one for one in targets if one.is_open), key=lambda one: (one.due_on, one.pk)),
        "closed_targets": [one for one in targets if not one.is_open],
        "may_set": rules.may_set_target(request.user, student),
        "trail": _trail(student, "Targets"),
    }
    return render(request, "interventions/target_list.html", context)


def _trail(student: Student, *here: str) -> list[tuple[str, str]]:
    steps = [(student.full_name, reverse("caseload:student_detail", args=[student.public_id]))]
    if len(here) > 1:
        steps.append(("Targets", reverse("interventions:target_list", args=[student.public_id])))
    return [*steps, (here[-1], "")]


@page(SET)
def target_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Set a target for a student outside a one-to-one, afresh or from the bank."""
    student = the_student(request, SET, public_id=student_id)
    back = came_from(request, reverse("interventions:target_list", args=[student.public_id]))
    offered = Offered(student)
    initial = taken_over(request, request.GET, offered)
    form = TargetForm(posted(request), offered=offered, required=True, initial=initial)
    token = form_token(request)
    if request.method == "POST" and form.is_valid():
        answers = answering.sent(request.POST)
        target = actions.set_target(student, form.said(), by=request.user, token=token, answers=answers)
        messages.success(request, _said(target))
        say_cleared(request, answers)
        return redirect(back)
    context = {
        "student": student,
        "form": form,
        "back": back,
        "heading": f"New target for {student.named}",
        "token": token,
        "ideas": ideas_for(request.user),
        "hints": hints_of(request.POST) if form.is_bound else [],
        "answers": answering.offered(
            [student.pk],
            request.user,
            posted(request),
            about=TARGET,
            initial=initial,
            named=answering.named(request.GET),
        ),
    }
    return render(request, "interventions/target_edit.html", context, status=422 if form.errors else 200)


def _said(target: Target) -> Any:
    """That it is set, and where it can be made sharper when its wording leaves something open."""
    found = hints_about(target)
    if not found:
        return "The target is set."
    address = reverse("interventions:target_detail", args=[target.public_id])
    return format_html('The target is set. <a href="{}">It could be sharper</a>: {}', address, found[0].words)


@page(READ)
def target_detail(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """One target: all of it, its reviews, and how it was worded before."""
    target = _target(request, READ, target_id)
    may_review = rules.may_review_target(request.user, target)
    context = {
        "target": target,
        "student": target.student,
        "steps": list(target.steps.select_related("done_by")),
        "reviews": TargetReview.objects.visible_to(request.user)
        .filter(target=target)
        .select_related("reviewed_by", "meeting"),
        "earlier": _wordings(target),
        "progress": progress_of(request.user, [target]).get(target.pk),
        "goal": goal_of(target),
        "counts": list(target.counts.select_related("by")) if target.figure == Figure.COUNT else [],
        "token": uuid4(),
        "set_for": _set_together(request, target),
        "may_review": may_review,
        "hints": hints_about(target) if may_review and target.is_open else [],
        "review": ReviewForm(target=target, every_outcome=True, initial={"outcome": ""}),
        "trail": _trail(target.student, "Targets", "Target"),
    }
    return render(request, "interventions/target_detail.html", context)


def _set_together(request: HttpRequest, target: Target) -> int:
    """For how many students that this person reaches the same form set it; nothing when it was set for this one alone."""
    if target.batch is None:
        return 0
    together = Target.objects.visible_to(request.user).filter(batch=target.batch).count()
    return together if together > 1 else 0


def _target(request: HttpRequest, permission: str, target_id: UUID) -> Target:
    rows = Target.objects.select_related(
        "student", "course", "set_by", "changed_by", "set_at", "figure_grade", "bank_item"
    )
    return fetch(rows, request.user, permission, public_id=target_id)


def _wordings(target: Target) -> list[Any]:
    """Earlier words and dates, leaving out changes of state alone."""
    shown = (target.what, target.due_on)
    kept = []
    for row in history_of(target) if target.version > 1 else []:
        if (row.what, row.due_on) != shown:
            kept.append(row)
            shown = (row.what, row.due_on)
    return kept


@page(SET)
def target_change(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Change an open target's words, date or the rest."""
    target = _target(request, SET, target_id)
    form = TargetForm(posted(request), offered=Offered(target.student), target=target, required=True)
    version, theirs = target.version, None
    if not target.is_open:
        messages.info(request, "This target is closed and stays as it is. Set a new one instead.")
        return redirect("interventions:target_detail", target_id=target.public_id)
    if request.method == "POST" and form.is_valid():
        sent = request.POST.get("version", "")
        try:
            actions.change_target(target, int(sent) if sent.isdigit() else 0, form.said(), by=request.user)
        except (actions.TargetChanged, actions.TargetClosed) as changed:
            theirs, version = changed.target, changed.target.version
        else:
            messages.success(request, "The target is changed. Its earlier wording is kept.")
            return redirect("interventions:target_detail", target_id=target.public_id)
    context = {
        "student": target.student,
        "target": target,
        "form": form,
        "version": version,
        "theirs": theirs,
        "hints": hints_of(request.POST) if form.is_bound else hints_about(target),
        "back": reverse("interventions:target_detail", args=[target.public_id]),
        "heading": f"Change a target of {target.student.full_name}",
    }
    return render(request, "interventions/target_edit.html", context, status=422 if form.errors or theirs else 200)


@page(SET)
def target_review(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Say the outcome of a target, between two one-to-ones; a closed one shows its own page."""
    target = _target(request, SET, target_id)
    detail = reverse("interventions:target_detail", args=[target.public_id])
    if request.method != "POST" and not target.is_open:
        return redirect(detail)
    back = came_from(request, detail)
    form = ReviewForm(posted(request), target=target, every_outcome=True)
    if form.is_valid():
        try:
            actions.review_target(form.said(), by=request.user)
        except actions.TargetClosed as closed:
            who = closed.target.changed_by.formal_name
            form.add_error(None, f"{who} closed this target already: {closed.target.get_state_display().lower()}.")
        else:
            messages.success(request, "The review is saved.")
            return redirect(back)
    context = {"target": target, "student": target.student, "review": form, "back": back}
    return render(request, "interventions/target_review.html", context, status=422 if form.is_bound else 200)


@page(SET)
@require_POST
def step_tick(request: HttpRequest, target_id: UUID, position: int) -> HttpResponse:
    """Tick a step of a target off, or take the tick away."""
    target = _target(request, SET, target_id)
    step = TargetStep.objects.select_related("target").filter(target=target, position=position).first()
    if step is None:
        raise Http404
    actions.tick_step(step, "done" in request.POST, by=request.user)
    return redirect("interventions:target_detail", target_id=target.public_id)


@page(SET)
@require_POST
def target_count(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Tick one more time off towards a target of a number of times, or take the last one back."""
    target = _target(request, SET, target_id)
    back = came_from(request, reverse("interventions:target_detail", args=[target.public_id]))
    try:
        if "take_back" in request.POST:
            take_count_back(target, by=request.user)
        else:
            count_once(target, token=form_token(request), by=request.user)
    except actions.TargetClosed:
        messages.info(request, "This target is closed, or is not counted any more. Nothing was changed.")
    return redirect(back)
