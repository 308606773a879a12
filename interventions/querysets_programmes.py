"""Which interventions, members and impact runs a person may see."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.models import Student
from core import clock
from core.jobs.work import WorkQuerySet
from interventions.choices_programmes import IMPACT, RUN

if TYPE_CHECKING:
    from accounts.models import User


class InterventionQuerySet(QuerySet[Any]):
    """Interventions, by who may run them or see what they changed."""

    def visible_to(self, user: "User", permission: str = RUN) -> Self:
        """Those with a student reached in a role that carries the permission, and those that this person leads.

        What one changed is seen by whoever leads or made it, too, while they may run interventions at all.
        """
        if not getattr(user, "pk", None) or not (user.has_perm(permission) or user.has_perm(RUN)):
            return self.none()
        mine = Q(led_by=user) if permission == RUN else Q(led_by=user) | Q(made_by=user)
        if not user.has_perm(permission):
            return self.filter(mine) if permission == IMPACT else self.none()
        members = apps.get_model("interventions", "InterventionMember").objects
        reached = Student.objects.visible_to(user, permission).values("pk")
        return self.filter(mine | Exists(members.filter(intervention=OuterRef("pk"), student__in=reached)))

    def open(self) -> Self:
        """Still going on."""
        return self.filter(ended_on=None)


class MemberQuerySet(QuerySet[Any]):
    """Who takes part, by who may know."""

    def visible_to(self, user: "User", permission: str = RUN) -> Self:
        """Students reached in a role that carries the permission; whoever leads an intervention knows all who are in it."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        reached = Student.objects.visible_to(user, permission).values("pk")
        return self.filter(Q(intervention__led_by=user) | Q(student__in=reached))

    def now(self) -> Self:
        """Who takes part today or will from a later day."""
        return self.filter(Q(period__endswith=None) | Q(period__endswith__gt=clock.today()))


class ProgrammeQuerySet(QuerySet[Any]):
    """Programmes, by who may see what they changed."""

    def visible_to(self, user: "User", permission: str = IMPACT) -> Self:
        """All for whoever may see impact; otherwise those that one named, while one may run interventions."""
        if not getattr(user, "pk", None):
            return self.none()
        if user.has_perm(permission):
            return self.all()
        return self.filter(made_by=user) if user.has_perm(RUN) else self.none()


class ImpactRunQuerySet(WorkQuerySet[Any]):
    """Comparisons, by who may see what they are of."""

    def visible_to(self, user: "User", permission: str = IMPACT) -> Self:
        """Of the interventions whose impact this person may see; of a kind, model plan or programme, whoever may see impact at all."""
        if not getattr(user, "pk", None):
            return self.none()
        interventions = apps.get_model("interventions", "Intervention").objects
        rows = Q(intervention__in=interventions.all().visible_to(user, permission).values("pk"))
        return (
            self.filter(rows | Q(scope__in=("type", "template", "programme")))
            if user.has_perm(permission)
            else self.filter(rows)
        )
