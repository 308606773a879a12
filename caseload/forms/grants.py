"""What may be typed when reach is given, ended or proposed."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from accounts.roles import BY_CODE, PROTECTED, ROLES
from caseload.choices import Capacity
from caseload.queries.grants import KIND_WORDS, choices_over
from caseload.rules.grants import givable
from core import clock
from core.forms.dates import DayField
from core.forms.fields import CHOOSE, TextArea

OVER = {
    "caseload": "of a tutor group or caseload",
    "teaching_group": "of a teaching group",
    "year_group": "of a year group",
    "house": "of a house",
    "team": "of a team of tutors",
    "course": "of a course",
    "area": "of an area",
    "site": "for a site",
    "college": "for the whole college",
}


def roles_to_give(by: Any) -> list[tuple[str, str]]:
    """Each role with what it can be held over, left out where this person has nothing to give it over."""
    kinds = {kind for kind in KIND_WORDS if givable(by, kind).exists()}
    return [
        (f"{role.code}:{kind}", f"{role.label} {OVER[kind]}")
        for role in ROLES
        if not role.protected
        for kind in role.containers
        if kind in kinds
    ]


class GiveForm(forms.Form):
    """A role over something for somebody, from one day to another."""

    role_kind = forms.ChoiceField(label="Role")
    container = forms.ChoiceField(label="Over what")
    capacity = forms.ChoiceField(label="As", choices=Capacity.choices, initial=Capacity.TUTOR)
    starts_on = DayField(label="First day")
    last_day = DayField(
        label="Last day",
        required=False,
        help_text="Leave it empty if it has no end. Cover needs one.",
    )
    reason = forms.CharField(
        label="Reason", max_length=200, help_text="Anybody who looks after reach can read it later: new tutor of 10A."
    )
    handover_note = forms.CharField(
        label="Handover note",
        required=False,
        max_length=4000,
        widget=TextArea(attrs={"rows": 4}),
        help_text="What somebody who covers needs to know. They see it above the caseload. No safeguarding matters here.",
    )

    def __init__(self, *args: Any, by: Any, role_kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_to_give(by)
        self.role, _, self.kind = role_kind.partition(":") if role_kind in dict(roles) else ("", "", "")
        self._choices("role_kind", [("", "Choose a role"), *roles])
        self.initial.setdefault("role_kind", role_kind)
        self.initial.setdefault("starts_on", clock.today())
        if not self.kind:
            del self.fields["container"], self.fields["capacity"], self.fields["handover_note"]
            return
        self.fields["container"].label = KIND_WORDS[self.kind]
        over = choices_over(by, self.kind)
        self._choices("container", over if self.kind == "college" else [("", "Choose one"), *over])
        if (self.role, self.kind) != ("tutor", "caseload"):
            del self.fields["capacity"], self.fields["handover_note"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def dependent(self) -> list[Any]:
        """The fields that depend on the role."""
        return [self[name] for name in ("container", "capacity", "handover_note") if name in self.fields]


class EndReachForm(forms.Form):
    """When a grant ends and why."""

    last_day = DayField(label="Last day", required=False, help_text="Leave it empty to end it now.")
    reason = forms.CharField(label="Reason", required=False, max_length=200)


class ProposeForm(forms.Form):
    """Who should hold which protected role."""

    email = forms.EmailField(
        label="Who", help_text="The address they sign in with. Not you: somebody else proposes you."
    )
    role = forms.ChoiceField(label="Role", choices=[CHOOSE, *((code, BY_CODE[code].label) for code in PROTECTED)])
    starts_on = DayField(label="First day")
    last_day = DayField(label="Last day", required=False, help_text="Leave it empty if it has no end.")
    reason = forms.CharField(label="Reason", max_length=200)

    person: User

    def clean_email(self) -> str:
        """Somebody who works here."""
        email = str(self.cleaned_data["email"]).strip().lower()
        found = User.objects.filter(email=email).first()
        if found is None or not found.works_here:
            raise forms.ValidationError("Nobody who works here signs in with this address.")
        self.person = found
        return email

    def clean_starts_on(self) -> date:
        """Not in the past: nobody acts with a role before it was consented to."""
        day: date = self.cleaned_data["starts_on"]
        if day < clock.today():
            raise forms.ValidationError("A protected role can't begin in the past.")
        return day


class EndRoleForm(forms.Form):
    """When a protected role is to end, and why."""

    last_day = DayField(
        label="Last day",
        help_text="They hold the role until the end of this day. Choose yesterday to end it as soon as it is approved.",
    )
    reason = forms.CharField(
        label="Reason", max_length=200, help_text="The second person reads this before they approve."
    )


class SuspendForm(forms.Form):
    """Why somebody's access is suspended at once."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="Everyone on the page Safeguarding team can read this. Write nothing about a student.",
    )
