"""Which rows a person reaches. The database's own policies say the same; this is what our code says first.

An exclusion beats everything: the team, the reporter, a share.
"""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Q, QuerySet

from caseload.querysets import reach_of
from core import clock
from safeguarding.choices import OPEN_STATES, ActionState, EntryKind, PublicState

if TYPE_CHECKING:
    from accounts.models import User

TEAM = ("safeguarding.triage_concern", "safeguarding.close_concern", "safeguarding.share_concern")
OWN = "safeguarding.view_own_concern"
ADULT = "safeguarding.view_adult_concern"
GLASS = "safeguarding.break_glass"  # reaches something only while the head's emergency access lasts


def excluded_from(user: "User") -> QuerySet[Any, Any]:
    """The concerns that somebody must not see, whatever else they are."""
    exclusions = apps.get_model("safeguarding", "Exclusion").objects
    return exclusions.filter(person_id=user.pk, lifted_at=None).values_list("concern_id", flat=True)


def reads_by_glass(user: "User", permission: str) -> bool:
    """Whether this permission is that of breaking glass, and the person has broken it and the four hours last."""
    if permission != GLASS or not user.has_perm(GLASS):
        return False
    broken = apps.get_model("safeguarding", "Glass").objects
    return bool(broken.filter(person_id=user.pk, ended_at=None, until_at__gt=clock.now()).exists())


class ConcernQuerySet(QuerySet[Any]):
    """Concerns about students."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """All for the safeguarding team, their own for a reporter, none for anybody else; never one that excludes them."""
        if not user.has_perm(permission):
            return self.none()
        allowed = self.exclude(pk__in=excluded_from(user))
        if permission in TEAM or reads_by_glass(user, permission):
            return allowed
        return allowed.filter(reporter_id=user.pk) if permission == OWN else self.none()

    def shared_with(self, user: "User") -> Self:
        """The reports that were shared with this person by name, while the share lasts."""
        shares = apps.get_model("safeguarding", "Share").objects.visible_to(user, OWN).filter(covers_report=True)
        return self.filter(pk__in=shares.values("concern_id"))

    def open(self) -> Self:
        """Not closed."""
        return self.filter(state__in=OPEN_STATES)

    def closed(self) -> Self:
        """Closed."""
        return self.filter(state=PublicState.CLOSED)


class CaseQuerySet(QuerySet[Any]):
    """The casework on concerns."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The team's, except where somebody is excluded; the head's while glass is broken."""
        if not reads_by_glass(user, permission) and (permission not in TEAM or not user.has_perm(permission)):
            return self.none()
        return self.exclude(pk__in=excluded_from(user))

    def unacknowledged(self) -> Self:
        """Those that nobody of the team has taken up."""
        return self.filter(acknowledged_at=None)


class EntryQuerySet(QuerySet[Any]):
    """Entries of chronologies."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """All for the team; for a reporter what they added themselves; nobody else's."""
        if not user.has_perm(permission):
            return self.none()
        allowed = self.exclude(concern_id__in=excluded_from(user))
        if permission in TEAM or reads_by_glass(user, permission):
            return allowed
        return allowed.filter(by_id=user.pk, kind=EntryKind.ADDENDUM) if permission == OWN else self.none()


class ActionQuerySet(QuerySet[Any]):
    """Actions that the team will take."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The team's, except where somebody is excluded; the head's while glass is broken."""
        if not reads_by_glass(user, permission) and (permission not in TEAM or not user.has_perm(permission)):
            return self.none()
        return self.exclude(concern_id__in=excluded_from(user))

    def open(self) -> Self:
        """Still to do."""
        return self.filter(state=ActionState.OPEN)


class MovedQuerySet(QuerySet[Any]):
    """Concerns that were moved from one student's file to another's."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The team's, except where somebody is excluded."""
        if permission not in TEAM or not user.has_perm(permission):
            return self.none()
        return self.exclude(concern_id__in=excluded_from(user))


class ShareQuerySet(QuerySet[Any]):
    """Shares of concerns."""

    def current(self) -> Self:
        """Neither ended nor run out."""
        return self.filter(ended_at=None, until_on__gte=clock.today())

    def visible_to(self, user: "User", permission: str) -> Self:
        """All for the team; what was shared with them by name, while it lasts, for anybody else."""
        if not user.has_perm(permission):
            return self.none()
        allowed = self.exclude(concern_id__in=excluded_from(user))
        if permission in TEAM:
            return allowed
        return allowed.current().filter(person_id=user.pk) if permission == OWN else self.none()


class ExclusionQuerySet(QuerySet[Any]):
    """Exclusions from concerns."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The team's, except where they are excluded themselves; the head's while glass is broken."""
        if not reads_by_glass(user, permission) and (permission not in TEAM or not user.has_perm(permission)):
            return self.none()
        return self.exclude(concern_id__in=excluded_from(user))

    def in_force(self) -> Self:
        """Not lifted."""
        return self.filter(lifted_at=None)


class FlagQuerySet(QuerySet[Any]):
    """Neutral flags."""

    def current(self) -> Self:
        """Neither ended nor run out."""
        return self.filter(ended_at=None, until_on__gte=clock.today())

    def visible_to(self, user: "User", permission: str) -> Self:
        """All for the team; their own, while they last, for anybody else."""
        if not user.has_perm(permission):
            return self.none()
        if permission in TEAM:
            return self.all()
        return self.current().filter(person_id=user.pk) if permission == OWN else self.none()


class DraftQuerySet(QuerySet[Any]):
    """Unfinished concerns."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Their author's alone."""
        return self.filter(author_id=user.pk) if user.has_perm(permission) else self.none()


class AdultConcernQuerySet(QuerySet[Any]):
    """Concerns about adults."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """The head's; those about the head the chair of governors'; their own a reporter's. Never the subject's."""
        if not user.has_perm(permission):
            return self.none()
        others = self.filter(Q(subject_id=None) | ~Q(subject_id=user.pk))
        if permission == OWN:
            return others.filter(reporter_id=user.pk)
        roles = {role for role, kind, _ in reach_of(user) if kind == "college"} if permission == ADULT else set()
        mine = Q(pk__in=[])
        if "head" in roles:
            mine |= Q(about_head=False)
        if "chair_of_governors" in roles:
            mine |= Q(about_head=True)
        return others.filter(mine)
