"""Which imports somebody sees."""

from typing import TYPE_CHECKING, Any, Self

from caseload.querysets import containers
from core.jobs.work import WorkQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class RosterImportQuerySet(WorkQuerySet[Any]):
    """Roster imports, by who may import: a roster reaches the whole college, so only whoever holds all of it sees one."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """All of them, or none."""
        return self if "college" in containers(user, permission) else self.none()
