"""Action plans: the lists, making one, its page, changing it, reviews, approval, its end, and ticking actions off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.queries.home import recipients
from caseload.queries.search import find_students
from caseload.queries.students import student_rows
from caseload.registries import answering
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core.forms import merging
from core.pages.http import form_token, posted, sent_key, wants_part
from interventions import rules_plans as rules
from interventions.actions import plans as actions
from interventions.choices_plans import MANAGE_PLAN as MANAGE
from interventions.choices_plans import VIEW_PLAN as VIEW
from interventions.forms_plans import (
    MOST_ACTIONS,
    ActionFormSet,
    ApprovalForm,
    PlanCloseForm,
    PlanForm,
    PlanReviewForm,
    initial_from_bank,
    initial_of,
    initial_rows,
)
from interventions.models import ActionPlan, BankItem, PlanAction
from interventions.queries import plans as queries
from interventions.views.returning import came_from

TEMPLATE = "interventions/plan_detail.html"
PER_PAGE = 50
FOUND = 12
CHANGED = "Somebody changed, moved or ended this plan meanwhile; what stands now is below. What you typed is still in the form and not saved."


@page(VIEW)
def plan_list(request: HttpRequest) -> HttpResponse:
    """Action plans: all open in reach, one's own, those waiting for one's approval, review due, ended; by stage."""
    numbers = queries.counts(request.user)
    show = request.GET.get("show", "")
    show = show if show in queries.SHOWS else ""
    stages = queries.stages(all_of_them=True)
    asked = request.GET.get("stage", "")
    stage = next((one for one in stages if str(one.number) == asked), None)
    rows = queries.listed(request.user, show, stage.number if stage else None)
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    tail = f"&stage={stage.number}" if stage else ""
    context = {
        "page": pages,
        "rows": queries.list_rows(list(pages.object_list)),
        "chips": [
            {"label": label, "url": f"?show={key}{tail}", "count": numbers[key], "current": key == show}
            for key, label in queries.SHOWS.items()
            if key != "approval" or numbers[key] or show == key
        ],
        "by_stage": [
            {"label": "Every stage", "url": f"?show={show}", "count": None, "current": stage is None},
            *(
                {
                    "label": f"{one.number} {one.name}",
                    "url": f"?show={show}&stage={one.number}",
                    "count": None,
                    "current": one == stage,
                }
                for one in stages
            ),
        ],
        "show": show,
        "may_make": request.user.has_perm(MANAGE),
    }
    return render(request, "interventions/plan_list.html", context)


@page(MANAGE)
def plan_start(request: HttpRequest) -> HttpResponse:
    """Choose the student for whom a plan is made, from the bank or from the list of plans."""
    item = _bank_item(request)
    key = request.GET.get("student", "")
    query = f"?bank={item.public_id}" if item else ""
    if key:
        student = fetch(Student, request.user, MANAGE, public_id=sent_key(key))
        return redirect(reverse("interventions:plan_new", args=[student.public_id]) + query)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = find_students(request.user, q, limit=FOUND) if q else []
    reached = Student.objects.visible_to(request.user, MANAGE).filter(pk__in=[row["id"] for row in found])
    rows = student_rows(Student.objects.filter(pk__in=reached.values("pk")))
    return render(request, "interventions/plan_start.html", {"q": q, "rows": rows, "item": item, "query": query})


def _bank_item(request: HttpRequest) -> BankItem | None:
    """The model plan that the address or form names; one that is not offered is not there."""
    key = sent_key(request.POST.get("bank") or request.GET.get("bank") or "")
    if key is None:
        return None
    return fetch(BankItem.objects.plans().open(), request.user, "interventions.set_target", public_id=key)


@page(MANAGE)
def plan_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Make an action plan for a student, empty or from a model plan of the bank."""
    student = the_student(request, MANAGE, public_id=student_id)
    item = _bank_item(request)
    around = queries.staff_around(student)
    first, rows = initial_from_bank(item, request.user, around.sites) if item else ({}, [])
    form = PlanForm(posted(request), around=around, by=request.user, initial=first)
    lines = _lines(request, form, around, rows)
    if request.method == "POST" and _valid(form, lines):
        answers = answering.sent(request.POST)
        plan = actions.make_plan(
            request.user, student, form.said(lines.said()), token=form_token(request), bank_item=item, answers=answers
        )
        messages.success(request, _made_words(plan))
        say_cleared(request, answers)
        return redirect("interventions:plan_detail", plan.public_id)
    context = {
        "student": student,
        "form": form,
        "lines": lines,
        "faulty_forms": [form, *lines.forms],
        "item": item,
        "token": form_token(request),
        "stages": queries.stages(),
        "answers": answering.offered([student.pk], request.user, posted(request)),
        "heading": f"Action plan for {student.named}",
        "back": reverse("caseload:student_detail", args=[student.public_id]),
        "trail": [
            (student.full_name, reverse("caseload:student_detail", args=[student.public_id])),
            ("Action plan", ""),
        ],
    }
    faulty = bool(form.errors or lines.is_bound and not lines.is_valid())
    return render(request, "interventions/plan_edit.html", context, status=422 if faulty else 200)


def _made_words(plan: ActionPlan) -> str:
    if plan.waits:
        return f"The plan is made. It waits for approval by {rules.approved_by_words(plan)}."
    return "The plan is made. Whoever has something to do in it is told."


def _lines(request: HttpRequest, form: PlanForm, around: Any, rows: list[dict[str, Any]], needed: bool = True) -> Any:
    """The rows of actions; with the day on which the plan starts, for what is due before it."""
    starts_on = form.cleaned_data.get("starts_on") if form.is_bound and form.errors is not None else None
    data = posted(request)
    return ActionFormSet(
        data,
        prefix="action",
        initial=rows if data is None else _as_sent(data, rows),
        form_kwargs={"around": around},
        starts_on=starts_on,
        needed=needed,
    )


def _as_sent(data: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in the order in which they were sent: since then an action may have been ticked off, or its tick taken away."""
    by_key = {str(row.get("key", "")): row for row in rows if row.get("key")}
    if not by_key:
        return rows
    return [by_key.get(data.get(f"action-{number}-key", ""), {}) for number in range(MOST_ACTIONS)]


def _valid(form: PlanForm, lines: Any) -> bool:
    """Both are looked at, so that every fault is said at once."""
    good = all([form.is_valid(), lines.is_valid()])
    for fault in lines.non_form_errors():
        form.add_error(None, fault)
    return good


@page(VIEW)
def plan_detail(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One plan: what is aimed for, who does what by when, its stage and approval, signed copies, everything that happened."""
    return _detail(request, _plan(request, VIEW, plan_id))


def _plan(request: HttpRequest, permission: str, plan_id: UUID) -> ActionPlan:
    rows = ActionPlan.objects.select_related(
        "student", "stage", "owner", "made_by", "closed_by", "approved_by", "stage_by", "bank_item"
    )
    return fetch(rows, request.user, permission, public_id=plan_id)


def _detail(request: HttpRequest, plan: ActionPlan, trouble: str = "", **forms: Any) -> HttpResponse:
    """The page, with forms as they were sent where something is wrong with them."""
    by: Any = request.user
    may_manage = rules.may_manage_plan(by, plan)
    if may_manage and plan.is_open:
        around = queries.staff_around(plan.student)
        forms.setdefault("review", PlanReviewForm(plan=plan, around=around, by=by))
        forms.setdefault("end", PlanCloseForm(prefix="end", initial={"version": plan.version}))
    may_approve = rules.may_approve_plan(by, plan)
    if may_approve:
        forms.setdefault("approval", ApprovalForm(prefix="ok", initial={"version": plan.version}))
    copies = list(plan.copies.select_related("file", "attached_by"))
    context = {
        **_actions_context(request, plan, may_manage),
        **forms,
        "trouble": trouble,
        "may_approve": may_approve,
        "approved_by": rules.approved_by_words(plan),
        "sent_back": _sent_back(plan),
        "barriers": [one.name for one in plan.barriers.all()],
        "steps": queries.steps_of(plan),
        "earlier": queries.wordings_of(plan),
        "stages": queries.stages(),
        "copies": copies,
        "changed_since": bool(copies) and plan.changed_at > max(copy.attached_at for copy in copies),
        "home": [one for one in recipients([plan.student_id])[plan.student_id] if one.allowed] if may_manage else [],
        "trail": [("Action plans", reverse("interventions:plan_list")), (plan.student.full_name, "")],
    }
    faulty = bool(trouble) or any(form.is_bound and form.errors for form in forms.values())
    return render(request, TEMPLATE, context, status=422 if faulty else 200)


def _actions_context(request: HttpRequest, plan: ActionPlan, may_manage: bool) -> dict[str, Any]:
    by: Any = request.user
    rows = queries.actions_of(plan)
    return {
        "plan": plan,
        "student": plan.student,
        "may_manage": may_manage,
        "actions": [
            {"action": row, "may_tick": plan.is_open and (may_manage or row.owner_id == by.pk)} for row in rows
        ],
        "done": sum(1 for row in rows if row.done_on),
    }


def _sent_back(plan: ActionPlan) -> Any:
    """What was said when the plan was last sent back, while it is."""
    if not plan.is_open or plan.approval != "sent_back":
        return None
    return plan.steps.filter(kind="sent_back").select_related("by").first()


@page(MANAGE)
def plan_change(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Change what a plan says, and its actions that are still to do."""
    plan = _plan(request, MANAGE, plan_id)
    if not plan.is_open:
        messages.info(request, "This plan has ended and stays as it is. Make a new one instead.")
        return redirect("interventions:plan_detail", plan.public_id)
    around, done = queries.staff_around(plan.student), [row for row in queries.actions_of(plan) if row.done_on]
    form = PlanForm(posted(request), around=around, by=request.user, plan=plan, initial=initial_of(plan))
    lines = _lines(request, form, around, initial_rows(queries.actions_of(plan)), needed=not done)
    version, theirs = request.POST.get("version", merging.shown(actions.seen_of(plan))), None
    if request.method == "POST" and _valid(form, lines):
        before = merging.seen(version)
        try:
            is_changed = actions.change_plan(request.user, plan, before, form.said(lines.said()))
        except actions.PlanChanged as changed:
            theirs = changed.plan
            version = merging.shown_after(before, actions.seen_of(theirs), changed.fields)
        else:
            words = "The plan is changed. How it read before is kept." if is_changed else "Nothing was changed."
            messages.info(request, words)
            return redirect("interventions:plan_detail", plan.public_id)
    context = {
        "student": plan.student,
        "plan": plan,
        "form": form,
        "lines": lines,
        "faulty_forms": [form, *lines.forms],
        "done_before": done,
        "version": version,
        "theirs": theirs,
        "their_actions": queries.actions_of(theirs) if theirs else [],
        "heading": f"Change the plan of {plan.student.full_name}",
        "back": reverse("interventions:plan_detail", args=[plan.public_id]),
        "trail": [
            ("Action plans", reverse("interventions:plan_list")),
            (plan.title, reverse("interventions:plan_detail", args=[plan.public_id])),
            ("Change", ""),
        ],
    }
    faulty = bool(theirs or form.errors or lines.is_bound and not lines.is_valid())
    return render(request, "interventions/plan_edit.html", context, status=422 if faulty else 200)


@page(MANAGE)
@require_POST
def plan_review(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Look at a plan again: it stays, goes up a stage or steps down."""
    plan = _plan(request, MANAGE, plan_id)
    form = PlanReviewForm(request.POST, plan=plan, around=queries.staff_around(plan.student), by=request.user)
    if not plan.is_open or not form.is_valid():
        return _detail(request, plan, "" if plan.is_open else CHANGED, review=form)
    try:
        row = actions.review_plan(request.user, plan, form.cleaned_data["version"], form.said())
    except actions.PlanChanged:
        return _detail(request, _plan(request, MANAGE, plan_id), CHANGED, review=_again(form, plan_id))
    words = (
        f" It waits for approval by {rules.approved_by_words(row)}."
        if row.waits and row.stage_by_id == request.user.pk
        else ""
    )
    messages.success(request, f"The review is saved.{words}")
    return redirect("interventions:plan_detail", plan.public_id)


@page(MANAGE)
@require_POST
def plan_end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """End a plan with what came of it."""
    plan = _plan(request, MANAGE, plan_id)
    form = PlanCloseForm(request.POST, prefix="end")
    if not plan.is_open or not form.is_valid():
        return _detail(request, plan, "" if plan.is_open else CHANGED, end=form)
    data = form.cleaned_data
    try:
        actions.close_plan(request.user, plan, data["version"], data["outcome"], data["note"])
    except actions.PlanChanged:
        return _detail(request, _plan(request, MANAGE, plan_id), CHANGED, end=_again(form, plan_id))
    messages.success(
        request,
        "The plan has ended. What came of it counts for the model plan it was made from."
        if plan.bank_item
        else "The plan has ended.",
    )
    return redirect("interventions:plan_detail", plan.public_id)


@page(VIEW)
@require_POST
def plan_answer(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Approve a plan, or send it back with words; by somebody in the role that its stage names."""
    plan = _plan(request, VIEW, plan_id)
    form = ApprovalForm(request.POST, prefix="ok")
    if not form.is_valid():
        return _detail(request, plan, approval=form)
    data = form.cleaned_data
    answer = actions.approve_plan if data["answer"] == "approve" else actions.send_back
    try:
        answer(request.user, plan, data["version"], data["note"])
    except actions.NotYours as why:
        messages.error(request, str(why))
    except actions.PlanChanged:
        return _detail(request, _plan(request, VIEW, plan_id), CHANGED, approval=_again(form, plan_id))
    else:
        messages.success(
            request,
            "The plan is approved."
            if data["answer"] == "approve"
            else "Sent back. Whoever looks after it sees your words.",
        )
    return redirect("interventions:plan_detail", plan.public_id)


def _again(form: Any, plan_id: UUID) -> Any:
    """The form with what was typed, ready to be sent once more over what stands now."""
    data = form.data.copy()
    data[form.add_prefix("version")] = ActionPlan.objects.get(public_id=plan_id).version
    form.data = data
    return form


@page(VIEW)
@require_POST
def plan_action_tick(request: HttpRequest, plan_id: UUID, action_id: UUID) -> HttpResponse:
    """Tick an action off, or take the tick away, in one tap."""
    plan = _plan(request, VIEW, plan_id)
    rows = PlanAction.objects.filter(plan=plan).select_related("plan__student")
    action = fetch(rows, request.user, VIEW, public_id=action_id)
    try:
        actions.tick_action(request.user, action, "take_away" not in request.POST)
    except actions.PlanChanged:
        messages.info(request, "The plan has ended. Nothing was changed.")
    here = reverse("interventions:plan_detail", args=[plan.public_id])
    back = came_from(request, here)
    if wants_part(request) and back == here:
        context = _actions_context(request, plan, rules.may_manage_plan(request.user, plan))
        return render(request, f"{TEMPLATE}#actions", context)
    return redirect(back)
