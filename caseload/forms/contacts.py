"""What may be typed about contacts and into the contact log."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from caseload import choices
from caseload.actions.contacts import CONTACT_FIELDS, LINK_FIELDS
from caseload.models import Contact, StudentContact
from caseload.rules.same_contact import perhaps_entered_before
from core import clock
from core.forms.dates import DayField, MomentField
from core.forms.fields import TextArea
from core.plausible import COMING, HAPPENED


class ContactLogForm(forms.Form):
    """One time that somebody was in touch: with whom, how, what came of it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    direction = forms.ChoiceField(choices=choices.Direction.choices, widget=forms.RadioSelect, initial="out")
    channel = forms.ChoiceField(choices=choices.Channel.choices, widget=forms.RadioSelect, initial="call", label="How")
    contact = forms.ChoiceField(required=False, label="With")
    at = MomentField(label="When", years=HAPPENED)
    summary = forms.CharField(max_length=200, label="What about", help_text="One line, shown on the timeline.")
    note = forms.CharField(max_length=4000, required=False, label="What was said", widget=TextArea(attrs={"rows": 5}))
    outcome = forms.CharField(max_length=200, required=False, label="What came of it")
    follow_up_on = DayField(
        required=False, label="Follow up on", years=COMING, help_text="It comes back on your caseload that day."
    )

    def __init__(self, *args: Any, contacts: list[dict[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.barred = {str(row["public_id"]) for row in contacts if row["no_contact"]}
        who: Any = self.fields["contact"]
        who.choices = [("", "Somebody else, or nobody answered")] + [
            (str(row["public_id"]), contact_option(row)) for row in contacts
        ]
        # With several the person says whom: a name accepted without a look would say of somebody what another said.
        free = [str(row["public_id"]) for row in contacts if not row["no_contact"]]
        who.initial = free[0] if len(free) == 1 else ""
        self.fields["key"].initial = uuid4
        self.fields["at"].initial = lambda: clock.local(clock.now()).replace(second=0, microsecond=0)

    def clean_at(self) -> Any:
        """Being in touch is written down afterwards."""
        at = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError("This is still to come. Write it down once it has happened.")
        return at

    def clean(self) -> dict[str, Any]:
        """Nobody rings somebody who must not be contacted; that they rang us is written down."""
        values = super().clean() or self.cleaned_data
        if values.get("contact") in self.barred and values.get("direction") == "out":
            self.add_error("contact", "This person must not be contacted about this student.")
        return values


class AdditionForm(forms.Form):
    """What is added to an entry of the contact log."""

    words = forms.CharField(
        max_length=1000, label="Add to this entry", widget=TextArea(attrs={"rows": 3}),
        help_text="A correction, or what came later. What was written stays as it was.",
    )  # fmt: skip


class ContactForm(forms.Form):
    """An adult around a student, and how they stand to them."""

    another = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, link: StudentContact | None = None, among: Sequence[dict[str, Any]] = (), **options: Any
    ) -> None:
        self.among, self.entering = among, link is None
        self.same: list[dict[str, Any]] = []
        initial = options.pop("initial", {}) | (_stored(link) if link else {})
        super().__init__(*args, initial=initial, **options)
        for model, names in ((Contact, CONTACT_FIELDS), (StudentContact, LINK_FIELDS)):
            for name in names:
                if name != "another_person":  # the answer to a question, not something typed
                    self.fields[name] = _field(model, name)

    def clean(self) -> dict[str, Any]:
        """A contact needs a name, and a bar to contact needs its reason."""
        values = super().clean() or self.cleaned_data
        if not values.get("given_name") and not values.get("family_name"):
            self.add_error("family_name", "Give at least one name.")
        if values.get("no_contact") and not values.get("no_contact_reason"):
            self.add_error(
                "no_contact_reason", "Say why, for whoever would have rung: a court order, the student's wish."
            )
        self.same = perhaps_entered_before(values, self.among)
        if self.same and values.get("another") != self.asked:
            self.add_error(None, "Say whether this is the same person as a contact already entered.")
        if self.entering:
            values["another_person"] = bool(self.same)
        return values

    @property
    def asked(self) -> str:
        """Whom the question is about: the answer holds for these contacts and no others."""
        return " ".join(sorted(str(row["public_id"]) for row in self.same))


def _field(model: Any, name: str) -> forms.Field:
    field: forms.Field = model._meta.get_field(name).formfield()
    labels = {
        "other_phone": "Other phone",
        "needs_interpreter": "Needs an interpreter",
        "parental_responsibility": "Has parental responsibility",
        "lives_with": "The student lives with them",
        "is_emergency": "Emergency contact",
        "no_contact": "Must not be contacted about this student",
        "no_contact_reason": "Why not",
        "priority": "Priority (1 is rung first)",
    }
    field.label = labels.get(name, field.label)
    if name == "address":
        field.widget = TextArea(attrs={"rows": 3})
    if name == "no_contact":
        field.help_text = ""
    return field


def _stored(link: StudentContact) -> dict[str, Any]:
    return {name: getattr(link.contact, name) for name in CONTACT_FIELDS} | {
        name: getattr(link, name) for name in LINK_FIELDS
    }


def contact_option(row: dict[str, Any]) -> str:
    """A contact as a form offers them: name, how they stand to the student, and when they must not be contacted."""
    barred = " – must not be contacted" if row["no_contact"] else ""
    return f"{row['name']} ({row['relationship_words'].lower()}){barred}"


class HomeConsentForm(forms.Form):
    """A student agrees that home is written to from 18 on."""

    words = forms.CharField(
        max_length=200,
        label="How they said it",
        help_text="In a one-to-one, by email, on the enrolment form …",
    )


class HomePolicyForm(forms.Form):
    """What the college has decided about writing home."""

    write_at_16_and_17 = forms.BooleanField(
        required=False,
        label="Write home about students of 16 and 17",
        help_text="Under 16 home is always written to; from 18 on only when the student has agreed.",
    )
    announce_days = forms.IntegerField(
        min_value=0,
        max_value=180,
        label="Days before an 18th birthday on which the tutor is told",
    )
