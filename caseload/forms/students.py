"""What may be typed about a student."""

from typing import Any

from django import forms

from caseload import choices
from caseload.actions.students import EDITABLE, version_of
from caseload.models import Caseload, Site, Student, YearGroup
from caseload.queries.calendar import academic_year_on, current_academic_year
from caseload.queries.same_person import mark_of, possibly_same
from caseload.queries.school_days import this_school_day
from core import clock, wording
from core.forms.dates import BirthField, DayField
from core.forms.fields import ask_unless_one

IDENTIFIERS = ("upn", "uln", "uci", "candidate_number", "admission_number", "learner_reference", "ucas_personal_id")
NONE_YET = "none"
NOT_IN_YEAR = "{group} does not run on {day}. Choose a group of that academic year, or None yet."


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
    """A student, where and from when they are on roll, and their year group and tutor group.

    When somebody of nearly the same name and birth date is on record, it asks whether this is another person.
    """

    site = forms.ModelChoiceField(queryset=Site.objects.none())
    starts_on = DayField(label="On roll from")
    year_group = forms.ChoiceField(label="Year group")
    tutor_group = forms.ChoiceField(label="Tutor group or caseload")
    another = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Any, sites: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by
        self.same: list[dict[str, Any]] = []
        site: Any = self.fields["site"]
        site.queryset = sites
        ask_unless_one(site)
        self.fields["starts_on"].initial = this_school_day()
        open_years = Caseload.objects.filter(site__in=sites, year__ends_on__gte=clock.today())
        self.choose_from("year_group", YearGroup.objects.filter(site__in=sites).select_related("site"))
        self.choose_from("tutor_group", open_years.select_related("site", "year").order_by("year", "name"))

    def choose_from(self, name: str, groups: Any) -> None:
        """Offer these groups under their sites, and to be in none yet, which somebody has to say."""
        self.offered = getattr(self, "offered", {}) | {name: {str(group.pk): group for group in groups}}
        by_site: dict[str, list[tuple[str, str]]] = {}
        for key, group in self.offered[name].items():
            by_site.setdefault(group.site.name, []).append((key, _called(group)))
        field: Any = self.fields[name]
        nothing = (NONE_YET, "None yet")
        field.choices = [("", "Choose"), *by_site.items(), nothing] if by_site else [nothing]

    def clean(self) -> dict[str, Any]:
        """The groups are of the site, in the year of the first day; and this is somebody new."""
        values = super().clean() or self.cleaned_data
        for name in self.offered:
            if values.get(name):
                values[name] = self.offered[name].get(values[name])
                self._check_group(name, values[name], values)
        self.same = possibly_same(
            self.by, values.get("given_name") or "", values.get("family_name") or "", values.get("date_of_birth")
        )
        if mark_of(self.same) != values.get("another", "") and self.same:
            self.add_error(None, "Say whether this is the same person as one already on record.")
        return values

    def _check_group(self, name: str, group: Any, values: dict[str, Any]) -> None:
        site, first_day = values.get("site"), values.get("starts_on")
        if group is None or site is None or first_day is None:
            return
        year = group.year if isinstance(group, Caseload) else academic_year_on(first_day)
        if group.site_id != site.pk:
            self.add_error(name, f"{group.name} is at {group.site.name}. Choose a group of {site.name}.")
        elif year is None or not year.starts_on <= first_day <= year.ends_on:
            self.add_error(name, NOT_IN_YEAR.format(group=group.name, day=wording.day(first_day)))

    @property
    def mark(self) -> str:
        """What “another person” has to answer for."""
        return mark_of(self.same)

    @property
    def groups(self) -> list[tuple[str, bool, list[Any]]]:
        """The same, with the place on roll after the names."""
        first, *others = super().groups
        place = [self[name] for name in ("site", "starts_on", "year_group", "tutor_group")]
        return [first, ("On roll", False, place), *others]


def _called(group: Any) -> str:
    """A group's name, with its year when that is not the present one."""
    current = current_academic_year()
    other_year = isinstance(group, Caseload) and (current is None or group.year_id != current.pk)
    return f"{group.name}, {group.year.name}" if other_year else group.name
