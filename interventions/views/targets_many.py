"""The same target for many students at once: who they are, seen before it is set; each is then theirs to change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload.models import Student
from caseload.registries import answering
from caseload.rules.telling_apart import tell_apart
from caseload.views.cleared import say_cleared
from caseload.views.students import first_list
from core.pages.http import form_token, posted
from interventions.actions.targets import set_target_for_many
from interventions.forms_bank import OfferedToAll
from interventions.forms_targets import TargetForm
from interventions.queries import my_students, targets_open_overdue
from interventions.queries.bank import names_student
from interventions.subjects import TARGET
from interventions.views.choosing import Chosen, chosen, say_left_out
from interventions.views.returning import came_from
from interventions.views.target_help import hints_of, taken_over
from interventions.views.targets import SET

MOST = 300


@page(SET)
def target_many(request: HttpRequest) -> HttpResponse:
    """Set the same target for each of the students ticked."""
    who = chosen(request, SET)
    back = came_from(request, reverse(first_list(request.user)))
    offered = OfferedToAll(who.students)
    form = TargetForm(
        request.POST if "what" in request.POST else None,
        offered=offered,
        required=True,
        initial=taken_over(request, request.GET, offered),
    )
    token = form_token(request)
    if "save" in request.POST and form.is_valid() and _all_well(form, who.students):
        answers = answering.sent(request.POST)
        made = set_target_for_many(who.students, form.said(), token=token, by=request.user, answers=answers)
        messages.success(request, f"The target is set for {len(made)} {'student' if len(made) == 1 else 'students'}.")
        say_left_out(request, who.left_out)
        say_cleared(request, answers)
        return redirect(back)
    context = _context(request, who, form) | {"token": token, "back": back}
    return render(request, "interventions/target_many.html", context, status=422 if form.errors else 200)


def _all_well(form: TargetForm, students: list[Student]) -> bool:
    """Somebody is ticked, and the words that stand on everybody's page name none of them."""
    if not students:
        form.add_error(None, "Tick at least one student.")
    typed = " ".join(str(form.cleaned_data.get(name) or "") for name in ("what", "measure", "steps", "relevant"))
    named = [student.named for student in students if len(students) > 1 and names_student(typed, student)]
    if named and form.data.get("named") != "1":
        form.names_somebody = True  # type: ignore[attr-defined]  # read by the template
        form.add_error(
            "what",
            f"It seems to name {named[0]}, and it will stand on everybody's page. Change it, or tick below that no name is meant.",
        )
    return not form.errors


def _context(request: HttpRequest, who: Chosen, form: TargetForm) -> dict[str, Any]:
    ids = [student.pk for student in who.students]
    standing = targets_open_overdue([row["person"]["id"] for row in who.rows], request.user)
    for row in who.rows:
        row["targets"] = standing.get(row["person"]["id"])
    return {
        "who": who,
        "form": form,
        "hints": hints_of(request.POST) if form.is_bound else [],
        "answers": answering.offered(ids, request.user, posted(request), about=TARGET, initial=form.initial),
        "offered": [] if who.rows else tell_apart(my_students(request.user).order_by("sort_key", "pk")[:MOST]),
    }
