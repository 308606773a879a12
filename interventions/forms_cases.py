"""What may be typed about staged processes and their cases."""

from typing import Any

from django import forms

from accounts.roles import ROLES
from attendance.models import AlertRule
from core import clock
from core.forms.dates import DayField
from core.forms.fields import CHOOSE, TextArea
from interventions.choices import TEXT_LIMIT
from interventions.models import LetterTemplate, MeetingType, ProcessStage, StagedProcess

OWNERS = [(role.code, role.label) for role in ROLES if role.code not in ("chair_of_governors", "system_administrator")]


class NamedField(forms.ModelChoiceField):
    """Rows by the name that staff know."""

    def label_from_instance(self, obj: Any) -> str:
        """The name."""
        return str(obj.name)


class StageField(forms.ModelChoiceField):
    """Stages by number and name."""

    def label_from_instance(self, obj: Any) -> str:
        """“2 Meeting with home”."""
        return f"{obj.number} {obj.name}"


class ReviewDate(forms.Form):
    """When it is looked at again."""

    review_on = DayField(required=False, label="Look again on", help_text="Empty: as the stage says.")

    def clean_review_on(self) -> Any:
        """Still to come."""
        day = self.cleaned_data.get("review_on")
        if day and day <= clock.today():
            raise forms.ValidationError("Choose a day after today.")
        return day


class CaseNewForm(ReviewDate):
    """A staged process begins with a student."""

    stage = forms.ModelChoiceField(
        queryset=ProcessStage.objects.none(), label="Process and stage", empty_label="Choose"
    )
    reason = forms.CharField(max_length=200, label="Why", help_text="One sentence; it stands at the top of the case.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stage: Any = self.fields["stage"]
        rows = ProcessStage.objects.filter(active=True, process__active=True).select_related("process")
        stage.queryset = rows.order_by("process__name", "number")
        stage.label_from_instance = lambda row: f"{row.process.name}: {row.number} {row.name}"
        self.order_fields(["stage", "reason", "review_on"])


class CaseMoveForm(ReviewDate):
    """A case is looked at: it stays, goes up a stage or steps down."""

    stage = StageField(queryset=ProcessStage.objects.none(), label="Stage", empty_label=None)
    note = forms.CharField(
        max_length=TEXT_LIMIT,
        required=False,
        label="What was found and agreed",
        widget=TextArea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, process: StagedProcess, **options: Any) -> None:
        super().__init__(*args, **options)
        stage: Any = self.fields["stage"]
        stage.queryset = ProcessStage.objects.filter(process=process, active=True)
        self.order_fields(["stage", "note", "review_on", "version"])


class CaseCloseForm(forms.Form):
    """A case ends."""

    outcome = forms.CharField(max_length=200, label="What came of it")
    version = forms.IntegerField(widget=forms.HiddenInput)


class ProcessForm(forms.Form):
    """What a process is called."""

    name = forms.CharField(max_length=80)
    about = forms.CharField(max_length=200, required=False, help_text="When it is used, in a line.")
    active = forms.BooleanField(required=False, initial=True, label="Offered when a case is begun")


class StageForm(forms.Form):
    """One stage of a process."""

    name = forms.CharField(max_length=80)
    trigger = forms.CharField(max_length=200, label="Begins when", help_text="In words, for whoever decides.")
    alert_rule = NamedField(
        queryset=AlertRule.objects.order_by("name"), required=False, label="Proposed by this alert", empty_label="None"
    )
    letter = NamedField(
        queryset=LetterTemplate.objects.filter(active=True), required=False, label="Letter", empty_label="None"
    )
    meeting_type = NamedField(
        queryset=MeetingType.objects.filter(active=True), required=False, label="Meeting", empty_label="None"
    )
    owner_role = forms.ChoiceField(choices=[CHOOSE, *OWNERS], label="Whose task")
    approver_role = forms.ChoiceField(choices=[("", "Nobody"), *OWNERS], required=False, label="Approved by")
    review_after_days = forms.IntegerField(min_value=1, max_value=365, initial=28, label="Looked at again after (days)")
    active = forms.BooleanField(required=False, initial=True, label="In use")
