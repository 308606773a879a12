"""What may be typed about marks from the MIS."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from attendance import rules
from caseload.models import Site
from core import clock
from core.forms.dates import MomentField
from core.forms.fields import ask_unless_one
from core.plausible import HAPPENED
from exchange.choices import DateOrder

MOST_MEGABYTES = 60


class MarksForm(forms.Form):
    """Upload marks of one site."""

    site = forms.ModelChoiceField(Site.objects.none(), label="Site")
    file = forms.FileField(
        label="CSV file",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
        help_text="Student (UPN, ULN, admission number, learner reference, source id or email), date, session AM or PM"
        " or else period with group, code; if you have them, minutes late and a note.",
    )
    covers_until = MomentField(
        years=HAPPENED,
        required=False,
        label="Marks are complete up to",
        help_text="When the file was taken from the MIS. Pages say “marks to” this time.",
    )

    dates = forms.ChoiceField(
        label="Dates with slashes",
        choices=DateOrder.choices,
        required=False,
        help_text="How 4/2/2026 is read. Dates written as 2026-02-04 need nothing.",
    )

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        there = Site.objects.filter(registers_taken=Site.Registers.MIS).order_by("name", "pk")
        held = rules.sites_held(user, rules.IMPORT)
        sites: Any = self.fields["site"]
        sites.queryset = there if held is None else there.filter(pk__in=held)
        ask_unless_one(sites)

    def clean_file(self) -> Any:
        """One CSV file of a size that marks can have."""
        file = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(".csv"):
            raise ValidationError("Choose a CSV file: its name ends in .csv.")
        if file.size > MOST_MEGABYTES * 1024 * 1024:
            raise ValidationError(f"Over {MOST_MEGABYTES} MB. Split the file by month.")
        return file

    def clean_covers_until(self) -> Any:
        """Marks can't be complete up to a time that is still to come."""
        moment = self.cleaned_data.get("covers_until")
        if moment and moment > clock.now():
            raise ValidationError("This is still to come. Give the time at which the file was taken.")
        return moment
