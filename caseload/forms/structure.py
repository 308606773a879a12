"""What may be typed about years, terms, closures and memberships."""

from datetime import date
from typing import Any

from django import forms

from caseload.models import AcademicYear, Caseload, Closure, Site
from core import clock
from core.forms.dates import DayField
from core.forms.fields import CHOOSE, ask_unless_one
from core.plausible import USUAL


class YearForm(forms.Form):
    """A new academic year, by the year in which it starts."""

    start_year = forms.IntegerField(
        min_value=2000, max_value=2100, label="Starts in", help_text="2027 is 2027/28, from 1 September to 31 August."
    )

    def clean_start_year(self) -> int:
        """A year that can be meant."""
        year: int = self.cleaned_data["start_year"]
        if fault := USUAL.fault(date(year, 9, 1)):
            raise forms.ValidationError(fault)
        return year


class TermForm(forms.Form):
    """A term: its name, its first and last day."""

    name = forms.CharField(max_length=40)
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")

    def __init__(self, *args: Any, year: AcademicYear, **options: Any) -> None:
        super().__init__(*args, **options)
        self.year = year

    def clean(self) -> dict[str, Any]:
        """Forwards, and inside the year."""
        values = super().clean() or self.cleaned_data
        _forwards(self, values)
        for name in ("starts_on", "ends_on"):
            day = values.get(name)
            if day and not self.year.starts_on <= day <= self.year.ends_on:
                self.add_error(name, f"This day is not in {self.year.name}.")
        return values


class ClosureForm(forms.Form):
    """Days on which a site, or every site, does not open."""

    kind = forms.ChoiceField(choices=[CHOOSE, *Closure.Kind.choices])
    name = forms.CharField(max_length=80)
    site = forms.ModelChoiceField(queryset=Site.objects.none(), required=False, empty_label="Every site")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Leave it empty for one day.")

    def __init__(self, *args: Any, sites: Any, every_site: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        site: Any = self.fields["site"]
        site.queryset = sites
        if not every_site:
            site.required = True
            ask_unless_one(site)

    def clean(self) -> dict[str, Any]:
        """One day when no end is given; never backwards."""
        values = super().clean() or self.cleaned_data
        values["ends_on"] = values.get("ends_on") or values.get("starts_on")
        _forwards(self, values)
        return values


class AddMemberForm(forms.Form):
    """From when a student is in a group."""

    student = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(label="From")


class ChangeMemberForm(forms.Form):
    """Take a student out of a group, or move them to another, from a day."""

    to = forms.ModelChoiceField(
        queryset=Caseload.objects.none(), required=False, empty_label="No other group", label="Move to"
    )
    on = DayField(label="First day of the change")

    def __init__(self, *args: Any, others: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if others is None:
            del self.fields["to"]
        else:
            to: Any = self.fields["to"]
            to.queryset = others
        self.fields["on"].initial = clock.today()


def _forwards(form: forms.Form, values: dict[str, Any]) -> None:
    start, end = values.get("starts_on"), values.get("ends_on")
    if start and end and end < start:
        form.add_error("ends_on", "The last day is before the first.")


class RolloverForm(forms.Form):
    """Which site goes from which year into the next."""

    site = forms.ModelChoiceField(queryset=Site.objects.none())
    from_year = forms.TypedChoiceField(label="From", coerce=int)

    def __init__(self, *args: Any, sites: Any, years: Any, current: AcademicYear | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.years = {year.start_year: year for year in years}
        site: Any = self.fields["site"]
        site.queryset = sites
        ask_unless_one(site)
        start: Any = self.fields["from_year"]
        start.choices = [(year.start_year, f"{year.name} into the year after") for year in years]
        start.initial = current.start_year if current else None

    def clean(self) -> dict[str, Any]:
        """The two years themselves; the next one must be in the calendar."""
        values = super().clean() or self.cleaned_data
        start = values.get("from_year")
        if start is not None:
            values["from_year"], values["to_year"] = self.years.get(start), self.years.get(start + 1)
            if values["to_year"] is None:
                self.add_error("from_year", "The year after is not in the calendar yet. Add it there first.")
        return values


class RolloverGroupsForm(forms.Form):
    """What next year's tutor groups are called, and the two choices."""

    end_rolls = forms.BooleanField(
        label="End the roll of those who finish", required=False, help_text="Their last day is the last of this year."
    )
    tutors_stay = forms.BooleanField(label="Tutors stay with their groups", required=False)

    def __init__(self, *args: Any, plan: Any, **options: Any) -> None:
        options.setdefault("initial", {}).update(
            end_rolls=plan.rollover.end_rolls, tutors_stay=plan.rollover.tutors_stay
        )
        super().__init__(*args, **options)
        self.plan = plan
        for group in plan.groups:
            self.fields[f"name-{group.caseload.pk}"] = forms.CharField(
                label=f"{group.caseload.name} becomes", max_length=60, required=False, initial=group.name
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Each tutor group with its field."""
        return [(group, self[f"name-{group.caseload.pk}"]) for group in self.plan.groups]

    @property
    def names(self) -> dict[str, str]:
        """The names given, by the number of this year's group."""
        return {
            str(group.caseload.pk): self.cleaned_data[f"name-{group.caseload.pk}"].strip() for group in self.plan.groups
        }
