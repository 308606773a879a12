"""What may be typed about referrals: asking, answering, ending; and about services."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from accounts.models import User
from accounts.roles import BY_CODE, roles_carrying
from core.forms.fields import TextArea
from interventions.actions.referrals import EndSaid, ReferralSaid
from interventions.choices import LINE_LIMIT
from interventions.choices_referrals import REFER, Result
from interventions.fields import StaffChoice, Words
from interventions.models import Service
from interventions.queries.readers import staff_holding


class ByPlace(ModelChoiceIterator):
    """Services in two groups: inside the college and outside it."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        rows = list(self.queryset)
        for words, inside in (("Inside the college", True), ("Outside", False)):
            group = [self.choice(row) for row in rows if row.inside is inside]
            if group:
                yield (words, group)


class ServiceChoice(forms.ModelChoiceField):
    """A service, by name."""

    iterator = ByPlace

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}: {obj.about}" if obj.about else str(obj.name)


class ReferralForm(forms.Form):
    """Students are referred to a service."""

    service = ServiceChoice(
        label="To", queryset=Service.objects.filter(active=True), empty_label="Choose",
        error_messages={"required": "Choose to whom.", "invalid_choice": "This service is not offered any more. Choose another."},
    )  # fmt: skip
    reason = Words(
        label="Why, and what would help", required=True, rows=5,
        help_text="Read by you and by whoever takes it up, nobody else.",
        error_messages={"required": "Say why in a sentence or two, so that the right person can take it up."},
    )  # fmt: skip
    urgent = forms.BooleanField(
        label="It is urgent", required=False,
        help_text="For fear of harm raise a concern instead: the safeguarding team reads it at once.",
    )  # fmt: skip
    student_agrees = forms.BooleanField(label="The student knows and agrees", required=False)

    def said(self) -> ReferralSaid:
        """As the action takes it."""
        return ReferralSaid(**self.cleaned_data)


class AnswerForm(forms.Form):
    """A referral is accepted or declined."""

    answer = forms.CharField(
        label="Answer to whoever referred", max_length=LINE_LIMIT, required=False,
        widget=TextArea(attrs={"rows": 3}),
        help_text="Who sees the student and when; to decline: why, and what would help instead.",
    )  # fmt: skip

    def __init__(self, *args: Any, declining: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.declining = declining

    def clean_answer(self) -> str:
        """No without a word is no answer."""
        words: str = self.cleaned_data["answer"]
        if self.declining and not words:
            raise forms.ValidationError("Say why, and what would help instead.")
        return words


class EndForm(forms.Form):
    """A referral ends."""

    result = forms.ChoiceField(label="What came of it", choices=[("", "Choose"), *Result.choices])
    told = forms.CharField(
        label="For whoever referred", max_length=LINE_LIMIT, required=False,
        widget=TextArea(attrs={"rows": 2}), help_text="What they need to know from now on.",
    )  # fmt: skip
    outcome = Words(
        label="What was done", rows=4, help_text="Read only by those who take up referrals to this service."
    )

    def said(self) -> EndSaid:
        """As the action takes it."""
        return EndSaid(**self.cleaned_data)


class ServiceForm(forms.Form):
    """A service inside the college or an agency outside."""

    name = forms.CharField(max_length=80)
    about = forms.CharField(max_length=200, required=False, label="What it is for", help_text="A line, shown beside its name.")  # fmt: skip
    inside = forms.TypedChoiceField(
        label="Where", choices=[("yes", "Inside the college"), ("no", "Outside")], coerce=lambda text: text == "yes",
        widget=forms.RadioSelect, initial="yes",
    )  # fmt: skip
    role = forms.ChoiceField(
        label="Role that takes its referrals up", required=False,
        help_text="Everybody who holds it over the student. They see the referral, as named people do.",
    )  # fmt: skip
    people = StaffChoice(
        label="People who take its referrals up", queryset=User.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="They read what is referred to this service, whoever the student is. Outside the college: whoever keeps in touch with it; nobody: each referrer does.",
    )  # fmt: skip
    confidential = forms.BooleanField(
        label="Only whoever referred and those who take it up know of a referral", required=False,
        help_text="As for counselling. Otherwise pastoral staff see on the student’s page that there is one, and how far it has got.",
    )  # fmt: skip
    email = forms.EmailField(required=False, label="Email", help_text="Outside: shown to whoever refers. Waymark sends nothing there.")  # fmt: skip
    phone = forms.CharField(max_length=40, required=False)
    active = forms.BooleanField(label="Offered for new referrals", required=False, initial=True)

    def __init__(self, *args: Any, service: Service | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.service = service
        role: Any = self.fields["role"]
        role.choices = [("", "None"), *((code, BY_CODE[code].label) for code in roles_carrying(REFER))]
        people: Any = self.fields["people"]
        here = staff_holding(REFER)
        people.queryset = (here | User.objects.filter(pk__in=service.people.all())).distinct() if service else here

    def clean_name(self) -> str:
        """A name once."""
        name: str = self.cleaned_data["name"]
        same = Service.objects.filter(name__iexact=name)
        if (same.exclude(pk=self.service.pk) if self.service else same).exists():
            raise forms.ValidationError("There is a service of this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        """Inside the college somebody takes its referrals up."""
        data = super().clean() or {}
        if data.get("inside") and not data.get("role") and not data.get("people"):
            self.add_error("role", "Say who takes its referrals up: choose a role here, or people below.")
        return data
