"""Which support plans a person may read."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from caseload.querysets import reached
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


class SupportPlanQuerySet(QuerySet[Any]):
    """Support plans, by who may read them (or what of them) for the student."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those of the students reached in a role that carries the permission; it says how much of a plan is meant."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(student__in=reached(user, permission))

    def open(self) -> Self:
        """Still going on."""
        return self.filter(ended_on=None)

    def due(self) -> Self:
        """Still going on, and the review date has come."""
        return self.open().filter(review_on__lte=clock.today())
