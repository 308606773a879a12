"""Cover: hand a caseload to a colleague for some days, see what was handed over, end it early."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from accounts.models import User
from caseload.actions import cover as actions
from caseload.actions.grants import AlreadyEnded, AlreadyHeld, Impossible
from caseload.forms.cover import CoverForm, CoverPolicyForm
from caseload.models import Caseload
from caseload.queries.cover import cover_list as read_covers
from caseload.queries.cover import cover_named, cover_policy, students_to_hand_over
from caseload.queries.tutors import tutors_of
from caseload.rules.cover import may_arrange_for, may_hand_over
from caseload.rules.structure import MANAGE_STRUCTURE, manages_college
from caseload.rules.students import VIEW_CASELOAD
from core import clock, wording
from core.pages.http import posted, sent_key

TRAIL = "Cover"


@page(VIEW_CASELOAD)
def cover_list(request: HttpRequest) -> HttpResponse:
    """Who covers which caseload: now, to come, and ended lately."""
    found = read_covers(request.user)
    context = {
        "found": found,
        "nothing": not any(found.values()),
        "may_arrange": may_hand_over(request.user).exists(),
    }
    return render(request, "caseload/cover_list.html", context)


@page(VIEW_CASELOAD)
def cover_new(request: HttpRequest) -> HttpResponse:
    """Choose a caseload, then say who covers it, from when to when, and what they need to know."""
    offered = may_hand_over(request.user).select_related("year").order_by("name", "pk")
    caseload = _chosen(request.GET.get("caseload", ""), offered)
    if caseload is None:
        return _choose(request, list(offered))
    form = CoverForm(posted(request), staff=_staff(), students=students_to_hand_over(caseload))
    if request.method == "POST" and form.is_valid():
        try:
            grant = actions.arrange_cover(_wanted(caseload, form), by=request.user)
        except Impossible as problem:
            form.add_error(problem.field, str(problem))
        except AlreadyHeld as problem:
            form.add_error(None, str(problem))
        else:
            last = wording.day(form.cleaned_data["last_day"])
            messages.success(request, f"{grant.user.formal_name} covers {caseload.name} until {last}.")
            return redirect("caseload:cover_detail", grant.public_id)
    context = {
        "caseload": caseload,
        "form": form,
        "tutors": _names(caseload),
        "trail": [(TRAIL, reverse("caseload:cover_list")), (f"Hand over {caseload.name}", "")],
    }
    request.current_place = "caseload:cover_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "caseload/cover_new.html", context, status=422 if form.errors else 200)


def _choose(request: HttpRequest, offered: list[Caseload]) -> HttpResponse:
    """Which caseload; nobody who may hand over none has anything to do here."""
    if not offered:
        raise Http404
    if len(offered) == 1:
        return redirect(f"{reverse('caseload:cover_new')}?caseload={offered[0].public_id}")
    held = tutors_of([row.pk for row in offered])
    people = User.objects.in_bulk({pk for ids in held.values() for pk in ids})
    rows = [
        {"caseload": row, "tutors": ", ".join(people[pk].formal_name for pk in held.get(row.pk, ()))} for row in offered
    ]
    request.current_place = "caseload:cover_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "caseload/cover_choose.html", {"rows": rows, "trail": _trail("Hand a caseload over")})


@page(VIEW_CASELOAD)
def cover_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was handed over, to whom, until when."""
    found = cover_named(request.user, public_id)
    if found is None:
        raise Http404
    grant, cover = found
    context = {
        "cover": cover,
        "may_end": cover.state != "ended" and may_arrange_for(request.user, grant.content_object),
        "today": clock.today(),
        "trail": _trail(cover.caseload.name),
    }
    request.current_place = "caseload:cover_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "caseload/cover_detail.html", context)


@require_POST
@page(VIEW_CASELOAD)
def cover_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End cover now."""
    found = cover_named(request.user, public_id)
    if found is None or not may_arrange_for(request.user, found[0].content_object):
        raise Http404
    try:
        actions.end_cover(found[0], by=request.user)
        messages.success(request, f"{found[0].user.formal_name} no longer covers {found[1].caseload.name}.")
    except AlreadyEnded:
        messages.info(request, "This cover was over already.")
    return redirect("caseload:cover_list")


@page(MANAGE_STRUCTURE)
def cover_policy_edit(request: HttpRequest) -> HttpResponse:
    """Decide whether tutors hand over their own caseload."""
    if not manages_college(request.user):
        raise Http404
    form = CoverPolicyForm(posted(request), initial={"tutors_arrange": cover_policy().tutors_arrange})
    if request.method == "POST" and form.is_valid():
        actions.set_cover_policy(request.user, **form.cleaned_data)
        messages.success(request, "The decision about cover is saved.")
        return redirect("caseload:cover_policy")
    return render(request, "caseload/cover_policy.html", {"form": form}, status=422 if form.errors else 200)


def _chosen(key: str, offered: "QuerySet[Caseload]") -> Caseload | None:
    public_id = sent_key(key)
    return offered.filter(public_id=public_id).first() if public_id else None


def _staff() -> "QuerySet[User]":
    """Everybody who works here now."""
    staying = Q(ended_on=None) | Q(ended_on__gte=clock.today())
    return User.objects.filter(staying, is_active=True).order_by("sort_key", "pk")


def _wanted(caseload: Caseload, form: CoverForm) -> actions.Handover:
    said = form.cleaned_data
    return actions.Handover(
        caseload, said["to"], said["starts_on"], said["last_day"], said["note"].strip(), lines=form.lines
    )


def _names(caseload: Caseload) -> str:
    held = tutors_of([caseload.pk]).get(caseload.pk, [])
    people = User.objects.in_bulk(held)
    return ", ".join(people[pk].formal_name for pk in held)


def _trail(here: str) -> list[tuple[str, Any]]:
    return [(TRAIL, reverse("caseload:cover_list")), (here, "")]
