"""What is stored about one-to-ones, targets, reviews, notes and drafts."""

from typing import Any
from uuid import uuid4

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caseload.models import Course, Student
from core import clock
from core.models import PublicIdModel
from interventions import choices
from interventions.models.bank import BankItem
from interventions.querysets import AudienceQuerySet, DraftQuerySet, TargetQuerySet, TargetReviewQuerySet
from progress.models import ScaleGrade

STAFF = settings.AUTH_USER_MODEL


class MeetingType(models.Model):
    """A kind of one-to-one, with the questions worth asking. Data: a college adds its own."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    prompts = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]
        permissions = [("manage_meeting_types", "Can set up kinds of one-to-one and their questions")]

    def __str__(self) -> str:
        return self.name


class Written(PublicIdModel):
    """Something written about a student, for an audience: a one-to-one or a quick note.

    Whether the student and home may see it is decided when it is written, off by default, and a later portal never
    changes it.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    written_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)
    audience = models.CharField(max_length=10, choices=choices.Audience.choices, default=choices.Audience.PASTORAL)
    readers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    visible_to_student = models.BooleanField(default=False)
    visible_to_home = models.BooleanField(default=False)
    form_token = models.UUIDField(default=uuid4, unique=True, editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def audience_in_words(self) -> str:
        """Who can read this, in roles."""
        return choices.AUDIENCE_WORDS[choices.Audience(self.audience)]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Meeting(Written):
    """A one-to-one with a student: how things are, what was said, what the tutor will do, when next."""

    type = models.ForeignKey(MeetingType, models.PROTECT, related_name="+")
    held_at = models.DateTimeField(default=clock.now)
    led_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    wellbeing = models.PositiveSmallIntegerField(null=True, blank=True, choices=choices.Wellbeing.choices)
    student_words = models.TextField("in the student's own words", max_length=choices.TEXT_LIMIT, blank=True)
    notes = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    tutor_actions = models.TextField("what I will do", max_length=choices.TEXT_LIMIT, blank=True)
    next_on = models.DateField("next one-to-one", null=True, blank=True)
    told: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    amended_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    amended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-held_at", "-pk"]
        indexes = [
            models.Index(fields=["student", "-held_at"], name="interventions_meeting_student"),
            models.Index(fields=["led_by", "-held_at"], name="interventions_meeting_led_by"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(wellbeing=None) | Q(wellbeing__range=(1, 5)), name="interventions_meeting_wellbeing"
            )
        ]
        permissions = [
            ("view_teacher_note", "Can read notes written for everyone who teaches"),
            ("view_pastoral_note", "Can read pastoral notes"),
            ("log_meeting", "Can log one-to-ones and quick notes"),
            ("view_coverage", "Can see who has been seen, by tutor"),
            ("view_workload", "Can see the workload of each tutor"),
            ("seal_note", "Can seal the words of a note in a record that others can't read"),
        ]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Note(Written):
    """A quick note: one sentence and a kind, for one student."""

    kind = models.CharField(max_length=12, choices=choices.NoteKind.choices, default=choices.NoteKind.GENERAL)
    text = models.TextField(max_length=choices.TEXT_LIMIT)

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["student", "-written_at"], name="interventions_note_student")]


class MeetingDraft(models.Model):
    """What somebody has typed of a one-to-one and not saved yet, kept on the server for any device.

    Each open form has a key of its own, so two tabs never write over each other: they become two drafts.
    """

    key = models.UUIDField(unique=True)
    author = models.ForeignKey(STAFF, models.CASCADE, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=clock.now)
    saved_at = models.DateTimeField(default=clock.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        indexes = [models.Index(fields=["author", "student"], name="interventions_draft_of")]

    def __str__(self) -> str:
        return f"Draft {self.pk}"

    @property
    def readable(self) -> list[tuple[str, str]]:
        """The words of the draft, field by field, for reading it beside another."""
        labels = {"notes": "Notes:", "student_words": "Student:", "tutor_actions": "Tutor will:"}
        found = []
        for name, values in self.data.items():
            field = name.rsplit("-", 1)[-1]
            label = labels.get(name) or {"what": "New target:", "line": "About a target:"}.get(field, "")
            if label and values and values[0].strip():
                found.append((label, values[0]))
        return found


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Target(PublicIdModel):
    """A SMART target of a student. Only what and by when are asked for; the rest is offered."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    what = models.TextField(max_length=choices.TEXT_LIMIT)
    due_on = models.DateField("by when")
    measure = models.TextField("how it is measured", max_length=choices.TEXT_LIMIT, blank=True)
    figure = models.CharField("measured by", max_length=12, choices=choices.Figure.choices, blank=True)
    figure_goal = models.DecimalField("goal", max_digits=7, decimal_places=2, null=True, blank=True)
    figure_grade = models.ForeignKey(ScaleGrade, models.PROTECT, null=True, blank=True, related_name="+")
    achievable = models.TextField("why it is within reach", max_length=choices.TEXT_LIMIT, blank=True)
    relevant = models.TextField("why it matters", max_length=choices.TEXT_LIMIT, blank=True)
    student_words = models.TextField("in the student's own words", max_length=choices.TEXT_LIMIT, blank=True)
    supported_by = models.CharField("who supports it", max_length=200, blank=True)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    audience = models.CharField(
        max_length=10,
        choices=choices.Audience.choices[:2],
        default=choices.Audience.TEACHERS,
        help_text="Targets are for everyone who teaches, or for pastoral staff.",
    )
    state = models.CharField(max_length=12, choices=choices.TargetState.choices, default=choices.TargetState.SET)
    drop_reason = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    set_at = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="targets_set")
    bank_item = models.ForeignKey(BankItem, models.PROTECT, null=True, blank=True, related_name="targets")
    batch = models.UUIDField(
        null=True, editable=False, help_text="The form that set it; targets set together for many students share it."
    )
    set_on = models.DateField(default=clock.today)
    set_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["student", "due_on"],
                condition=Q(state__in=choices.OPEN_STATES),
                name="interventions_target_open",
            ),
            models.Index(fields=["student", "-set_on"], name="interventions_target_student"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=choices.OPEN_STATES, closed_on=None)
                | Q(state__in=choices.CLOSED_STATES, closed_on__isnull=False),
                name="interventions_target_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="interventions_target_dropped_has_a_reason"
            ),
            models.UniqueConstraint(fields=["batch", "student"], name="interventions_target_once_a_form"),
        ]
        permissions = [("set_target", "Can set and review targets")]

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state in choices.OPEN_STATES

    @property
    def is_overdue(self) -> bool:
        """Open, and its date is past."""
        return self.is_open and self.due_on < clock.today()

    @property
    def tone(self) -> str:
        """The colour that goes with the state's words."""
        return "concern" if self.is_overdue else choices.STATE_TONES[choices.TargetState(self.state)]

    @property
    def state_words(self) -> str:
        """The state as a status says it, overdue included."""
        return "Overdue" if self.is_overdue else str(self.get_state_display())


class TargetStep(models.Model):
    """One step towards a target."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=choices.LINE_LIMIT)
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["target", "position"], name="interventions_step_once")]

    def __str__(self) -> str:
        return f"Step {self.pk}"


class TargetReview(models.Model):
    """What was found about a target on a day, in a one-to-one or between two."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="reviews")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="reviews")
    outcome = models.CharField(max_length=12, choices=choices.REVIEW_OUTCOMES)
    line = models.TextField(max_length=choices.TEXT_LIMIT, blank=True)
    state_after = models.CharField(max_length=12, choices=choices.TargetState.choices)
    due_on_after = models.DateField()
    reviewed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=clock.now)

    objects = TargetReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "meeting"], condition=~Q(meeting=None), name="interventions_review_once_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return f"Target review {self.pk}"


def history_of(row: Meeting | Note | Target) -> models.QuerySet[Any]:
    """The states that a row has had, as the database recorded them, newest first."""
    return row.events.order_by("-pgh_created_at", "-pgh_id")  # type: ignore[union-attr]  # added by pghistory
