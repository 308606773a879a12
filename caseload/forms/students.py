"""What may be typed about a student."""

from typing import Any

from django import forms

from caseload import choices
from caseload.actions.students import EDITABLE, version_of
from caseload.models import Site, Student
from caseload.queries.school_days import this_school_day
from core.form_dates import BirthField, DayField

IDENTIFIERS = ("upn", "uln", "uci", "candidate_number", "admission_number", "learner_reference", "ucas_personal_id")


class StudentForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    """A student's names, identifiers and what hardly ever changes. A wrong UPN or ULN is kept and flagged."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    date_of_birth = BirthField(required=False, label="Date of birth")
    ethnicity = forms.ChoiceField(required=False, choices=[("", "Not recorded"), *choices.ETHNICITY.items()])
    first_language = forms.CharField(
        required=False, max_length=3, label="First language", help_text="Three letters, as ENG, POL or URD."
    )

    class Meta:
        model = Student
        fields = EDITABLE
        labels = {
            "given_name": "Given name",
            "home_given_name": "Given name at home",
            "home_family_name": "Family name at home",
            "home_pronouns": "Pronouns at home",
            "legal_given_name": "Legal given name",
            "legal_family_name": "Legal family name",
            "upn_unknown_reason": "Why there is no UPN",
            "candidate_number": "Candidate number",
            "ucas_personal_id": "UCAS personal ID",
        }
        help_texts = {"home_given_name": "Letters and mails home use this name. Leave it empty when it is the same."}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reason: Any = self.fields["upn_unknown_reason"]
        reason.choices = [("", "Not given"), *choices.UpnUnknown.choices]
        if self.instance.pk:
            born: Any = self.fields["date_of_birth"]
            born.stored = self.instance.date_of_birth
            self.fields["version"].initial = version_of(self.instance)

    def clean(self) -> dict[str, Any]:
        """Numbers without spaces and in capitals; somebody needs one name at least."""
        values = super().clean() or self.cleaned_data
        for name in IDENTIFIERS:
            if values.get(name):
                values[name] = "".join(values[name].split()).upper()
        values["first_language"] = (values.get("first_language") or "").upper()
        if not values.get("given_name") and not values.get("family_name"):
            self.add_error("given_name", "Give at least one name: given or family.")
        return values

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}

    @property
    def groups(self) -> list[tuple[str, bool, list[Any]]]:
        """The fields as the page shows them: (heading, folded at first, fields)."""
        shape = (
            ("In college", False, ("given_name", "family_name", "pronouns", "date_of_birth", "sex", "email", "phone")),
            ("At home", not self._filled("home_given_name"), ("home_given_name", "home_family_name", "home_pronouns")),
            (
                "Legal and former names",
                not self._filled("legal_given_name"),
                ("legal_given_name", "legal_family_name", "middle_names", "former_family_name"),
            ),
            ("Identifiers", False, ("upn", "upn_unknown_reason", *IDENTIFIERS[1:])),
            ("Background", True, ("ethnicity", "first_language")),
        )
        return [
            (title, folded and not any(self[name].errors for name in names), [self[name] for name in names])
            for title, folded, names in shape
        ]

    def _filled(self, name: str) -> bool:
        return bool(self[name].value())


class NewStudentForm(StudentForm):
    """A student, and where and from when they are on roll."""

    site = forms.ModelChoiceField(queryset=Site.objects.none(), empty_label=None)
    starts_on = DayField(label="On roll from")

    def __init__(self, *args: Any, sites: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        site: Any = self.fields["site"]
        site.queryset = sites
        self.fields["starts_on"].initial = this_school_day()

    @property
    def groups(self) -> list[tuple[str, bool, list[Any]]]:
        """The same, with the place on roll after the names."""
        first, *others = super().groups
        return [first, ("On roll", False, [self["site"], self["starts_on"]]), *others]
