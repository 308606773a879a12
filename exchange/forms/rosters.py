"""What may be uploaded and typed about imports."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from core.forms.dates import DayField
from core.plausible import HAPPENED
from exchange.choices import DateOrder
from exchange.queries import sources_known
from exchange.reading import MOST_FILES

MOST_MEGABYTES = 60


class SeveralFiles(forms.ClearableFileInput):
    """A file field that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One zip, or the CSV files of one export."""

    widget = SeveralFiles(attrs={"accept": ".zip,.csv"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Every file on its own, then all together."""
        given = data if isinstance(data, (list, tuple)) else [data]
        # Nothing chosen goes through the ordinary check too, which asks for a file.
        files = [super(FilesField, self).clean(file) for file in given or [None]]
        if len(files) > MOST_FILES:
            raise ValidationError(f"{len(files)} files. Choose at most {MOST_FILES}.")
        if sum(file.size for file in files) > MOST_MEGABYTES * 1024 * 1024:
            raise ValidationError(
                f"Over {MOST_MEGABYTES} MB. Zip the files, or leave out those that do not belong to the export."
            )
        names = [file.name.lower() for file in files]
        if len(files) > 1 and not all(name.endswith(".csv") for name in names):
            raise ValidationError("Choose one zip, or only CSV files.")
        if len(set(names)) < len(names):
            raise ValidationError("Two files have the same name.")
        return files


class UploadForm(forms.Form):
    """Upload students and staff from the MIS."""

    files = FilesField(
        label="Zip or CSV files",
        help_text="School Data Sync (v1 UK or v2.1) or OneRoster 1.1. Passwords in the files are never read.",
    )
    source = forms.CharField(
        label="Source",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
        help_text="Only when several systems or schools send you files: give each its own name, and the same name every"
        " time. Leavers are only looked for among people from the same source.",
    )
    dates = forms.ChoiceField(
        label="Dates with slashes",
        choices=DateOrder.choices,
        required=False,
        help_text="How 4/2/2000 is read. Dates written as 2000-04-02 need nothing.",
    )

    def clean_source(self) -> str:
        """The name of a source that is known, however it is typed, or a new one."""
        typed = " ".join(self.cleaned_data["source"].split())
        return next((name for name in sources_known() if name.casefold() == typed.casefold()), typed)


class LeaversForm(forms.Form):
    """End students who have left, all on one day."""

    last_day = DayField(label="Last day", years=HAPPENED, error_messages={"required": "Give their last day here."})
    reason = forms.CharField(max_length=80, required=False)
