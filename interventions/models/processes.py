"""Staged processes as data: their stages, letters from templates, and how far each student has got."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from attendance.models import Alert, AlertRule
from caseload.models import Contact, ContactLogEntry, Student
from core import clock
from core.models import LeasedWork, PublicIdModel, StoredFile
from interventions import choices
from interventions.models.meetings import Meeting, MeetingType
from interventions.querysets import LetterBatchQuerySet, LetterQuerySet, ProcessCaseQuerySet

STAFF = settings.AUTH_USER_MODEL


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class LetterTemplate(PublicIdModel):
    """A letter that staff edit: a subject and a body with places for names and figures, in a language."""

    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=10_000)
    language = models.CharField(max_length=12, default="en")
    active = models.BooleanField(default=True)
    for_tutors = models.BooleanField(default=False)  # whoever writes home about their own students may send it
    changed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["name", "language"], name="interventions_letter_template_once")]
        permissions = [
            ("manage_processes", "Can set up staged processes and letters"),
            ("send_letter", "Can send letters home"),
            ("write_home", "Can write home with the letters that tutors may send"),
        ]


class StagedProcess(PublicIdModel):
    """A process with stages: attendance, fitness to study, or one of the college's own."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class ProcessStage(PublicIdModel):
    """One stage: why it begins, the letter, the meeting, whose it is, and when it is looked at again."""

    process = models.ForeignKey(StagedProcess, models.PROTECT, related_name="stages")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    trigger = models.CharField(max_length=200, help_text="Why this stage begins, in words.")
    alert_rule = models.ForeignKey(AlertRule, models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    meeting_type = models.ForeignKey(MeetingType, models.PROTECT, null=True, blank=True, related_name="+")
    owner_role = models.CharField(max_length=40, help_text="The role whose task it is.")
    approver_role = models.CharField(max_length=40, blank=True, help_text="Empty when nobody has to approve it.")
    review_after_days = models.PositiveSmallIntegerField(default=28)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["process", "number"]
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="interventions_stage_once")]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Case(PublicIdModel):
    """One student in one staged process: at which stage, whose, when it is looked at again."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    process = models.ForeignKey(StagedProcess, models.PROTECT, related_name="+")
    stage = models.ForeignKey(ProcessStage, models.PROTECT, related_name="+")
    owner = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    opened_on = models.DateField(default=clock.today)
    opened_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    alert = models.ForeignKey(
        Alert, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="What opened it or brought it to its stage. Empty: no alert, or what the rule of its stage watches for.",
    )  # fmt: skip
    review_on = models.DateField()
    awaits_approval = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProcessCaseQuerySet.as_manager()

    class Meta:
        ordering = ["review_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "process"], condition=Q(closed_on=None), name="interventions_case_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | ~Q(outcome=""), name="interventions_case_closed_has_an_outcome"
            ),
        ]
        permissions = [("manage_case", "Can open and move cases of staged processes")]


class LetterBatch(PublicIdModel, LeasedWork):
    """Letters drafted together, looked at together, and sent together in the background once somebody presses send."""

    class Stage(models.TextChoices):
        DRAFT = "draft", "To be looked at"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Thrown away"

    template = models.ForeignKey(LetterTemplate, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.DRAFT)
    how = models.CharField(max_length=8, blank=True, choices=choices.SentHow.choices)
    made_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    left_out = models.JSONField(default=list, help_text="Students for whom nobody may be written to, with why.")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    form_token = models.UUIDField(unique=True, editable=False)

    objects = LetterBatchQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Letter batch {self.pk}"


class Letter(PublicIdModel):
    """A letter to one person about one student: drafted from a template, and sent only when somebody presses send."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, related_name="+")
    batch = models.ForeignKey(LetterBatch, models.PROTECT, related_name="letters")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="letters")
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="+", help_text="Nobody: to the student."
    )
    language = models.CharField(max_length=12, default="en")
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=20_000)
    state = models.CharField(max_length=8, choices=choices.LetterState.choices, default=choices.LetterState.DRAFT)
    drafted_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_how = models.CharField(max_length=8, blank=True, choices=choices.SentHow.choices)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    log_entry = models.ForeignKey(ContactLogEntry, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        indexes = [models.Index(fields=["student", "-drafted_at"], name="interventions_letter_of")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_by__isnull=False, sent_at__isnull=False),
                name="interventions_letter_is_sent_by_somebody",
            )
        ]


class CaseStep(models.Model):
    """Something that happened in a case: opened, moved up or down, a letter, a meeting, a review, closed. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=choices.StepKind.choices)
    stage = models.ForeignKey(ProcessStage, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    note = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Case step {self.pk}"
