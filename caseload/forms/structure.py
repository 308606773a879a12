"""What may be typed about years, terms, closures and memberships."""

from typing import Any

from django import forms

from caseload.forms.fields import DateField
from caseload.models import AcademicYear, Caseload, Closure, Site
from core import clock


class YearForm(forms.Form):
    """A new academic year, by the year in which it starts."""

    start_year = forms.IntegerField(
        min_value=2000, max_value=2100, label="Starts in", help_text="2027 is 2027/28, from 1 September to 31 August."
    )


class TermForm(forms.Form):
    """A term: its name, its first and last day."""

    name = forms.CharField(max_length=40)
    starts_on = DateField(label="First day")
    ends_on = DateField(label="Last day")

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

    kind = forms.ChoiceField(choices=Closure.Kind.choices)
    name = forms.CharField(max_length=80)
    site = forms.ModelChoiceField(queryset=Site.objects.none(), required=False, empty_label="Every site")
    starts_on = DateField(label="First day")
    ends_on = DateField(label="Last day", required=False, help_text="Leave it empty for one day.")

    def __init__(self, *args: Any, sites: Any, every_site: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        site: Any = self.fields["site"]
        site.queryset = sites
        if not every_site:
            site.required, site.empty_label = True, None

    def clean(self) -> dict[str, Any]:
        """One day when no end is given; never backwards."""
        values = super().clean() or self.cleaned_data
        values["ends_on"] = values.get("ends_on") or values.get("starts_on")
        _forwards(self, values)
        return values


class AddMemberForm(forms.Form):
    """From when a student is in a group."""

    student = forms.UUIDField(widget=forms.HiddenInput)
    on = DateField(label="From")


class ChangeMemberForm(forms.Form):
    """Take a student out of a group, or move them to another, from a day."""

    to = forms.ModelChoiceField(
        queryset=Caseload.objects.none(), required=False, empty_label="No other group", label="Move to"
    )
    on = DateField(label="First day of the change")

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
