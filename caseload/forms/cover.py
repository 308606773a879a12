"""What may be typed when a caseload is handed over for a while."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from caseload.forms.fields import OneOfStaff
from caseload.queries.school_days import sites_of, this_school_day
from core.forms.dates import DayField
from core.forms.fields import TextArea

LINE_LIMIT = 1000


class CoverForm(forms.Form):
    """To whom, from when to when, and what they need to know; one more box for each student, to leave empty."""

    to = OneOfStaff(queryset=User.objects.none(), label="Who covers", to_field_name="public_id", empty_label="Choose")
    starts_on = DayField(label="First day")
    last_day = DayField(label="Last day", help_text="Cover ends by itself after this day.")
    note = forms.CharField(
        label="Handover note",
        max_length=4000,
        widget=TextArea(attrs={"rows": 5}),
        error_messages={"required": "Say in a sentence what whoever covers needs to know."},
        help_text="What to look after, and where things are. No safeguarding matters here: the safeguarding team tells them.",
    )

    def __init__(self, *args: Any, staff: "QuerySet[User]", students: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = staff  # type: ignore[attr-defined]  # a field of staff
        self.initial.setdefault("starts_on", this_school_day(sites_of([row["id"] for row in students])))
        self.students = {f"line-{row['public_id']}": row for row in students}
        for name, row in self.students.items():
            self.fields[name] = forms.CharField(
                label=row["list_name"],
                required=False,
                max_length=LINE_LIMIT,
                widget=TextArea(attrs={"rows": 2}),
            )

    @property
    def single(self) -> list[Any]:
        """The boxes of single students."""
        return [self[name] for name in self.students]

    @property
    def any_line(self) -> bool:
        """Whether something was typed about a single student, or is wrong there; then their boxes stand open."""
        return any(self[name].value() or self[name].errors for name in self.students)

    @property
    def lines(self) -> dict[int, str]:
        """What is to be looked after, by student; empty boxes left out."""
        said = {row["id"]: self.cleaned_data[name].strip() for name, row in self.students.items()}
        return {student: text for student, text in said.items() if text}


class CoverPolicyForm(forms.Form):
    """Whether tutors hand over their own caseload."""

    tutors_arrange = forms.BooleanField(
        label="Tutors hand over their own caseload",
        required=False,
        help_text="Otherwise only whoever leads them does: tutor lead, head of year or house, pastoral manager.",
    )
