"""Which lines of a year-end handover a person may read."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from caseload.querysets import reached
from interventions.querysets import PASTORAL_NOTE

if TYPE_CHECKING:
    from accounts.models import User


class HandoverNoteQuerySet(QuerySet[Any]):
    """What a tutor writes about their students for the next tutor."""

    def visible_to(self, user: "User", permission: str = PASTORAL_NOTE) -> Self:
        """Once handed over: of the students reached in a role that reads pastoral notes. Before that it is a draft of those
        who look after the caseload, and nobody else's."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(handover__handed_at__isnull=False, student__in=reached(user, permission))
