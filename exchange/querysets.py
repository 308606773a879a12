"""Which imports somebody sees."""

from typing import TYPE_CHECKING, Any, Self

from caseload.querysets import containers
from core.jobs.work import WorkQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class MarkImportQuerySet(WorkQuerySet[Any]):
    """Uploads of marks, by who looks after the marks of the site they are for."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those for the sites held in a role that carries the permission; else none."""
        held = containers(user, permission)
        return self if "college" in held else self.filter(site_id__in=held.get("site", []))


class RosterImportQuerySet(WorkQuerySet[Any]):
    """Roster imports, by who may import: a roster reaches the whole college, so only whoever holds all of it sees one."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """All of them, or none."""
        return self if "college" in containers(user, permission) else self.none()
