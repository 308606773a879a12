"""What somebody types when raising a concern: little that is asked, the rest offered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from caseload.models import Student
from core import clock
from core.forms.dates import DayField, HourField, moment_said
from core.forms.fields import TextArea
from core.plausible import CHILDHOOD, LIFETIME
from safeguarding.actions.adults import AdultReport
from safeguarding.actions.raising import Report
from safeguarding.choices import CATEGORIES, AdultLevel, YesNo
from safeguarding.queries.people import present_staff, team_members

LONG = 20_000
KNOWN = [("", "Not known"), *YesNo.choices]


def text_area(rows: int = 3) -> TextArea:
    """A box that is tall enough for what is expected in it."""
    return TextArea(attrs={"rows": rows})


class PersonField(forms.ModelChoiceField):
    """A member of staff, chosen by public id and shown by name."""

    def __init__(self, queryset: Any = None, **more: Any) -> None:
        super().__init__(queryset if queryset is not None else User.objects.none(), to_field_name="public_id", **more)

    def label_from_instance(self, obj: Any) -> str:
        """Family name first, as lists are sorted."""
        return f"{obj.family_name}, {obj.given_name}" if obj.family_name else obj.given_name


class WhenFields(forms.Form):
    """The day and, if known, the time at which something happened."""

    happened_on = DayField(label="When it happened", years=CHILDHOOD)
    happened_time = HourField(label="About what time", required=False)

    def clean(self) -> dict[str, Any]:
        """A time that is said has been, and a clock showed it."""
        cleaned = super().clean() or {}
        self.said_moment = moment_said(self, "happened_on", "happened_time")
        return cleaned

    def moment(self) -> datetime | None:
        """Day and time in one. Noon, or now where noon is still to come, stands for a day without a time and is never shown."""
        day = self.cleaned_data.get("happened_on")
        if self.said_moment or day is None:
            return self.said_moment
        return min(clock.at(day, 12), clock.now())

    def time_said(self) -> bool:
        """Whether a time was typed: the noon that stands for none must never be read as one."""
        return bool(self.cleaned_data.get("happened_time"))


class ConcernForm(WhenFields):
    """A concern about a student."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    student = forms.CharField(required=False)
    student_name = forms.CharField(label="Student", max_length=200, required=False)
    what = forms.CharField(
        label="What happened",
        max_length=LONG,
        widget=text_area(5),
        help_text="What you saw or heard, in your own words. Facts before opinions.",
        error_messages={"required": "Write what happened. A sentence is enough to begin with."},
    )
    safe_now = forms.ChoiceField(
        label="Is the student safe now?",
        choices=[(YesNo.YES, "Yes"), (YesNo.NO, "No"), (YesNo.UNSURE, "Not sure")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the student is safe now, as far as you know."},
    )
    who_told = forms.CharField(
        label="Who knows about it already?", max_length=1000, required=False, widget=forms.TextInput()
    )
    child_words = forms.CharField(
        label="What the student said, word for word", max_length=LONG, required=False, widget=text_area()
    )
    location = forms.CharField(label="Where it happened", max_length=500, required=False)
    injury = forms.ChoiceField(label="Is there an injury?", choices=KNOWN, required=False)
    parents_told = forms.ChoiceField(label="Do the parents or carers know?", choices=KNOWN, required=False)
    context = forms.CharField(
        label="Anything else that matters",
        max_length=LONG,
        required=False,
        widget=text_area(),
        help_text="Who else was there; what you did; what you think, marked as such.",
    )
    category_hint = forms.ChoiceField(label="What it may be about", required=False)
    hide_from = PersonField(
        label="Somebody of the safeguarding team who must not see this",
        required=False,
        empty_label="Nobody: the whole team may see it",
        help_text="If they are in it themselves, or related to somebody who is. They will not be told.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category_hint"].choices = [("", "I am not sure"), *CATEGORIES]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["hide_from"].queryset = team_members().exclude(pk=user.pk)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_student(self) -> Student | None:
        """Only a student whom the person reaches; anybody else is typed as a name."""
        chosen = self.cleaned_data["student"]
        if not chosen:
            return None
        try:
            public_id = UUID(chosen)
        except ValueError:
            raise ValidationError("Choose the student again.") from None
        found = Student.objects.visible_to(self.user, "caseload.view_student").filter(public_id=public_id).first()
        if found is None:
            raise ValidationError("Type this student’s name.")
        return found

    def clean(self) -> dict[str, Any]:
        """A student chosen or a name typed."""
        cleaned = super().clean() or {}
        if "student" in cleaned and not cleaned["student"] and not cleaned.get("student_name", "").strip():
            self.add_error("student_name", "Say whom it is about: choose the student, or type a name.")
        return cleaned

    def report(self) -> Report:
        """What was typed, as the action takes it."""
        cleaned = self.cleaned_data
        plain = (
            "what",
            "safe_now",
            "student",
            "student_name",
            "child_words",
            "context",
            "location",
            "who_told",
            "injury",
        )
        return Report(
            **{name: cleaned[name] for name in (*plain, "parents_told", "category_hint")},
            occurred_at=self.moment(),
            time_said=self.time_said(),
        )


class AddendumForm(forms.Form):
    """Something more about one's own concern."""

    text = forms.CharField(label="What you want to add", max_length=LONG, widget=text_area())


class AdultConcernForm(WhenFields):
    """A concern about an adult who works here."""

    happened_on = DayField(label="When it happened", years=LIFETIME)
    token = forms.UUIDField(widget=forms.HiddenInput)
    subject = PersonField(label="Who it is about", required=False, empty_label="Somebody who is not in this list")
    subject_name = forms.CharField(
        label="Their name and what they do here, if not in the list", max_length=200, required=False
    )
    about_head = forms.BooleanField(
        label="It is about the head",
        required=False,
        help_text="Then the chair of governors reads it, and the head does not.",
    )
    what = forms.CharField(
        label="What happened",
        max_length=LONG,
        widget=text_area(5),
        help_text="However small. What you saw or heard, in your own words.",
    )
    witnesses = forms.CharField(label="Who else was there", max_length=1000, required=False)
    context = forms.CharField(label="Anything else that matters", max_length=LONG, required=False, widget=text_area())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].queryset = present_staff().exclude(pk=user.pk)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """Somebody chosen or a name typed."""
        cleaned = super().clean() or {}
        named = cleaned.get("subject") or cleaned.get("subject_name", "").strip() or cleaned.get("about_head")
        if "subject" in cleaned and not named:
            self.add_error("subject_name", "Say whom it is about.")
        return cleaned

    def report(self) -> AdultReport:
        """What was typed, as the action takes it."""
        cleaned = self.cleaned_data
        names = ("what", "subject", "subject_name", "about_head", "context", "witnesses")
        return AdultReport(
            **{name: cleaned[name] for name in names}, occurred_at=self.moment(), time_said=self.time_said()
        )


class AdultEntryForm(forms.Form):
    """What whoever handles a concern about an adult writes down."""

    text = forms.CharField(label="What was done or decided, and why", max_length=LONG, widget=text_area())
    level = forms.ChoiceField(label="How it is taken", choices=AdultLevel.choices, required=False)
    closes = forms.BooleanField(label="This closes it", required=False)
