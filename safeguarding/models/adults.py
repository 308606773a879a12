"""Concerns about an adult who works here: another form, another table, other readers."""

from django.db import models

from core import clock
from safeguarding import choices
from safeguarding.models.base import Sealed, to_person, when_it_happened
from safeguarding.querysets import AdultConcernQuerySet


class AdultConcern(Sealed):
    """A concern about an adult, for the head only; one about the head goes to the chair of governors.

    The sealed words are: what, context, witnesses, subject_name (typed, when the adult is not on the staff list).
    """

    token = models.UUIDField(editable=False)
    reporter = to_person()
    subject = to_person(null=True, blank=True)
    about_head = models.BooleanField(default=False)
    occurred_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    state = models.CharField(max_length=8, choices=choices.AdultState, default=choices.AdultState.RECEIVED)
    state_at = models.DateTimeField(default=clock.now, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_times = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = AdultConcernQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "concern about an adult"
        verbose_name_plural = "concerns about adults"
        constraints = [models.UniqueConstraint(fields=["reporter", "token"], name="safeguarding_adult_pressed_once")]

    @property
    def happened(self) -> str:
        """When it happened, as far as its reporter said."""
        return when_it_happened(self.occurred_at, self.words)


class AdultEntry(Sealed):
    """A dated entry on a concern about an adult, written by whoever handles it. Append-only."""

    concern = models.ForeignKey(AdultConcern, models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=choices.AdultLevel, blank=True)
    closes = models.BooleanField(default=False)
    by = to_person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "entry on a concern about an adult"
        verbose_name_plural = "entries on concerns about adults"
