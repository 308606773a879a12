"""Rules that a college sets, the alerts they raise, and students held out of them."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from attendance import choices
from attendance.querysets import AboutStudentQuerySet, AlertRuleQuerySet
from caseload.models import Site, Student
from core import clock
from core.jobs.work import LeasedWork
from core.models import PublicIdModel

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class AlertRule(PublicIdModel):
    """What a college wants to be told of: a threshold, a drop, days in a row, a pattern. It raises nothing until switched on."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=choices.AlertKind.choices)
    series = models.CharField(max_length=7, choices=choices.Series.choices, blank=True, help_text="Empty for both.")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    count = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Days, sessions or times, by the kind.")
    least_possible = models.PositiveSmallIntegerField(
        default=20, help_text="Fewer possible sessions or lessons than this say nothing yet."
    )
    escalate_after_days = models.PositiveSmallIntegerField(
        default=5, help_text="School days without action until the head of year is told."
    )
    again_after_days = models.PositiveSmallIntegerField(
        default=28, help_text="Days after it was acted on before the same reason is raised again."
    )
    switched_on_at = models.DateTimeField(null=True, blank=True)
    switched_on_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    switched_off_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = AlertRuleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        permissions = [("view_alert_rules", "Can see the rules that raise attendance alerts")]

    @property
    def is_on(self) -> bool:
        """Whether it raises alerts now."""
        return self.switched_on_at is not None and self.switched_off_at is None


class RulePreview(PublicIdModel, LeasedWork):
    """What a rule would have raised last term, worked out in the background: of exactly this rule, on whose wish."""

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="previews")
    fingerprint = models.CharField(max_length=200, help_text="What the rule watched for when it was asked.")
    asked_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    result = models.JSONField(default=dict, help_text="Week by week the students' numbers and sentences; no names.")

    class Meta(LeasedWork.Meta):
        ordering = ["-asked_at", "-pk"]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Alert(PublicIdModel):
    """One student, one reason: raised once, kept up to date, and cleared by somebody acting on it."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    rule = models.ForeignKey(AlertRule, models.PROTECT, related_name="alerts")
    reason = models.CharField(max_length=200, help_text="The sentence that names the reason.")
    facts = models.JSONField(default=dict, help_text="The figures behind the sentence.")
    state = models.CharField(max_length=8, choices=choices.AlertState.choices, default=choices.AlertState.OPEN)
    raised_on = models.DateField()
    raised_at = models.DateTimeField(default=clock.now)
    true_on = models.DateField(help_text="The last day on which the reason held.")
    escalated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    ended_through = models.CharField(max_length=40, blank=True, help_text="What was done: a one-to-one, a call home …")
    ended_note = models.CharField(max_length=200, blank=True)

    objects = AboutStudentQuerySet.as_manager()

    class Meta:
        ordering = ["raised_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "rule"], condition=Q(state="open"), name="attendance_alert_once_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="attendance_alert_ended_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["student", "-raised_on"], name="attendance_alert_of")]
        permissions = [("act_on_alert", "Can see and act on attendance alerts")]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class ChaseHold(PublicIdModel):
    """A student is not chased about attendance until a date, for a reason that is known."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    until = models.DateField(help_text="The last day on which nothing is chased.")
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AboutStudentQuerySet.as_manager()

    class Meta:
        ordering = ["-until", "pk"]
        indexes = [models.Index(fields=["student", "until"], condition=Q(ended_at=None), name="attendance_hold_of")]
