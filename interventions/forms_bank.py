"""What may be typed into the bank of model targets, what a target takes from it, and what is offered for many students."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Count

from caseload.models import Course, Student
from core import clock
from interventions import choices
from interventions.actions.bank import BankSaid
from interventions.choices import Figure
from interventions.choices_bank import BankKind, BankOrder, Stars
from interventions.choices_programmes import NeedArea
from interventions.fields import Words
from interventions.forms_targets import Proposed, friday_in, steps_of
from interventions.models import BankItem, Target
from interventions.queries.bank import names_student
from progress.models import Grade, ScaleGrade

TAKEN = ("what", "measure", "achievable", "relevant")


def initial_from_item(item: BankItem, sites: Iterable[int]) -> dict[str, Any]:
    """What a target form takes from a model target; the date is so many weeks from today."""
    found: dict[str, Any] = {name: item.data.get(name, "") for name in TAKEN}
    found |= {"steps": "\n".join(item.steps), "figure": item.figure, "bank_item": item}
    if item.figure != Figure.GRADE:
        found["figure_goal"] = item.data.get("figure_goal") or None
    if item.course_id:
        found["course"] = item.course_id
    weeks = item.data.get("weeks")
    return found | ({"due_on": friday_in(int(weeks), sites)} if weeks else {})


def initial_from_target(target: Target) -> dict[str, Any]:
    """What a target form takes from a past target: its wording and how it was measured, nothing about its student."""
    names = ("what", "measure", "figure", "figure_goal")
    return {name: getattr(target, name) for name in names} | {"course": target.course_id}


def over(typed: Mapping[str, Any], taken: Mapping[str, Any], usual: date) -> tuple[dict[str, Any], str]:
    """What is typed already with what is taken over it: only the wording is replaced, and given back to be shown."""
    kept = {name: value for name, value in typed.items() if value not in (None, "")}
    before = str(kept.get("what", ""))
    both = {**taken, **kept, "what": taken["what"]}
    both["bank_item"] = taken.get("bank_item")
    if "due_on" in taken and str(kept.get("due_on", "")) in ("", str(usual)):
        both["due_on"] = taken["due_on"]
    if kept.get("figure") != taken.get("figure") and taken.get("figure"):
        both |= {"figure": taken["figure"], "figure_goal": taken.get("figure_goal")}
    return both, before if before.strip() != str(taken["what"]).strip() else ""


class OfferedToAll(Proposed):
    """The subjects that every one of some students is taught today, and the grades in which these are given."""

    def __init__(self, students: Sequence[Student]) -> None:
        self.ids = ids = [student.pk for student in students]
        taught = (
            Course.objects.filter(
                teaching_groups__memberships__student__in=ids,
                teaching_groups__memberships__period__contains=clock.today(),
            )
            .annotate(those=Count("teaching_groups__memberships__student", distinct=True))
            .filter(those=len(ids))
        )
        self.courses = Course.objects.filter(pk__in=taught.values("pk")).order_by("title", "pk")
        scales = Grade.objects.filter(course__in=taught.values("pk")).order_by().values("scale").distinct()
        self.grades = ScaleGrade.objects.filter(scale__kind="grade", scale__in=scales, position__isnull=False)
        self.course_choices = [("", "No subject"), *self.courses.values_list("pk", "title")]
        self.grade_choices = [("", "No grade"), *self.grades.values_list("pk", "label")]


class BankForm(forms.Form):
    """A model target: a name to find it by, and the wording. The rest is folded away."""

    title = Words(label="Name", required=True, max_length=200, widget=forms.TextInput())
    what = Words(label="Target", rows=2, required=True)
    area = forms.ChoiceField(label="About", choices=[("", "Nothing in particular"), *NeedArea.choices], required=False)
    course = forms.ModelChoiceField(
        label="Subject", queryset=Course.objects.order_by("title", "pk"), required=False, empty_label="Any subject"
    )
    figure = forms.ChoiceField(label="Measured by", choices=[("", "Words only"), *Figure.choices], required=False)
    figure_goal = forms.DecimalField(label="Goal", max_digits=7, decimal_places=2, required=False, min_value=0)
    measure = Words(label="How you will both know it is met", rows=2)
    weeks = forms.IntegerField(label="Usual time, in weeks", required=False, min_value=1, max_value=52)
    steps = Words(label="Steps, one a line", rows=3)
    achievable = Words(label="Why it is within reach", rows=2)
    relevant = Words(label="Why it matters", rows=2)

    def __init__(self, *args: Any, item: BankItem | None = None, target: Target | None = None, **kwargs: Any) -> None:
        first = _of_item(item) if item else _of_target(target) if target else {}
        kwargs["initial"] = first | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.target = target
        course: Any = self.fields["course"]
        course.label_from_instance = lambda one: one.title

    def clean(self) -> dict[str, Any]:
        """No student is named in what the whole college reads; a figure has a goal that it can have."""
        data = super().clean() or {}
        for name in (*TAKEN, "title", "steps"):
            found = names_student(data.get(name) or "", self.target.student) if self.target else ""
            if found:
                words = f"“{found.capitalize()}” is this student’s name, and everybody who sets targets reads the bank. Say it without."
                self.add_error(name, words)
        goal = data.get("figure_goal") or 0
        if data.get("figure") == Figure.ATTENDANCE and goal > 100:
            self.add_error("figure_goal", "Attendance can't be more than 100 per cent.")
        if any(len(step) > choices.LINE_LIMIT for step in steps_of(data.get("steps", ""))):
            self.add_error("steps", f"A step has at most {choices.LINE_LIMIT} characters.")
        return data

    def said(self) -> BankSaid:
        """The model target as an action takes it."""
        data = dict(self.cleaned_data)
        return BankSaid(**data | {"steps": tuple(steps_of(data["steps"]))})


def _of_item(item: BankItem) -> dict[str, Any]:
    names = (*TAKEN, "figure_goal", "weeks")
    found = {name: item.data.get(name) for name in names}
    found |= {name: getattr(item, name) for name in ("title", "area", "course", "figure")}
    return found | {"steps": "\n".join(item.steps)}


def _of_target(target: Target) -> dict[str, Any]:
    found = {name: getattr(target, name) for name in (*TAKEN, "figure", "figure_goal", "course")}
    return found | {
        "title": target.what.split("\n")[0][:60].strip(),
        "steps": "\n".join(step.text for step in target.steps.all()),
    }


class LookForm(forms.Form):
    """What is looked for in the bank."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    area = forms.ChoiceField(label="About", choices=[("", "Everything"), *NeedArea.choices], required=False)
    figure = forms.ChoiceField(label="Measured by", choices=[("", "Anything"), *Figure.choices], required=False)
    order = forms.ChoiceField(label="Sorted by", choices=BankOrder.choices, required=False)

    def __init__(self, *args: Any, kind: str = BankKind.TARGET, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind == BankKind.PLAN:
            del self.fields["figure"]  # only a target is measured by one


class RatingForm(forms.Form):
    """One to five stars."""

    stars = forms.TypedChoiceField(label="Your rating", choices=Stars.choices, coerce=int, widget=forms.RadioSelect)
