"""What is typed about emergencies: why glass is broken, and the numbers to call."""

from django import forms

from safeguarding.forms.raising import LONG, text_area
from safeguarding.models import EmergencySettings
from safeguarding.queries.emergency import LABELS


class BreakGlassForm(forms.Form):
    """Why the head needs emergency access."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONG,
        widget=text_area(3),
        help_text="The safeguarding team reads this: who is away, and what cannot wait.",
    )


class EmergencyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    """Telephone numbers, and minutes."""

    class Meta:
        model = EmergencySettings
        fields = (*LABELS, "urgent_minutes")
        labels = LABELS | {"urgent_minutes": "Minutes between reminders when a student is not safe"}
        help_texts = {"urgent_minutes": "From 5 to 60. The team is told again until someone has opened the concern."}
        widgets = {name: forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}) for name in LABELS}

    def clean_urgent_minutes(self) -> int:
        """Between five minutes and an hour."""
        minutes = int(self.cleaned_data["urgent_minutes"])
        if not 5 <= minutes <= 60:
            raise forms.ValidationError("Choose from 5 to 60 minutes.")
        return minutes
