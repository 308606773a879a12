"""What the safeguarding team adds: the case, its dated entries, its actions."""

from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core import clock
from safeguarding import choices
from safeguarding.models.base import Sealed, seal, to_concern, to_person, to_student, unseal
from safeguarding.querysets import ActionQuerySet, CaseQuerySet, EntryQuerySet, MovedQuerySet


class ConcernCase(models.Model):
    """The casework on one concern, for the team alone. The database makes it together with the concern.

    The sealed words are the present rationale; each assessment is an entry too, so nothing is lost by changing it.
    """

    concern = models.OneToOneField("safeguarding.Concern", models.PROTECT, primary_key=True, related_name="+")
    student = to_student(null=True, blank=True)
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = to_person(null=True, blank=True)
    assigned_to = to_person(null=True, blank=True)
    severity = models.PositiveSmallIntegerField(choices=choices.Severity, default=choices.Severity.UNDECIDED)
    category = models.CharField(max_length=20, blank=True)
    categories_also = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_online = models.BooleanField(default=False)
    between_children = models.BooleanField(default=False)
    threshold = models.CharField(max_length=12, choices=choices.Threshold, blank=True, default="")
    consent_considered = models.CharField(max_length=6, choices=choices.YesNo, blank=True)
    sealed = models.BinaryField(null=True, editable=False)
    key_id = models.CharField(max_length=32, blank=True, editable=False)
    outcome = models.CharField(max_length=12, choices=choices.Outcome, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = to_person(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    reminded_times = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "case"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(severity__lte=4), name="safeguarding_case_severity")]
        indexes = [models.Index(fields=["student"], name="safeguarding_case_student")]

    def __str__(self) -> str:
        return f"Case {self.pk}"

    @cached_property
    def rationale(self) -> str:
        """Why the team sees it as it does, as last written."""
        return str(unseal(self._meta.db_table, self.pk, "sealed", self.key_id, self.sealed).get("rationale", ""))

    def sealed_rationale(self, rationale: str) -> dict[str, Any]:
        """The two columns that hold a new rationale."""
        key_id, sealed = seal(self._meta.db_table, self.pk, "sealed", {"rationale": rationale})
        return {"key_id": key_id, "sealed": sealed}

    @property
    def category_words(self) -> str:
        """The main category in words."""
        return choices.CATEGORY_WORDS.get(self.category, "")

    @property
    def also_words(self) -> list[str]:
        """The secondary categories in words."""
        return [choices.CATEGORY_WORDS.get(code, code) for code in self.categories_also]


class Entry(Sealed):
    """One dated entry of a concern's chronology. Append-only: a correction is a new entry linked to the old."""

    concern = to_concern()
    kind = models.CharField(max_length=20, choices=choices.EntryKind)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    by = to_person(null=True, blank=True)
    by_system = models.CharField(max_length=60, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = EntryQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "entry"
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["concern", "happened_at"], name="safeguarding_entry_concern")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False, by_system="") | (models.Q(by=None) & ~models.Q(by_system="")),
                name="safeguarding_entry_has_an_author",
            )
        ]


class Action(Sealed):
    """Something that a member of the team will do by a date. It is settled once, as done or cancelled."""

    concern = to_concern()
    owner = to_person()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=choices.ActionState, default=choices.ActionState.OPEN)
    added_by = to_person()
    added_at = models.DateTimeField(default=clock.now, editable=False)
    settled_by = to_person(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome_sealed = models.BinaryField(null=True, editable=False)
    outcome_key_id = models.CharField(max_length=32, blank=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "action"
        indexes = [models.Index(fields=["concern", "state"], name="safeguarding_action_concern")]

    @cached_property
    def outcome(self) -> str:
        """What came of it."""
        table, key_id = self._meta.db_table, self.outcome_key_id
        return str(unseal(table, self.pk, "outcome_sealed", key_id, self.outcome_sealed).get("outcome", ""))

    def sealed_outcome(self, outcome: str) -> dict[str, Any]:
        """The two columns that hold the outcome."""
        key_id, sealed = seal(self._meta.db_table, self.pk, "outcome_sealed", {"outcome": outcome})
        return {"outcome_key_id": key_id, "outcome_sealed": sealed}

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed and nobody settled it."""
        return self.state == choices.ActionState.OPEN and self.due_on < clock.today()


class Moved(Sealed):
    """That a concern was moved from one student's file to another's, with its reason sealed. Both files show it."""

    concern = to_concern()
    from_student = to_student()
    into_student = to_student()
    moved_by = to_person()
    moved_at = models.DateTimeField(default=clock.now, editable=False)

    objects = MovedQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "moved concern"
        ordering = ["moved_at"]
