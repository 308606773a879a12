"""Who may set up years, groups and the calendar, and put students in groups."""

from typing import TYPE_CHECKING

from caseload.querysets import containers
from core.actors import SystemActor

if TYPE_CHECKING:
    from accounts.models import User

MANAGE_STRUCTURE = "caseload.manage_structure"


def manages_college(by: "User | SystemActor") -> bool:
    """Whether somebody sets up what is the same for every site: academic years and terms."""
    return isinstance(by, SystemActor) or "college" in containers(by, MANAGE_STRUCTURE)


def manages_site(by: "User | SystemActor", site_id: int | None) -> bool:
    """Whether somebody sets up this site. What concerns every site (None) is for those who manage the college."""
    if manages_college(by):
        return True
    return not isinstance(by, SystemActor) and site_id in containers(by, MANAGE_STRUCTURE).get("site", [])


def managed_sites(by: "User") -> list[int] | None:
    """The sites that somebody sets up; None is every site."""
    held = containers(by, MANAGE_STRUCTURE)
    return None if "college" in held else held.get("site", [])
