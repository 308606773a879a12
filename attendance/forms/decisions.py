"""What may be typed about a decision at the national threshold."""

from django import forms

from attendance.choices import Decision
from core.forms.fields import CHOOSE, TextArea


class DecisionForm(forms.Form):
    """What was decided, and why in this student's case."""

    decision = forms.ChoiceField(
        choices=[CHOOSE, *Decision.choices],
        label="Decision",
        error_messages={"required": "Choose what was decided."},
    )
    reason = forms.CharField(
        max_length=500,
        label="Why",
        widget=TextArea(attrs={"rows": 3}),
        help_text="What was weighed in this student's case. Everybody who acts on this student's alerts reads it.",
        error_messages={"required": "Say what was weighed in this student's case."},
    )
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)


class UndoForm(forms.Form):
    """Why a decision is undone."""

    why = forms.CharField(
        max_length=200, label="Why it is undone", error_messages={"required": "Say why the decision is undone."}
    )
