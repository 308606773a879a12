"""What may be uploaded and typed about imports."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from core import clock
from core.form_dates import DayField
from exchange.choices import DateOrder
from exchange.reading import MOST_FILES

MOST_MEGABYTES = 60


class SeveralFiles(forms.ClearableFileInput):
    """A file field that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One zip, or the CSV files of a roster."""

    widget = SeveralFiles(attrs={"accept": ".zip,.csv"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Every file on its own, then all together."""
        given = data if isinstance(data, (list, tuple)) else [data]
        # Nothing chosen goes through the ordinary check too, which asks for a file.
        files = [super(FilesField, self).clean(file) for file in given or [None]]
        if len(files) > MOST_FILES:
            raise ValidationError(f"{len(files)} files; a roster has at most {MOST_FILES}.")
        if sum(file.size for file in files) > MOST_MEGABYTES * 1024 * 1024:
            raise ValidationError(
                f"Over {MOST_MEGABYTES} MB. Zip the files, or leave out those that aren't the roster's."
            )
        names = [file.name.lower() for file in files]
        if len(files) > 1 and not all(name.endswith(".csv") for name in names):
            raise ValidationError("Choose one zip, or only CSV files.")
        if len(set(names)) < len(names):
            raise ValidationError("Two files have the same name.")
        return files


class UploadForm(forms.Form):
    """Upload a roster."""

    files = FilesField(
        label="Zip or CSV files",
        help_text="School Data Sync (v1 UK or v2.1) or OneRoster 1.1. Passwords in the files are never read.",
    )
    dates = forms.ChoiceField(
        label="Dates with slashes",
        choices=DateOrder.choices,
        required=False,
        help_text="How 4/2/2000 is read. Dates written as 2000-04-02 need nothing.",
    )


class LeaverForm(forms.Form):
    """End a student who has left."""

    last_day = DayField(label="Last day")
    reason = forms.CharField(max_length=80, required=False)

    def clean_last_day(self) -> Any:
        """Not in the future: until then they are here."""
        day = self.cleaned_data["last_day"]
        if day > clock.today():
            raise ValidationError("This day has not come yet.")
        return day
