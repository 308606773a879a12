"""Referrals: the lists, referring, one referral with its answer and its end; and the services."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from accounts.roles import BY_CODE
from caseload.models import Student
from caseload.registries import answering, passing_on
from caseload.rules.students import reaches
from caseload.views.cleared import say_cleared
from core.pages.http import form_token, posted
from interventions import rules
from interventions.actions import referrals as actions
from interventions.choices_referrals import REFER, SET_UP, ReferralState
from interventions.forms_referrals import AnswerForm, EndForm, ReferralForm, ServiceForm
from interventions.models import Referral, Service
from interventions.queries import referrals as queries
from interventions.views.choosing import chosen, say_left_out
from interventions.views.passing_on import pass_on_typed
from interventions.views.returning import came_from

PER_PAGE = 50
TYPED = ("answer", "told", "outcome")
CHANGED = "Somebody answered, ended or took this referral back meanwhile; what stands now is here. What you typed stands below and is not saved."


@page(REFER)
def referral_list(request: HttpRequest) -> HttpResponse:
    """Referrals to take up, those going on, one's own, and those that ended."""
    numbers = queries.counts(request.user)
    show = request.GET.get("show", "")
    if show not in queries.SHOWS:
        show = next((key for key in ("take", "going") if numbers[key]), "mine")
    pages = Paginator(queries.listed(request.user, show), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [
        {"label": label, "url": f"?show={key}", "count": numbers[key], "current": key == show}
        for key, label in queries.SHOWS.items()
    ]
    context = {"page": pages, "rows": queries.list_rows(list(pages.object_list)), "tabs": tabs, "show": show}
    return render(request, "interventions/referral_list.html", context)


@page(REFER)
def referral_for(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Refer one student, from their page."""
    student = fetch(Student, request.user, REFER, public_id=public_id)
    return redirect(f"{reverse('interventions:referral_new')}?student={student.public_id}")


@page(REFER)
def referral_new(request: HttpRequest) -> HttpResponse:
    """Refer students ticked in a list, or found by pasted names, to a service."""
    found = chosen(request, REFER)
    looking = "look" in request.POST
    form = ReferralForm(posted(request))
    token = form_token(request)
    alone = _alone(request, found.students)
    if alone is not None and "pass_on" in request.POST:
        passed = pass_on_typed(request, alone, [form], token)
        if passed is not None:
            return passed
        form.add_error("reason", "There is no word to pass on yet.")
    elif request.method == "POST" and not looking:
        if not found.students:
            form.add_error(
                None, "Choose at least one student: tick one below, or add names and press Find these names."
            )
        if form.is_valid() and _refer(request, form, found.students, token):
            say_left_out(request, found.left_out)
            return redirect(came_from(request, reverse("interventions:referral_list")))
    failed = request.method == "POST" and not looking
    if looking:
        form.errors.clear()
    context = {
        "form": form,
        "chosen": found,
        "token": token,
        "taker": passing_on.offered(request.user) if alone is not None else None,
        "answers": answering.offered([one.pk for one in found.students], request.user, posted(request)),
        "back": came_from(request, f"{reverse('interventions:referral_list')}?show=mine"),
    }
    return render(request, "interventions/referral_new.html", context, status=422 if failed else 200)


def _alone(request: HttpRequest, students: list[Student]) -> Student | None:
    """The one student it is about, if what is typed about them may be passed on from here."""
    return students[0] if len(students) == 1 and rules.may_log_meeting(request.user, students[0]) else None  # type: ignore[arg-type]  # signed in


def _refer(request: HttpRequest, form: ReferralForm, students: list[Student], token: UUID) -> bool:
    """Whether it was done; otherwise the form says why not."""
    said, answers = form.said(), answering.sent(request.POST)
    try:
        made = actions.refer(request.user, said, students, token=token, answers=answers)
    except actions.AlreadyReferred as there:
        name = there.student.full_name
        form.add_error(None, f"You have an open referral of {name} to {said.service.name}. Untick {name}, or open that one under Referrals, Mine.")  # fmt: skip
        return False
    many = f"{len(made)} students are" if len(made) > 1 else f"{students[0].full_name} is"
    messages.success(request, f"{many} referred to {said.service.name}.")
    say_cleared(request, answers)
    return True


@page(REFER)
def referral_detail(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """One referral: why, the answer, the end; for those who take it up also the forms to answer and to end it."""
    referral = _referral(request, referral_id)
    shown = queries.shown(request.user, referral)
    post = request.POST
    answer = AnswerForm(post if {"accept", "decline"} & post.keys() else None, declining="decline" in post)
    end = EndForm(post if "end" in post else None)
    trouble = ""
    if request.method == "POST" and shown.takes:
        try:
            if _done(request, referral, answer, end):
                return redirect("interventions:referral_detail", referral.public_id)
        except actions.ReferralChanged:
            trouble, referral = CHANGED, _referral(request, referral_id)
            shown, answer, end = queries.shown(request.user, referral), AnswerForm(), EndForm()
    return _detail(request, shown, answer, end, trouble)


def _done(request: HttpRequest, referral: Referral, answer: AnswerForm, end: EndForm) -> bool:
    """Do what was pressed, if what was typed will do."""
    version = _version(request)
    if answer.is_bound and answer.is_valid():
        words = answer.cleaned_data["answer"]
        if answer.declining:
            actions.decline_referral(request.user, referral, version, words)
            messages.success(request, "The referral is declined.")
        else:
            actions.accept_referral(request.user, referral, version, words)
            messages.success(request, "The referral is accepted.")
        return True
    if end.is_bound and end.is_valid():
        actions.close_referral(request.user, referral, version, end.said())
        messages.success(request, "The referral has ended.")
        return True
    return False


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _referral(request: HttpRequest, referral_id: UUID) -> Referral:
    rows = Referral.objects.select_related("student", "service", "referred_by", "taken_by", "closed_by")
    return fetch(rows, request.user, REFER, public_id=referral_id)


def _detail(request: HttpRequest, shown: queries.Shown, answer: Any, end: Any, trouble: str) -> HttpResponse:
    referral = shown.referral
    context = {
        "shown": shown,
        "referral": referral,
        "student": referral.student,
        "reached": reaches(request.user, "caseload.view_student", referral.student),
        "takers": actions.takers_of(referral),
        "answer": answer,
        "end": end,
        "trouble": trouble,
        "typed": [words for name in TYPED if (words := request.POST.get(name, "").strip())] if trouble else [],
        "waits": referral.state == ReferralState.ASKED,
        "going": referral.state == ReferralState.ACCEPTED,
        "to_note": shown.mine and referral.state == ReferralState.DECLINED and referral.noted_at is None,
        "trail": [("Referrals", reverse("interventions:referral_list")), (referral.student.full_name, "")],
    }
    faulty = bool(trouble or answer.errors or end.errors)
    return render(request, "interventions/referral_detail.html", context, status=422 if faulty else 200)


@page(REFER)
@require_POST
def referral_take_back(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take back one's own referral that nobody has answered."""
    referral = _own(request, referral_id)
    try:
        actions.take_back(request.user, referral, _version(request))
    except actions.ReferralChanged:
        messages.info(request, "It was answered meanwhile, so it can’t be taken back. Here is the answer.")
    else:
        messages.success(request, "The referral is taken back.")
    return redirect("interventions:referral_detail", referral.public_id)


@page(REFER)
@require_POST
def referral_noted(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The referrer takes note that it was declined."""
    referral = _own(request, referral_id)
    if actions.note_decline(request.user, referral):
        messages.success(request, "You have taken note. The declined referral no longer waits on your list.")
    else:
        messages.info(request, "You had taken note of it already, or it is not declined. Nothing has changed.")
    return redirect(came_from(request, reverse("interventions:referral_detail", args=[referral.public_id])))


def _own(request: HttpRequest, referral_id: UUID) -> Referral:
    return get_object_or_404(Referral.objects.of(request.user), public_id=referral_id)  # type: ignore[arg-type]  # signed in


@page(SET_UP)
def service_list(request: HttpRequest) -> HttpResponse:
    """The services of the college and the agencies outside."""
    rows = [
        {"service": row, "role": BY_CODE[row.role].label if row.role in BY_CODE else ""} for row in queries.services()
    ]
    return render(request, "interventions/service_list.html", {"rows": rows})


@page(SET_UP)
def service_edit(request: HttpRequest, service_id: UUID | None = None) -> HttpResponse:
    """Add a service, or change one."""
    service = get_object_or_404(Service, public_id=service_id) if service_id else None
    form = ServiceForm(posted(request), service=service, initial=_initial(service))
    if request.method == "POST" and form.is_valid():
        actions.save_service(request.user, service, **form.cleaned_data)
        messages.success(request, "The service is saved.")
        return redirect("interventions:service_list")
    context = {"service": service, "form": form}
    return render(request, "interventions/service_edit.html", context, status=422 if form.errors else 200)


def _initial(service: Service | None) -> dict[str, Any] | None:
    if service is None:
        return None
    names = ("name", "about", "role", "confidential", "email", "phone", "active")
    found: dict[str, Any] = {name: getattr(service, name) for name in names}
    return found | {"inside": "yes" if service.inside else "no", "people": list(service.people.all())}
