"""What the safeguarding team types."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from caseload.models import Student
from caseload.queries.school_days import school_day_by
from core import clock
from core.forms.dates import DayField
from core.forms.fields import CHOOSE
from safeguarding import choices
from safeguarding.actions.faults import WhoLeadsNow
from safeguarding.actions.triage import Assessment
from safeguarding.forms.raising import LONG, PersonField, WhenFields, text_area
from safeguarding.models import Concern, Entry
from safeguarding.queries.people import present_staff
from safeguarding.queries.record import ShownEntry

SHARE_DAYS = 14


class AssessForm(forms.Form):
    """How the team sees a concern."""

    severity = forms.TypedChoiceField(
        label="Severity",
        coerce=int,
        choices=[choice for choice in choices.Severity.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label="Category")
    categories_also = forms.MultipleChoiceField(
        label="Also",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="As many as fit.",
    )
    is_online = forms.BooleanField(label="Online", required=False)
    between_children = forms.BooleanField(label="Between children", required=False)
    threshold = forms.ChoiceField(label="Level of need", choices=choices.Threshold.choices, required=False)
    consent_considered = forms.ChoiceField(
        label="Was consent considered?", choices=[("", "Not needed"), *choices.YesNo.choices[:2]], required=False
    )
    rationale = forms.CharField(label="Why you see it so", max_length=LONG, widget=text_area())
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "Choose"), *choices.CATEGORIES]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["categories_also"].choices = choices.CATEGORIES  # type: ignore[attr-defined]  # a ChoiceField

    def assessment(self) -> Assessment:
        """What was typed, as the action takes it."""
        return Assessment(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


class AssignForm(forms.Form):
    """Who leads on a concern."""

    person = PersonField(label="Give it to", empty_label="Choose")

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.filter(pk__in=[one.pk for one in team]).order_by("sort_key")  # type: ignore[attr-defined]  # a ModelChoiceField


class EntryForm(WhenFields):
    """A dated entry."""

    kind = forms.ChoiceField(label="What it is", choices=[(kind.value, kind.label) for kind in choices.WRITTEN_BY_HAND])
    text = forms.CharField(label="What was said, done or decided, and why", max_length=LONG, widget=text_area())


class ReasonForm(forms.Form):
    """A reason, wherever one is all that is asked."""

    reason = forms.CharField(label="Reason", max_length=LONG, widget=text_area(2))


class CorrectionForm(forms.Form):
    """What an entry should have said."""

    text = forms.CharField(label="What it should say, and why it changes", max_length=LONG, widget=text_area())


class ActionForm(forms.Form):
    """Something that a member of the team will do by a date."""

    what = forms.CharField(label="What is to be done", max_length=1000, widget=text_area(2))
    due_on = DayField(label="By when")
    owner = PersonField(label="By whom", empty_label="Choose")

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(pk__in=[one.pk for one in team]).order_by("sort_key")  # type: ignore[attr-defined]  # a ModelChoiceField


class SettleForm(forms.Form):
    """What came of an action."""

    outcome = forms.CharField(label="What came of it", max_length=LONG, widget=text_area(2))
    done = forms.ChoiceField(label="It is", choices=[CHOOSE, ("yes", "Done"), ("no", "Cancelled")])


class CloseForm(forms.Form):
    """Why a concern is closed, and what came of it."""

    outcome = forms.ChoiceField(label="Outcome", choices=[("", "Choose"), *choices.Outcome.choices])
    reason = forms.CharField(
        label="Reason",
        max_length=LONG,
        widget=text_area(),
        help_text="What was done, what was decided and why; a decision not to act needs its reason too.",
    )
    review_on = DayField(label="Look at it again on", required=False)

    def clean_review_on(self) -> Any:
        """A review is still to come."""
        day = self.cleaned_data["review_on"]
        if day and day <= clock.today():
            raise ValidationError("Choose a day that is still to come.")
        return day


class UntilField(DayField):
    """A last day within the next year."""

    def clean(self, value: Any) -> Any:
        """Not past, and not for good."""
        day = super().clean(value)
        if day and not clock.today() <= day <= clock.today() + timedelta(days=366):
            raise ValidationError("Choose a day from today on, within a year.")
        return day


class ShareForm(forms.Form):
    """What is shown to whom, until when, and why."""

    person = PersonField(label="With whom", empty_label="Choose")
    until_on = UntilField(label="Until and including")
    covers_report = forms.BooleanField(label="The report as it was written", required=False)
    entries = forms.MultipleChoiceField(label="These entries", required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label="What they need to know", max_length=LONG, widget=text_area(2), help_text="They can read this."
    )
    reason = forms.CharField(
        label="Why it is shared, and on what basis",
        max_length=LONG,
        widget=text_area(2),
        help_text="The team alone reads this: why it is necessary, whether consent was asked for and why not.",
    )

    def __init__(self, *args: Any, user: User, entries: list[ShownEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = present_staff().exclude(pk=user.pk)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["entries"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(shown.entry.pk), f"{shown.entry.get_kind_display()}: {shown.text[:80]}")
            for shown in entries
            if shown.text
        ]
        if not self.fields["entries"].choices:  # type: ignore[attr-defined]  # a ChoiceField
            self.fields["entries"].widget = forms.MultipleHiddenInput()
        self.fields["until_on"].initial = school_day_by(clock.today() + timedelta(days=SHARE_DAYS))

    def clean(self) -> dict[str, Any]:
        """Something must be shared."""
        cleaned = super().clean() or {}
        if not cleaned.get("covers_report") and not cleaned.get("entries"):
            self.add_error("covers_report", "Choose what to share: the report, some entries, or both.")
        return cleaned

    def chosen(self, concern: Concern) -> list[Entry]:
        """The entries that were ticked."""
        return list(Entry.objects.filter(concern=concern, pk__in=self.cleaned_data["entries"]))


class LeadField(PersonField):
    """Who takes over. Only for some people must somebody be chosen, so the form itself asks for it."""

    def validate(self, value: Any) -> None:
        """Nobody is an answer where nobody has to take over."""


class ExcludeForm(forms.Form):
    """Who must not see a concern, and why; and who takes it over when they lead it or have actions to do on it.

    `needed` are those people. Where there is nobody but the person who asks, nobody is asked to take over.
    """

    use_required_attribute = False
    person = PersonField(label="Who must not see this", empty_label="Choose")
    reason = forms.CharField(label="Why", max_length=LONG, widget=text_area(2))
    lead = LeadField(
        label="Who leads it now",
        empty_label="Choose",
        help_text="When the person above leads the concern or has actions to do on it. They take both over.",
    )

    def __init__(self, *args: Any, user: User, team: list[User], needed: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needed = set(needed)
        self.fields["person"].queryset = present_staff().exclude(pk=user.pk)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["lead"].queryset = User.objects.filter(pk__in=[one.pk for one in team]).order_by("sort_key")  # type: ignore[attr-defined]  # a ModelChoiceField
        if not self.needed - {user.pk}:
            del self.fields["lead"]

    def clean(self) -> dict[str, Any]:
        """Somebody who leads it or has actions to do hands both over."""
        cleaned = super().clean() or {}
        person = cleaned.get("person")
        if "lead" in self.fields and person and person.pk in self.needed and not cleaned.get("lead"):
            self.add_error("lead", WhoLeadsNow.words)
        return cleaned


class FlagForm(forms.Form):
    """A neutral sentence for one person on the student's page."""

    person = PersonField(label="Who sees it on the student’s page", empty_label="Choose")
    wording = forms.ChoiceField(label="What it says", choices=[CHOOSE, *choices.FlagWording.choices])
    until_on = UntilField(label="Until and including")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = present_staff().exclude(pk=user.pk)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["until_on"].initial = school_day_by(clock.today() + timedelta(days=SHARE_DAYS))


class MatchForm(forms.Form):
    """Which student a typed name means."""

    student_name = forms.CharField(label="Student", max_length=200, required=False)
    student = forms.CharField(required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_student(self) -> Student:
        """A student whom the person reaches."""
        try:
            public_id = UUID(self.cleaned_data["student"])
        except ValueError:
            raise ValidationError("Find the student by name and choose one.") from None
        found = Student.objects.visible_to(self.user, "caseload.view_student").filter(public_id=public_id).first()
        if found is None:
            raise ValidationError("Choose the student again.")
        return found


class MoveForm(MatchForm):
    """Into which student's file a concern is moved, and why."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONG,
        widget=text_area(2),
        help_text="Do not name a child here: both students’ files show it.",
    )
