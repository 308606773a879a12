"""Start a stage process for many students: everybody counted, and those left out named with why, before it starts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload.models import Student
from core.pages.http import NotPossible, posted, sent_keys
from interventions.actions import cases as actions
from interventions.forms_cases import CaseNewForm
from interventions.queries.case_starts import Starts, who_could_start
from interventions.views.choosing import MOST


@page(actions.MANAGE)
def case_many(request: HttpRequest) -> HttpResponse:
    """Start a stage process for the students ticked in a list, with a preview of who is in and who is left out."""
    keys = sent_keys(request.POST.getlist("student") or request.GET.getlist("student"))
    if len(keys) > MOST:
        raise NotPossible(f"At most {MOST} students at once.")
    form = CaseNewForm(posted(request))
    stage = form.cleaned_data.get("stage") if form.is_bound and form.is_valid() else None
    found = who_could_start(request.user, keys, stage.process if stage else None)
    if found.total < len(keys):
        raise Http404
    # What was looked at is what starts: another stage chosen since is looked at first.
    if stage and "save" in request.POST and request.POST.get("previewed") == str(stage.pk) and found.ready:
        return _start(request, form, found)
    context = {
        "form": form,
        "found": found,
        "stage": stage,
        "trail": [("Staged processes", reverse("interventions:case_list")), ("Start stage process", None)],
    }
    return render(request, "interventions/case_many.html", context, status=422 if form.errors else 200)


def _start(request: HttpRequest, form: CaseNewForm, found: Starts) -> HttpResponse:
    values = form.cleaned_data
    stage = values["stage"]
    students = list(Student.objects.filter(pk__in=[row["id"] for row in found.ready]))
    made = actions.open_cases(
        request.user, students, stage, reason=values["reason"], review_on=values["review_on"]
    )  # fmt: skip
    if made:
        who = "1 student" if len(made) == 1 else f"{len(made)} students"
        messages.success(request, f"{stage.process.name} has started for {who}, at stage {stage.number} {stage.name}.")
    started = {case.student_id for case in made}
    late = [row["full_name"] for row in found.ready if row["id"] not in started]
    said = [found.names_left_out, *(f"{name} (a colleague has just started it)" for name in late)]
    if left_out := ", ".join(words for words in said if words):
        messages.warning(request, f"Not started for: {left_out}.")
    return redirect("interventions:case_list")
