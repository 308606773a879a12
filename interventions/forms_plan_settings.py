"""What may be typed when action plans are set up: barriers and stages."""

from typing import Any

from django import forms

from accounts.roles import ROLES
from core.forms.fields import CHOOSE
from interventions.choices_plans import MANAGE_PLAN
from interventions.models import Barrier
from interventions.querysets import PASTORAL_NOTE

OWNERS = [(role.code, role.label) for role in ROLES if MANAGE_PLAN in role.permissions]
APPROVERS = [(role.code, role.label) for role in ROLES if PASTORAL_NOTE in role.permissions]


class BarrierForm(forms.Form):
    """Something that stands in students' way."""

    name = forms.CharField(max_length=80)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=9999, initial=100, help_text="Lower numbers come first."
    )
    active = forms.BooleanField(label="Offered in plans", required=False, initial=True)

    def __init__(self, *args: Any, barrier: Barrier | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.barrier = barrier

    def clean_name(self) -> str:
        """A name once."""
        name: str = self.cleaned_data["name"]
        same = Barrier.objects.filter(name__iexact=name)
        if (same.exclude(pk=self.barrier.pk) if self.barrier else same).exists():
            raise forms.ValidationError("There is a barrier of this name already.")
        return name


class PlanStageForm(forms.Form):
    """One of the stages of plans."""

    name = forms.CharField(max_length=80)
    about = forms.CharField(
        label="Used when", max_length=200, required=False, help_text="In words, for whoever decides."
    )
    owner_role = forms.ChoiceField(choices=[CHOOSE, *OWNERS], label="Whose plan it is")
    approver_role = forms.ChoiceField(
        choices=[("", "Nobody"), *APPROVERS], required=False, label="Approved by",
        help_text="Somebody else than whoever made the plan or moved it there.",
    )  # fmt: skip
    review_after_days = forms.IntegerField(min_value=1, max_value=365, label="Looked at again after (days)")
    active = forms.BooleanField(required=False, initial=True, label="In use")
