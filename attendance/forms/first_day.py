"""What may be typed about absences without a reason."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms

from attendance.actions.explaining import OUTCOMES
from attendance.choices import Series
from attendance.codes import Code, by_use
from attendance.queries.absence.first_day import MarkAt
from core.forms.fields import TextArea

SOMEBODY = "Somebody else"
REASON_LABEL = {Series.SESSION: "Reason for today’s sessions", Series.LESSON: "Reason for today’s lessons"}


class CallForm(forms.Form):
    """One call home: whom, what came of it, what was said; and the reason, for those who may set it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    contact = forms.ChoiceField(label="Whom you rang", widget=forms.RadioSelect, required=False)
    outcome = forms.ChoiceField(
        label="What came of it", widget=forms.RadioSelect, choices=[(words, words) for words in OUTCOMES]
    )
    said = forms.CharField(
        label="What was said",
        required=False,
        max_length=160,
        widget=TextArea(attrs={"rows": 2}),
        help_text="For the contact log; the register says only that somebody rang.",
    )

    def __init__(
        self, *args: Any, contacts: list[dict[str, Any]], codes: Mapping[str, Sequence[Code]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = uuid4
        who: Any = self.fields["contact"]
        who.choices = [
            (str(row["public_id"]), f"{row['name']} ({row['relationship_words'].lower()})")
            for row in contacts
            if not row["no_contact"]
        ] + [("", SOMEBODY)]
        who.initial = who.choices[0][0] if len(who.choices) <= 2 else None  # of several the person says whom
        self.series = [series for series in Series if series in codes]
        for series in self.series:
            self.fields[f"code_{series}"] = forms.ChoiceField(
                label=REASON_LABEL[series],
                required=False,
                choices=[("", "Not known yet"), *_in_groups(codes[series])],
            )

    @property
    def reason_fields(self) -> list[Any]:
        """The fields for reasons, one a series."""
        return [self[f"code_{series}"] for series in self.series]

    @property
    def chosen_codes(self) -> dict[str, str]:
        """The reasons chosen, by series."""
        return {series: symbol for series in self.series if (symbol := self.cleaned_data[f"code_{series}"])}


def _in_groups(codes: Sequence[Code]) -> list[Any]:
    """The choices of a list of codes, those of every day first; a short list has no groups."""
    groups = [(words, [(code.code, f"{code.code} {code.short}") for code in found]) for words, found in by_use(codes)]
    return [choice for words, choices in groups for choice in ([(words, choices)] if words else choices)]


def mark_value(public_id: UUID, mark: MarkAt) -> str:
    """A mark as a tick box names it."""
    return f"{public_id}_{mark.date.isoformat()}_{mark.slot}"


def read_marks(series: str, values: Iterable[str], ids: Mapping[UUID, int]) -> list[MarkAt]:
    """The marks that were ticked; what is none, or of a student out of reach, is left out."""
    found = []
    for value in values:
        parts = value.split("_")
        if len(parts) != 3:
            continue
        try:
            student, day, slot = ids.get(UUID(parts[0])), date.fromisoformat(parts[1]), int(parts[2][:18])
        except ValueError:
            continue
        if student is not None:
            found.append(MarkAt(series, student, day, slot))
    return found
