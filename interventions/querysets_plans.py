"""Which action plans a person may see."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Q, QuerySet

from caseload.querysets import reached
from core import clock
from interventions.choices_plans import VIEW_PLAN, Approval
from interventions.querysets import PASTORAL_NOTE

if TYPE_CHECKING:
    from accounts.models import User


class PlanQuerySet(QuerySet[Any]):
    """Action plans, by who may read them. They say what is in a student's way, so not everybody who teaches does."""

    def visible_to(self, user: "User", permission: str = VIEW_PLAN) -> Self:
        """Those of students reached in a role that reads pastoral notes, and those in which one has something to do.

        With another permission, those of students reached in a role that carries it.
        """
        if not getattr(user, "pk", None):
            return self.none()
        if permission != VIEW_PLAN:
            return self.filter(student__in=reached(user, permission))
        actions = apps.get_model("interventions", "PlanAction").objects
        mine = Q(owner=user) | Q(pk__in=actions.filter(owner=user).values("plan"))
        return self.filter(Q(student__in=reached(user, PASTORAL_NOTE)) | mine & Q(student__in=reached(user, VIEW_PLAN)))

    def open(self) -> Self:
        """Still going on."""
        return self.filter(closed_on=None)

    def review_due(self) -> Self:
        """Still going on, and the day of their review has come."""
        return self.open().filter(review_on__lte=clock.today())

    def waiting(self) -> Self:
        """Still going on, and waiting for somebody's approval."""
        return self.open().filter(approval=Approval.WAITING)


class PlanActionQuerySet(QuerySet[Any]):
    """Actions of plans: read with their plan."""

    def visible_to(self, user: "User", permission: str = VIEW_PLAN) -> Self:
        """Those of the plans that this person may read."""
        plans = apps.get_model("interventions", "ActionPlan").objects
        return self.filter(plan__in=plans.visible_to(user, permission).values("pk"))

    def open(self) -> Self:
        """Still to do, in a plan that goes on."""
        return self.filter(done_on=None, plan__closed_on=None)

    def overdue(self) -> Self:
        """Still to do, and past their date."""
        return self.open().filter(due_on__lt=clock.today())
