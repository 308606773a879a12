"""What may be typed about a student's roll."""

from datetime import date
from typing import Any

from django import forms

from caseload.models import SiteMembership, YearGroup
from caseload.queries.school_days import this_school_day
from core.forms.dates import DayField


class FirstDayForm(forms.Form):
    """The right first day on roll. `seen` is the first day that the page showed."""

    first_day = DayField(label="First day on roll")
    seen = forms.CharField(max_length=10, widget=forms.HiddenInput)

    @property
    def typed(self) -> date | None:
        """The day, once it is one."""
        day: date | None = self.cleaned_data.get("first_day") if self.is_valid() else None
        return day


class LastDayForm(forms.Form):
    """The right last day of a roll that has ended; none when they have not left. `seen` is the last day that the page showed."""

    last_day = DayField(label="Last day on roll", required=False, help_text="Leave it empty if they have not left.")
    seen = forms.CharField(max_length=10, widget=forms.HiddenInput)


class EndRollForm(forms.Form):
    """A student's last day, and why they leave."""

    last_day = DayField(label="Last day on roll")
    reason = forms.CharField(max_length=80, required=False, help_text="For example: moved to another school.")
    destination = forms.CharField(max_length=120, required=False, help_text="Where they go next.")


class YearGroupForm(forms.Form):
    """The year group a student is in from a day on."""

    year_group = forms.ModelChoiceField(queryset=YearGroup.objects.none(), empty_label="Choose")
    on = DayField(label="From")

    def __init__(self, *args: Any, student: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sites = SiteMembership.objects.filter(student=student).values("site")
        group: Any = self.fields["year_group"]
        group.queryset = YearGroup.objects.filter(site__in=sites).select_related("site")
        group.label_from_instance = lambda row: f"{row.name}, {row.site.name}"
        self.fields["on"].initial = this_school_day()
