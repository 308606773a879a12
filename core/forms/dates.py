"""Days and times as forms take them. Every form uses these fields, so that none keeps a year nobody can mean.

What was typed is kept as it was typed or refused with a sentence; it is never moved to the nearest day or time that would do.
"""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.plausible import USUAL, Years, birth_fault

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
STILL_TO_COME = "This time is still to come. Give the time at which it happened."


class DayInput(forms.DateInput):
    """The browser's own box for a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own box for a time."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DayField(forms.DateField):
    """A day in a year that can be meant here."""

    widget = DayInput

    def __init__(self, *, years: Years = USUAL, **options: Any) -> None:
        self.years = years
        super().__init__(**options)

    def validate(self, value: date | None) -> None:
        """Asked for where it must be, and in a year that makes sense."""
        super().validate(value)
        if value is not None and (fault := self.years.fault(value)):
            raise ValidationError(fault, code="years")


class BirthField(forms.DateField):
    """A student's date of birth: they are from 3 to 99 years old."""

    widget = DayInput
    stored: date | None = None  # one that stands is shown as one to check, and does not stop other changes

    def validate(self, value: date | None) -> None:
        """Asked for where it must be, and of somebody who can be a student."""
        super().validate(value)
        if value is not None and value != self.stored and (fault := birth_fault(value)):
            raise ValidationError(fault, code="years")


class HourField(forms.TimeField):
    """A time of the day."""

    widget = TimeInput


class MomentField(forms.DateTimeField):
    """A day and a time, as clocks here show it; of a time that is shown twice the first is meant."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, years: Years = USUAL, **options: Any) -> None:
        self.years = years
        super().__init__(input_formats=MOMENT_FORMATS, **options)

    def to_python(self, value: Any) -> datetime | None:
        """Read as typed. A year that nobody can mean and a time that no clock showed are refused."""
        if value in self.empty_values:
            return None
        typed = value if isinstance(value, datetime) else _read(self, value)
        if fault := self.years.fault(typed.date()):
            raise ValidationError(fault, code="years")
        return typed if typed.tzinfo else _moment(typed.date(), typed.time())


def _read(field: MomentField, value: Any) -> datetime:
    """What was typed, by the field's formats."""
    for layout in MOMENT_FORMATS:
        try:
            return datetime.strptime(str(value).strip(), layout)
        except ValueError:
            continue
    raise ValidationError(field.error_messages["invalid"], code="invalid")


def moment_said(form: forms.Form, day: str, hour: str, *, past: bool = True) -> datetime | None:
    """The moment that a form's two fields give together; what is wrong with it stands beside the time.

    Nothing while one of the two is empty or wrong already.
    """
    on, at = form.cleaned_data.get(day), form.cleaned_data.get(hour)
    if on is None or at is None:
        return None
    try:
        moment = _moment(on, at)
    except ValidationError as fault:
        form.add_error(hour, fault)
        return None
    if past and moment > clock.now():
        form.add_error(hour, ValidationError(STILL_TO_COME, code="future"))
        return None
    return moment


def _moment(day: date, at: time) -> datetime:
    try:
        return clock.shown(day, at)
    except clock.NoSuchTime as fault:
        raise ValidationError(str(fault), code="no_such_time") from None
