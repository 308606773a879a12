"""What may be typed into the bank about a model action plan."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from interventions import choices
from interventions.actions.bank import BankPlanSaid
from interventions.choices_programmes import NeedArea
from interventions.fields import Words
from interventions.forms_plans import MOST_ACTIONS, SPARE, BarrierChoice
from interventions.models import ActionPlan, BankItem, Barrier
from interventions.queries.bank import names_student
from interventions.queries.plans import actions_of

WEEKS = {"required": False, "min_value": 1, "max_value": 52}


class BankPlanForm(forms.Form):
    """A model plan: a name to find it by, the aim, what is in the way, and after how many weeks it is looked at again."""

    title = Words(label="Name", required=True, max_length=200, widget=forms.TextInput())
    area = forms.ChoiceField(label="About", choices=[("", "Nothing in particular"), *NeedArea.choices], required=False)
    barriers = BarrierChoice(
        label="In the way", queryset=Barrier.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    reasons = Words(label="What is in the way, in words", rows=3)
    aims = Words(label="Aim", required=True, rows=3)
    weeks = forms.IntegerField(label="Looked at again after, in weeks", **WEEKS)

    def __init__(
        self, *args: Any, item: BankItem | None = None, plan: ActionPlan | None = None, **options: Any
    ) -> None:
        first = _of_item(item) if item else _of_plan(plan) if plan else {}
        options["initial"] = first | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.plan = plan
        barriers: Any = self.fields["barriers"]
        kept = [one.pk for one in first.get("barriers", [])]
        barriers.queryset = Barrier.objects.filter(active=True) | Barrier.objects.filter(pk__in=kept)

    def clean(self) -> dict[str, Any]:
        """No student is named in what the whole college reads."""
        data = super().clean() or {}
        for name in ("title", "reasons", "aims"):
            if fault := names_in(data.get(name) or "", self.plan):
                self.add_error(name, fault)
        return data

    def said(self, actions: list[tuple[str, str, int | None]]) -> BankPlanSaid:
        """The model plan as an action takes it."""
        data = dict(self.cleaned_data)
        return BankPlanSaid(**data | {"barriers": tuple(data["barriers"])}, actions=tuple(actions))


def names_in(text: str, plan: ActionPlan | None) -> str:
    """What is wrong where the plan's own student is named; nothing where they are not."""
    found = names_student(text, plan.student) if plan else ""
    if not found:
        return ""
    return (
        f"“{found.capitalize()}” is this student’s name, and everybody who sets targets reads the bank. Say it without."
    )


class BankActionForm(forms.Form):
    """One action of a model plan. An empty row is left out."""

    what = Words(label="What is done", max_length=choices.LINE_LIMIT, rows=2)
    who = Words(label="Who", max_length=80, widget=forms.TextInput())
    weeks = forms.IntegerField(label="Due after, in weeks", **WEEKS)

    def __init__(self, *args: Any, plan: ActionPlan | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan

    def clean(self) -> dict[str, Any]:
        """What and who go together, and nobody is named."""
        data = super().clean() or {}
        if data.get("what") and not data.get("who") and "who" not in self.errors:
            self.add_error("who", "Say who does it: tutor, student, teacher, a service.")
        if data.get("who") and not data.get("what") and "who" in self.changed_data and "what" not in self.errors:
            self.add_error("what", "Say what is to be done, or empty the row.")
        for name in ("what", "who"):
            if fault := names_in(data.get(name) or "", self.plan):
                self.add_error(name, fault)
        return data


class BankActionRows(BaseFormSet):  # type: ignore[type-arg]  # Django's own is not generic at run time
    """The actions of a model plan, and some empty rows."""

    def clean(self) -> None:
        """At least one action."""
        if not any(self.errors) and not any(form.cleaned_data.get("what") for form in self.forms):
            raise ValidationError("Say at least one thing that is done, and who does it.")

    def said(self) -> list[tuple[str, str, int | None]]:
        """What was typed, empty rows left out."""
        each = (form.cleaned_data for form in self.forms)
        return [(data["what"], data["who"], data["weeks"]) for data in each if data.get("what")]


BankActionFormSet = formset_factory(
    BankActionForm,
    formset=BankActionRows,
    extra=SPARE,
    max_num=MOST_ACTIONS,
    absolute_max=MOST_ACTIONS,
    validate_max=True,
)


def _of_item(item: BankItem) -> dict[str, Any]:
    found = {name: item.data.get(name) for name in ("reasons", "aims", "weeks")} | {
        "title": item.title,
        "area": item.area,
    }
    return found | {"barriers": list(Barrier.objects.filter(public_id__in=item.data.get("barriers", [])))}


def _of_plan(plan: ActionPlan) -> dict[str, Any]:
    weeks = max(1, round((plan.review_on - plan.starts_on).days / 7))
    found = {name: getattr(plan, name) for name in ("title", "reasons", "aims")}
    return found | {"weeks": weeks, "barriers": list(plan.barriers.all())}


def rows_of_item(item: BankItem) -> list[dict[str, Any]]:
    """The actions of a model plan, as rows to change."""
    return [{name: one.get(name) for name in ("what", "who", "weeks")} for one in item.data.get("actions", [])]


def rows_of_plan(plan: ActionPlan) -> list[dict[str, Any]]:
    """The actions of a plan as a model has them: whoever looks after the plan is the tutor, others on the staff are teachers."""
    rows = []
    for one in actions_of(plan):
        who = "" if one.owner_words and names_student(one.owner_words, plan.student) else one.owner_words
        if one.owner_id:
            who = "Tutor" if one.owner_id == plan.owner_id else "Teacher"
        rows.append(
            {"what": one.what, "who": who or "Student", "weeks": max(1, round((one.due_on - plan.starts_on).days / 7))}
        )
    return rows
