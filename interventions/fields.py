"""Fields of forms: words, a day, members of staff."""

from typing import Any

from django import forms

from core.forms.dates import DayField
from core.forms.fields import TextArea
from interventions import choices


class Words(forms.CharField):
    """Text in any script, kept as it was typed: ends trimmed, line ends as one character, the letter NUL left out."""

    def __init__(self, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", choices.TEXT_LIMIT)
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", TextArea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Clean before length and emptiness are judged."""
        return super().to_python(cleaned(value) if isinstance(value, str) else value)


def cleaned(text: str) -> str:
    """Text as it is stored."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


class Day(DayField):
    """A day that need not be given."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)


class StaffChoice(forms.ModelMultipleChoiceField):
    """Some members of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name}{f' ({obj.position})' if obj.position else ''}"
