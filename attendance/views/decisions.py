"""Decisions about a student at the national threshold of unauthorised absence."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance import rules
from attendance.actions import decisions as actions
from attendance.errors import RegisterProblem
from attendance.forms.decisions import DecisionForm, UndoForm
from attendance.models import ThresholdDecision
from attendance.queries.alerts.decisions import decisions_about
from caseload.models import Student
from caseload.views.one_student import the_student
from core.pages.http import posted


@page(rules.ACT)
def threshold_decisions(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every decision about one student at the threshold, with the sessions that count now; record one, or undo one."""
    student = the_student(request, rules.ACT, public_id=public_id)
    form = DecisionForm(posted(request), initial={"seen": actions.standing_key(student)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_at_threshold(student, by=request.user, **form.cleaned_data)
        except RegisterProblem as wrong:
            form.add_error(None, wrong.sentence)
            form = _with_what_stands(form, student)
        else:
            messages.success(request, f"The decision about {student.full_name} is recorded. Nothing was sent.")
            return redirect("attendance:threshold_decisions", student.public_id)
    return _page(request, student, form, UndoForm())


@require_POST
@page(rules.DECIDE)
def threshold_decision_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Undo one decision, with why."""
    rows = ThresholdDecision.objects.select_related("student")
    made: ThresholdDecision = fetch(rows, request.user, rules.DECIDE, public_id=public_id)
    undo = UndoForm(request.POST)
    if not undo.is_valid():
        form = DecisionForm(initial={"seen": actions.standing_key(made.student)})
        return _page(request, made.student, form, undo)
    if actions.undo_decision(made, reason=undo.cleaned_data["why"], by=request.user):
        messages.success(request, "The decision is undone. It stays on record.")
    else:
        messages.info(request, "This decision had been undone already.")
    return redirect("attendance:threshold_decisions", made.student.public_id)


def _with_what_stands(form: DecisionForm, student: Student) -> DecisionForm:
    """The same form, about what stands now, so that saving once more is meant."""
    data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["seen"] = actions.standing_key(student) or ""
    form.data = data
    return form


def _page(request: HttpRequest, student: Student, form: DecisionForm, undo: UndoForm) -> HttpResponse:
    context: dict[str, Any] = {
        "student": student,
        "form": form,
        "undo": undo,
        "met": actions.met_by(student),
        "decisions": decisions_about(student),
        "may_decide": rules.may_decide_for(request.user, student.pk),
        "trail": [
            ("Unauthorised absence", reverse("attendance:threshold_list")),
            (student.full_name, None),
        ],
    }
    faulty = bool(form.errors or undo.errors)
    return render(request, "attendance/threshold_decisions.html", context, status=422 if faulty else 200)
