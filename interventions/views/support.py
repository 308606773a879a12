"""Support plans: learning support's list, a plan and its rounds, making, changing, reviewing and ending one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.queries.groups import teaching_groups_held
from caseload.queries.students import student_rows
from caseload.registries import answering
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core import clock
from core.documents.sheets import write_csv
from core.forms import merging
from core.pages.http import form_token, posted, sent_key, wants_part
from interventions import rules
from interventions.actions import support as actions
from interventions.choices_support import EAL_STAGES, NEEDS, PROVISION, READ, WRITE, ExamAccess
from interventions.forms_support import SupportEndForm, SupportForm, SupportReviewForm, next_review
from interventions.models import SupportPlan
from interventions.queries import support as queries

PER_PAGE = 50
FIELDS = (
    "need", "second_need", "need_words", "wanted", "views", "provision", "exam_access", "exam_access_words", "eal_stage",
    "owner", "assessed_on", "planned_on", "started_on", "review_on",
)  # fmt: skip


@page(READ)
def support_list(request: HttpRequest) -> HttpResponseBase:
    """Support plans by need and by when they are to be reviewed; as a sheet too."""
    wanted = _wanted(request)
    numbers = queries.counts(request.user)
    if wanted.show == "without" and "without" in numbers:
        return _without(request, numbers)
    rows = queries.plans(request.user, wanted)
    if request.GET.get("as") == "csv":
        return write_csv(queries.SHEET, queries.sheet_rows(rows), f"support-plans-{clock.today():%Y-%m-%d}.csv")
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = _list_context(request, wanted, numbers) | {
        "page": pages,
        "rows": queries.list_rows(list(pages.object_list)),
        "needs": queries.needs_held(request.user),
        "stages": list(EAL_STAGES.items()),
        "arrangements": ExamAccess.choices,
    }
    template = "interventions/support_list.html"
    return render(request, f"{template}#rows" if wants_part(request) else template, context)


def _wanted(request: HttpRequest) -> queries.Wanted:
    """What the address asks for; what it can't mean is left out."""
    ask = request.GET.get
    known = {"show": queries.SHOWS, "need": NEEDS, "stage": EAL_STAGES, "access": dict(ExamAccess.choices)}
    found = {name: value for name, options in known.items() if (value := ask(name, "")) in options}
    return queries.Wanted(**found, words=ask("q", "").strip()[:100])


def _without(request: HttpRequest, numbers: dict[str, int]) -> HttpResponse:
    """Students with a need on their record and no plan, each with the way to make one."""
    pages = Paginator(queries.without_plan(request.user), PER_PAGE).get_page(request.GET.get("page"))
    people = student_rows(Student.objects.filter(pk__in=[student.pk for student in pages.object_list]))
    context = _list_context(request, queries.Wanted("without"), numbers) | {"page": pages, "people": people}
    return render(request, "interventions/support_without.html", context)


def _list_context(request: HttpRequest, wanted: queries.Wanted, numbers: dict[str, int]) -> dict[str, Any]:
    kept = request.GET.copy()
    for name in ("show", "page", "as"):
        kept.pop(name, None)
    chips = []
    for key, label in queries.SHOWS.items():
        if key in numbers:
            kept["show"] = key
            chips.append(
                {"label": label, "url": f"?{kept.urlencode()}", "count": numbers[key], "current": key == wanted.show}
            )
    return {"chips": chips, "wanted": wanted, "show": wanted.show, "may_write": request.user.has_perm(WRITE)}


@page(PROVISION)
def support_classes(request: HttpRequest) -> HttpResponse:
    """What staff do and the exam access for everybody somebody teaches, by teaching group."""
    groups = teaching_groups_held(request.user, PROVISION)
    wanted = sent_key(request.GET.get("group"))
    chosen = next((group for group in groups if group["public_id"] == wanted), None)
    rows = queries.class_plans(request.user, chosen["pk"] if chosen else None)
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    chips = [{"label": "All", "url": "?", "count": None, "current": chosen is None}] + [
        {"label": group["name"], "url": f"?group={group['public_id']}", "count": None, "current": group is chosen}
        for group in groups
    ]
    context = {"page": pages, "rows": queries.class_rows(list(pages.object_list)), "chips": chips if groups else []}
    return render(request, "interventions/support_classes.html", context)


@page(PROVISION)
def support_detail(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A support plan: all of it for pastoral staff; what staff do and exam access for everyone who teaches the student."""
    if not SupportPlan.objects.visible_to(request.user, READ).filter(public_id=plan_id).exists():
        return _in_class(request, plan_id)
    plan = _plan(request, READ, plan_id)
    context = {
        "plan": plan,
        "student": plan.student,
        "whole": queries.whole(plan),
        "tones": queries.WORKED_TONES,
        "may_write": rules.may_write_support(request.user, plan.student_id),
        "trail": _trail(plan.student, "Support plan"),
    }
    return render(request, "interventions/support_detail.html", context)


def _in_class(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What a teacher needs: nothing else of the plan is read."""
    rows = SupportPlan.objects.only(*queries.IN_CLASS, "student").select_related("student").open()
    plan = fetch(rows, request.user, PROVISION, public_id=plan_id)
    context = {"plan": plan, "student": plan.student, "trail": _trail(plan.student, "Support in class")}
    return render(request, "interventions/support_in_class.html", context)


def _plan(request: HttpRequest, permission: str, plan_id: UUID) -> SupportPlan:
    rows = SupportPlan.objects.select_related("student", "owner", "made_by", "ended_by")
    return fetch(rows, request.user, permission, public_id=plan_id)


def _trail(student: Student, *here: str) -> list[tuple[str, str]]:
    return [(student.full_name, reverse("caseload:student_detail", args=[student.public_id])), *((one, "") for one in here)]  # fmt: skip


def _plan_trail(plan: SupportPlan, here: str) -> list[tuple[str, str]]:
    address = reverse("interventions:support_detail", args=[plan.public_id])
    return [*_trail(plan.student), ("Support plan", address), (here, "")]


@page(WRITE)
def support_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Make a student's support plan, begun from what their record says; the open one where there is one already."""
    student = the_student(request, WRITE, public_id=student_id)
    there = SupportPlan.objects.open().filter(student=student).first()
    if there is not None and request.method != "POST":
        return _there(request, there)
    form = SupportForm(
        posted(request), by=request.user, initial=queries.known_of(student) | {"review_on": next_review(student)}
    )
    if request.method == "POST" and form.is_valid():
        answers = answering.sent(request.POST)
        try:
            plan = actions.make_plan(request.user, student, form.said(), token=form_token(request), answers=answers)
        except actions.PlanThere as found:
            there = found.plan
            form.add_error(
                None, "Somebody made a support plan for this student meanwhile. Take what you need over into it."
            )
        else:
            messages.success(request, "The support plan is made.")
            say_cleared(request, answers)
            return redirect("interventions:support_detail", plan.public_id)
    context = {
        "student": student,
        "form": form,
        "there": there,
        "token": form_token(request),
        "answers": answering.offered([student.pk], request.user, posted(request)),
        "trail": _trail(student, "Support plan"),
    }
    return render(request, "interventions/support_new.html", context, status=422 if form.errors else 200)


def _there(request: HttpRequest, plan: SupportPlan) -> HttpResponse:
    messages.info(request, "There is an open support plan already; here it is.")
    return redirect("interventions:support_detail", plan.public_id)


@page(WRITE)
def support_change(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Change what a support plan says within its round."""
    plan = _plan(request, WRITE, plan_id)
    if plan.ended_on is not None:
        return _ended(request, plan)
    initial = {name: getattr(plan, name) for name in FIELDS} | {"owner": plan.owner_id}
    form = SupportForm(posted(request), by=request.user, plan=plan, initial=initial)
    version, theirs = request.POST.get("version", merging.shown(actions.seen_of(plan))), None
    if request.method == "POST" and form.is_valid():
        before = merging.seen(version)
        try:
            is_changed = actions.change_plan(request.user, plan, before, form.said())
        except actions.SupportPlanChanged as changed:
            theirs = changed.plan
            version = merging.shown_after(before, actions.seen_of(theirs), changed.fields)
        else:
            messages.info(request, "The support plan is changed." if is_changed else "Nothing was changed.")
            return redirect("interventions:support_detail", plan.public_id)
    context = {
        "plan": plan, "student": plan.student, "form": form, "version": version, "theirs": theirs,
        "trail": _plan_trail(plan, "Change"),
    }  # fmt: skip
    return render(request, "interventions/support_change.html", context, status=422 if form.errors or theirs else 200)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _ended(request: HttpRequest, plan: SupportPlan) -> HttpResponse:
    messages.info(request, "This support plan has ended and stays as it is. Make a new one instead.")
    return redirect("interventions:support_detail", plan.public_id)


@page(WRITE)
def support_review(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Review a support plan: what was found, and the round that follows."""
    plan = _plan(request, WRITE, plan_id)
    if plan.ended_on is not None:
        return _ended(request, plan)
    today = clock.today()
    initial = {
        "version": plan.version, "provision": plan.provision, "reviewed_on": today, "planned_on": today,
        "started_on": today, "review_on": next_review(plan.student),
    }  # fmt: skip
    form = SupportReviewForm(posted(request), plan=plan, initial=initial)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_plan(request.user, plan, form.cleaned_data["version"], form.said())
        except actions.SupportPlanChanged as changed:
            theirs = _seen_now(form, changed.plan)
        else:
            messages.success(request, "The review is saved, and the next round has begun.")
            return redirect("interventions:support_detail", plan.public_id)
    context = {
        "plan": plan, "student": plan.student, "form": form, "theirs": theirs, "whole": queries.whole(plan),
        "tones": queries.WORKED_TONES, "trail": _plan_trail(plan, "Review"),
    }  # fmt: skip
    return render(request, "interventions/support_review.html", context, status=422 if form.errors or theirs else 200)


def _seen_now(form: Any, plan: SupportPlan) -> SupportPlan:
    """The form carries on from the version that stands now, which the page shows beside it."""
    form.data = form.data.copy()
    form.data["version"] = str(plan.version)
    return plan


@page(WRITE)
def support_end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """End a support plan, with the reason."""
    plan = _plan(request, WRITE, plan_id)
    if plan.ended_on is not None:
        return _ended(request, plan)
    form = SupportEndForm(posted(request), plan=plan, initial={"version": plan.version, "ended_on": clock.today()})
    theirs = None
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.end_plan(request.user, plan, said.pop("version"), **said)
        except actions.SupportPlanChanged as changed:
            theirs = _seen_now(form, changed.plan)
        else:
            messages.success(request, "The support plan has ended.")
            return redirect("interventions:support_detail", plan.public_id)
    context = {
        "plan": plan, "student": plan.student, "form": form, "theirs": theirs, "trail": _plan_trail(plan, "End"),
    }  # fmt: skip
    return render(request, "interventions/support_end.html", context, status=422 if form.errors or theirs else 200)
