"""Dates as the browser's own pickers, and members of staff by name."""

from typing import Any

from django import forms


class DateField(forms.DateField):
    """A day."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MomentField(forms.DateTimeField):
    """A day and a time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **options: object) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)  # type: ignore[arg-type]  # Django's own


class OneOfStaff(forms.ModelChoiceField):
    """One member of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.formal_name)


class SomeOfStaff(forms.ModelMultipleChoiceField):
    """Some members of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.formal_name)
