"""What may be typed about a home visit: the plan, what was found after a missed check-out, what came of it."""

from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import User
from caseload import choices
from caseload.actions.visits import VisitSaid
from caseload.forms.contacts import ContactLogForm, contact_option
from caseload.forms.fields import OneOfStaff, SomeOfStaff
from caseload.models import Contact, Student, VisitPolicy
from caseload.queries.staff import staff_with
from caseload.rules.students import LOG_CONTACT, reaches
from core import clock
from core.forms.dates import MomentField
from core.forms.fields import TextArea
from core.plausible import Years

LATE = timedelta(minutes=15)  # a visit may be planned for a moment ago, by somebody at the door
LONGEST = timedelta(hours=12)


class VisitForm(forms.Form):
    """A home visit: where, who goes, who watches, when back."""

    contact = forms.ChoiceField(required=False, label="To see")
    place = forms.CharField(max_length=300, label="Where", widget=TextArea(attrs={"rows": 2}))
    purpose = forms.CharField(max_length=200, label="What for")
    planned_for = MomentField(label="Begins", years=Years(back=1, ahead=1))
    back_by = MomentField(label="Back by", years=Years(back=1, ahead=1))
    goes = OneOfStaff(label="Who goes", queryset=User.objects.none())
    phone = forms.CharField(max_length=40, label="Can be rung on", widget=forms.TextInput(attrs={"type": "tel"}))
    watcher = OneOfStaff(
        label="Who watches", queryset=User.objects.none(), empty_label="Choose", help_text="Hears first when nobody checks out."
    )  # fmt: skip
    companions = SomeOfStaff(
        label="Colleagues who come along", queryset=User.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )  # fmt: skip
    others = forms.CharField(max_length=200, required=False, label="Anybody else who comes along")

    def __init__(self, *args: Any, student: Student, contacts: list[dict[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.student, self.contacts = student, contacts
        fields: dict[str, Any] = self.fields
        fields["contact"].choices = [("", "Nobody in particular")] + [
            (str(row["public_id"]), contact_option(row)) for row in contacts
        ]
        for name in ("goes", "watcher", "companions"):
            fields[name].queryset = staff_with(LOG_CONTACT)

    def clean(self) -> dict[str, Any]:
        """Times in order, somebody else who watches, and nobody visited who must not be contacted."""
        data = super().clean() or {}
        self._times(data.get("planned_for"), data.get("back_by"))
        goes, watcher, along = data.get("goes"), data.get("watcher"), list(data.get("companions") or ())
        if watcher is not None and (watcher == goes or watcher in along):
            self.add_error("watcher", "Whoever watches stays behind. Choose somebody who does not go.")
        if goes is not None and not reaches(goes, LOG_CONTACT, self.student):
            self.add_error("goes", f"{goes.formal_name} does not work with this student. Choose somebody who does.")
        if any(row["no_contact"] and str(row["public_id"]) == data.get("contact") for row in self.contacts):
            self.add_error("contact", "This person must not be contacted about this student.")
        return data

    def _times(self, start: Any, end: Any) -> None:
        if start and start < clock.now() - LATE:
            self.add_error("planned_for", "This is past. Choose a time still to come, or log the visit as a contact.")
        if start and end and end <= start:
            self.add_error("back_by", "This is before it begins. Choose a later time.")
        elif start and end and end - start > LONGEST:
            self.add_error("back_by", "This is more than 12 hours after it begins. Choose an earlier time.")

    def said(self) -> VisitSaid:
        """As the action takes it."""
        data = dict(self.cleaned_data)
        goes, key = data["goes"], data.pop("contact")
        data["contact"] = Contact.objects.get(public_id=key) if key else None
        data["companions"] = tuple(person for person in data["companions"] if person != goes)
        return VisitSaid(**data)


class VisitFoundForm(forms.Form):
    """What somebody found who followed up a missed check-out."""

    found = forms.ChoiceField(label="What you found", choices=choices.VisitFound.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        max_length=300, label="In your words", help_text="Whom you spoke to, and when.",
        widget=TextArea(attrs={"rows": 2}),
    )  # fmt: skip


class VisitLogForm(ContactLogForm):
    """What came of a visit. How and when it was are known already."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("key", "direction", "channel", "at"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Whoever must not be contacted is not written down as visited."""
        values = super().clean()
        if values.get("contact") in self.barred:
            self.add_error("contact", "This person must not be contacted about this student.")
        return values


class VisitPolicyForm(forms.Form):
    """When a missed check-out is said, and to whom."""

    alert_after_minutes = forms.IntegerField(
        min_value=1, max_value=240, label="Minutes after the time back until the watcher is told"
    )
    escalate_after_minutes = forms.IntegerField(
        min_value=1, max_value=240, label="Minutes after that until the people below are told too",
        help_text="And so on, at ever longer steps up to an hour, until somebody says what they found.",
    )  # fmt: skip
    extend_minutes = forms.IntegerField(min_value=5, max_value=240, label="Minutes that “I need longer” adds")
    people = SomeOfStaff(
        label="Who is told after the watcher", queryset=User.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}), help_text="With nobody chosen: the head and the senior leaders.",
    )  # fmt: skip

    def __init__(self, *args: Any, policy: VisitPolicy, **options: Any) -> None:
        minutes = ("alert_after_minutes", "escalate_after_minutes", "extend_minutes")
        initial = {name: getattr(policy, name) for name in minutes}
        super().__init__(*args, initial=initial | {"people": policy.people.all() if policy.pk else ()}, **options)
        people: Any = self.fields["people"]
        people.queryset = staff_with(LOG_CONTACT)
