"""What may be typed about a rule for alerts, and to hold a student out."""

from datetime import timedelta
from typing import Any

from django import forms

from attendance import alert_kinds
from attendance.alert_kinds import SIX_WEEKS, Asked
from attendance.choices import AlertKind, Series
from attendance.models import AlertRule
from caseload.models import Site, Student
from caseload.queries.school_days import school_day_by, sites_of
from core import clock
from core.forms.dates import DayField

USUAL_HOLD_DAYS = 14
OVER = [("", "The academic year to date"), (str(SIX_WEEKS), "The last six weeks")]


def _figure(asked: Asked) -> forms.Field:
    words = f"{asked.label}: give a number from {asked.low} to {asked.high}."
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value", "max_digits", "max_whole_digits"), words)
    errors["max_decimal_places"] = f"{asked.label}: at most {asked.decimals} decimal places."
    options: dict[str, Any] = {
        "label": asked.label,
        "help_text": asked.help,
        "min_value": asked.low,
        "max_value": asked.high,
        "initial": asked.usual,
        "error_messages": errors,
    }
    if asked.decimals:
        return forms.DecimalField(max_digits=5, decimal_places=asked.decimals, **options)
    return forms.IntegerField(**options)


class AlertRuleForm(forms.Form):
    """A rule of one kind, with the figures that this kind asks for and no others."""

    name = forms.CharField(
        max_length=80, label="Name", error_messages={"required": "Give the rule a name that says what it watches for."}
    )
    escalate_after_days = forms.IntegerField(
        label="Tell the head of year after", min_value=1, max_value=60, initial=5,
        help_text="School days without anybody acting on an alert.",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "Give a number of school days from 1 to 60."),
    )  # fmt: skip
    again_after_days = forms.IntegerField(
        label="Raise the same reason again after", min_value=0, max_value=366, initial=28,
        help_text="Days since somebody acted on it. Until then it is not raised again, even where it still holds.",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "Give a number of days from 0 to 366."),
    )  # fmt: skip

    def __init__(self, *args: Any, rule: AlertRule, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rule = rule
        figures: dict[str, forms.Field] = {
            name: _figure(asked) for name, asked in alert_kinds.FIELDS[AlertKind(rule.kind)].items()
        }
        if rule.kind == AlertKind.BELOW:
            figures["weeks"] = forms.TypedChoiceField(
                label="Over", choices=OVER, required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
            )
        if rule.kind != AlertKind.UNAUTHORISED:
            figures["series"] = forms.ChoiceField(
                label="Marks", required=False,
                choices=[("", "Sessions at a school, lessons at a college"), *Series.choices],
                help_text="Sessions and lessons are never added together.",
            )  # fmt: skip
        figures["site"] = forms.ModelChoiceField(
            Site.objects.order_by("name"), required=False, empty_label="Every site", label="Site"
        )
        self.figures = list(figures)
        self.fields |= figures
        for name in self.fields:
            if rule.pk is not None:
                self.fields[name].initial = getattr(rule, name)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields of this kind of rule, in order."""
        return [self[name] for name in self.figures]

    def clean(self) -> dict[str, Any]:
        """A college site has no sessions, and the national threshold is about sessions."""
        data = super().clean() or {}
        site, series = data.get("site"), data.get("series")
        needs_sessions = series == Series.SESSION or self.rule.kind == AlertKind.UNAUTHORISED
        if site is not None and site.kind != "school" and needs_sessions:
            self.add_error(
                "site", f"{site.name} marks lessons, not AM and PM sessions. Choose a school, or every site."
            )
        return data

    def ruled(self) -> AlertRule:
        """The rule with what was typed in it; not kept yet."""
        rule = self.rule
        for name, value in self.cleaned_data.items():
            setattr(rule, name, value)
        if rule.kind == AlertKind.UNAUTHORISED:
            rule.series = Series.SESSION
        return rule


class HoldForm(forms.Form):
    """Until when a student is not chased, and why."""

    until = DayField(label="Do not chase until", help_text="The last day on which nothing is raised.")
    reason = forms.CharField(
        max_length=200,
        label="Known reason",
        help_text="Everybody who acts on this student's alerts reads it. Nothing confidential.",
        error_messages={
            "required": "Say why, for whoever wonders: a hospital stay, a bereavement that home has told us of."
        },
    )

    def __init__(self, *args: Any, student: Student, **options: Any) -> None:
        super().__init__(*args, **options)
        usual = clock.today() + timedelta(days=USUAL_HOLD_DAYS)
        self.fields["until"].initial = lambda: school_day_by(usual, sites_of([student.pk]))
