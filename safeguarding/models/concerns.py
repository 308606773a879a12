"""What a member of staff writes down: the report as written, and its unfinished drafts."""

from django.db import models

from core import clock
from safeguarding import choices
from safeguarding.models.base import Sealed, to_person, to_student, when_it_happened
from safeguarding.querysets import ConcernQuerySet, DraftQuerySet


class Concern(Sealed):
    """A concern about a student, as it was written, with the state that its reporter is told. Never changed afterwards.

    The sealed words are: what (seen or heard), child_words (verbatim), context, location, who_told, student_name
    (typed, when the reporter does not reach the student).
    """

    token = models.UUIDField(editable=False, help_text="One per form, so that pressing twice raises one concern.")
    reporter = to_person()
    reporter_role = models.CharField(max_length=200, blank=True)
    student = to_student(null=True, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    category_hint = models.CharField(max_length=20, blank=True)
    safe_now = models.CharField(max_length=6, choices=choices.YesNo)
    injury = models.CharField(max_length=6, choices=choices.YesNo, blank=True)
    parents_told = models.CharField(max_length=6, choices=choices.YesNo, blank=True)
    state = models.CharField(max_length=8, choices=choices.PublicState, default=choices.PublicState.RECEIVED)
    state_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ConcernQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "concern"
        constraints = [models.UniqueConstraint(fields=["reporter", "token"], name="safeguarding_concern_pressed_once")]
        indexes = [models.Index(fields=["state", "recorded_at"], name="safeguarding_concern_state")]
        permissions = [
            ("raise_concern", "Can raise a concern"),
            ("view_own_concern", "Can see the concerns they raised, and what was shared with them"),
            ("triage_concern", "Can see and work on every concern"),
            ("close_concern", "Can close a concern"),
            ("share_concern", "Can share a concern with somebody by name"),
            ("propose_team", "Can propose who is DSL, deputy or head"),
            ("view_adult_concern", "Can see concerns about adults that come to them"),
            ("break_glass", "Can read the team’s concerns for four hours in an emergency, with a reason"),
            ("set_up_emergency", "Can set the telephone numbers for when a concern cannot wait"),
        ]

    @property
    def happened(self) -> str:
        """When it happened, as far as its reporter said."""
        return when_it_happened(self.occurred_at, self.words)

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.state != choices.PublicState.CLOSED


class Draft(Sealed):
    """A concern that somebody has begun to write, kept for them alone until they raise or discard it."""

    author = to_person()
    updated_at = models.DateTimeField(default=clock.now)

    objects = DraftQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "draft"
        indexes = [models.Index(fields=["author", "-updated_at"], name="safeguarding_draft_author")]
