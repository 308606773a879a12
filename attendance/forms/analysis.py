"""What the analysis pages take from their address. Whatever can't be read is said, and the usual is shown instead."""

from datetime import date
from typing import Any

from django import forms

from attendance.choices import Series
from attendance.queries.figures.totals import series_by_student
from attendance.queries.figures.windows import year_to_date
from attendance.queries.students.marks_behind import SHOW, Wanted
from core import clock
from core.forms.dates import DayField

WEEKDAYS = (
    ("", "Every day"),
    *((str(n), name) for n, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))),
)
NOT_OFFERED = {"invalid_choice": "There is no such choice; all are shown. Choose one on this page."}


class MarksForm(forms.Form):
    """Which marks to list: two dates, and what they are narrowed to."""

    series = forms.ChoiceField(choices=[("", ""), *Series.choices], required=False, error_messages=NOT_OFFERED)
    show = forms.ChoiceField(choices=[("", ""), *SHOW.items()], required=False, error_messages=NOT_OFFERED)
    code = forms.CharField(max_length=4, required=False)
    weekday = forms.ChoiceField(choices=WEEKDAYS, required=False, error_messages=NOT_OFFERED)
    period = forms.CharField(max_length=20, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        # "from" is a word of Python, so these two are added by name.
        for name, label in (("from", "From"), ("to", "To")):
            self.fields[name] = DayField(
                label=label,
                required=False,
                error_messages={"invalid": "Give this date as day, month and year."},
            )

    def clean(self) -> dict[str, Any]:
        """The first date may not be after the last."""
        found = super().clean() or {}
        start, end = found.get("from"), found.get("to")
        if start and end and start > end:
            self.add_error("to", "The last date is before the first. Change one of them.")
        return found

    def wanted(self, student_id: int) -> Wanted:
        """The marks to read: the year to date in the student's own series, but for what the address says and makes sense."""
        self.is_valid()
        good: dict[str, Any] = getattr(self, "cleaned_data", {})
        end: date = clock.today()
        start: date = year_to_date(end)[0]
        if good and not {"from", "to"} & set(self.errors):
            end = good.get("to") or end
            start = good.get("from") or min(start, end)
        weekday = good.get("weekday") or ""
        return Wanted(
            series=good.get("series") or series_by_student([student_id]).get(student_id, Series.SESSION),
            start=start,
            end=end,
            show=good.get("show") or "all",
            code=good.get("code") or "",
            weekday=int(weekday) if weekday else None,
            period=good.get("period") or "",
        )
