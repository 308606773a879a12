"""Who else may see something, who must not, and who is asked to speak to the team first."""

from django.db import models
from django.db.models import Q

from core import clock
from safeguarding import choices
from safeguarding.models.base import Sealed, Walled, to_concern, to_person, to_student
from safeguarding.querysets import ExclusionQuerySet, FlagQuerySet, ShareQuerySet


class Share(Sealed):
    """Part of a concern shown to one named person until a date. The sealed note is for them to read.

    The reason for sharing is an entry of the chronology, which they do not see.
    """

    concern = to_concern()
    person = to_person()
    covers_report = models.BooleanField(default=True)
    until_on = models.DateField(help_text="The last day on which they can see it.")
    shared_by = to_person()
    shared_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = to_person(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "share"
        indexes = [models.Index(fields=["person", "until_on"], name="safeguarding_share_person")]

    @property
    def is_current(self) -> bool:
        """Whether the person may see it now."""
        return self.ended_at is None and self.until_on >= clock.today()


class ShareEntry(Walled):
    """One entry that a share covers. It names the concern too, so that its policy need not look anywhere else."""

    concern = to_concern()
    share = models.ForeignKey(Share, models.PROTECT, related_name="+")
    entry = models.ForeignKey("safeguarding.Entry", models.PROTECT, related_name="+")

    class Meta(Walled.Meta):
        abstract = False
        verbose_name = "shared entry"
        constraints = [models.UniqueConstraint(fields=["share", "entry"], name="safeguarding_share_entry_once")]


class Exclusion(Sealed):
    """A named person, whatever their role, who must not see a concern: they are in it, or related to somebody in it."""

    concern = to_concern()
    person = to_person()
    excluded_by = to_person()
    excluded_at = models.DateTimeField(default=clock.now, editable=False)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = to_person(null=True, blank=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta(Sealed.Meta):
        abstract = False
        verbose_name = "exclusion"
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "person"], condition=Q(lifted_at=None), name="safeguarding_exclusion_once"
            )
        ]


class Flag(Walled):
    """A neutral sentence about a student for one named person. It points at no concern and says nothing of one."""

    student = to_student()
    person = to_person()
    wording = models.CharField(max_length=12, choices=choices.FlagWording)
    until_on = models.DateField()
    set_by = to_person()
    set_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = to_person(null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta(Walled.Meta):
        abstract = False
        verbose_name = "flag"
        indexes = [models.Index(fields=["person", "student"], name="safeguarding_flag_person")]
