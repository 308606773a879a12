"""What helps while a target is typed: hints about its wording, ideas from the bank and from before, and taking one over."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from core import clock
from core.pages.http import sent_key
from interventions.choices import TEXT_LIMIT, Figure
from interventions.fields import cleaned
from interventions.forms import draft_data, from_draft
from interventions.forms_bank import initial_from_item, initial_from_target, over
from interventions.forms_targets import Offered, Proposed, TargetForm
from interventions.models import BankItem, Target
from interventions.queries.bank import ideas_for, names_student
from interventions.wording import Hint, Typed, hints

SET = "interventions.set_target"


@page(SET)
@require_POST
def target_hints(request: HttpRequest) -> HttpResponse:
    """What the wording typed so far leaves open. Nothing is kept."""
    return render(request, "interventions/_hints.html", {"hints": hints_of(request.POST, prefix_of(request))})


def hints_of(data: Any, prefix: str = "") -> list[Hint]:
    """The hints for a target as it stands in a form."""
    lead = f"{prefix}-" if prefix else ""
    what, measure, figure, day = (data.get(f"{lead}{name}", "") for name in ("what", "measure", "figure", "due_on"))
    return hints(Typed(cleaned(what)[:TEXT_LIMIT], cleaned(measure), bool(figure), _day(day), clock.today()))


def hints_about(target: Target) -> list[Hint]:
    """The hints for a target as it is stored."""
    return hints(Typed(target.what, target.measure, bool(target.figure), target.due_on, clock.today()))


def _day(text: str) -> date | None:
    """The day typed; half a date is none yet."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def prefix_of(request: HttpRequest) -> str:
    """Which of the targets of a page is meant: a short word of letters and figures, or nothing."""
    prefix = request.GET.get("prefix", "")
    return prefix if prefix.isalnum() and len(prefix) < 12 else ""


@page(SET)
def target_ideas(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Wordings that did well, for a target that is being set."""
    student = fetch(Student, request.user, SET, public_id=student_id)
    prefix = prefix_of(request)
    lead = f"{prefix}-" if prefix else ""
    figure, course = request.GET.get(f"{lead}figure", ""), request.GET.get(f"{lead}course", "")
    context = {
        "student": student,
        "prefix": prefix,
        "ideas": ideas_for(
            request.user, figure if figure in Figure.values else "", int(course) if course.isdecimal() else None
        ),
        "send": ",".join(f"{lead}{name}" for name in TargetForm.base_fields),
    }
    return render(request, "interventions/_ideas.html", context)


@page(SET)
@require_POST
def target_fields(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """The fields of a target with an idea taken over; what was typed stays, and the wording it replaces is shown."""
    student = fetch(Student, request.user, SET, public_id=student_id)
    prefix, offered = prefix_of(request), Offered(student)
    taken = taken_over(request, request.GET, offered)
    blank = TargetForm(offered=offered, prefix=prefix or None)
    typed = from_draft(draft_data(request.POST), blank)
    initial, before = over(typed, taken, offered.usual_day) if taken else (typed, "")
    form = TargetForm(offered=offered, prefix=prefix or None, initial=initial, required=not prefix)
    context = {"student": student, "form": form, "before": before}
    return render(request, "interventions/_target_fields.html", context)


def taken_over(request: HttpRequest, named: Any, offered: Proposed) -> dict[str, Any]:
    """The fields of the model target or of the past target that the address names; nothing when it names none."""
    if key := sent_key(named.get("bank")):
        return initial_from_item(fetch(BankItem.objects.targets(), request.user, SET, public_id=key), offered.sites)
    if key := sent_key(named.get("like")):
        target = fetch(Target.objects.select_related("student"), request.user, SET, public_id=key)
        if names_student(target.what, target.student):
            raise Http404
        return initial_from_target(target)
    return {}
