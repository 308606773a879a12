"""Who may see a group's figures and have reports made of them."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from caseload.models import Area, Caseload, Course, House, Team, YearGroup
from caseload.querysets import containers
from reporting import choices

if TYPE_CHECKING:
    from accounts.models import User

# What stands above a kind of group besides the whole college: (the kind above, how a row names it).
_ABOVE: dict[str, tuple[Any, tuple[tuple[str, str], ...]]] = {
    "year_group": (YearGroup, (("site", "site_id"),)),
    "house": (House, (("site", "site_id"),)),
    "team": (Team, (("site", "site_id"),)),
    "caseload": (Caseload, (("site", "site_id"), ("team", "team_id"), ("house", "house_id"))),
    "course": (Course, (("area", "area_id"),)),
    "area": (Area, ()),
}


def reaches_scope(user: "User", permission: str, kind: str, container_id: int) -> bool:
    """Whether somebody holds the container or one above it, in a role that carries the permission.

    Above a year group, house or team stands its site; above a caseload its team and its house too; above a course its area; above
    everything the whole college. That some of a group's students are theirs is not enough: its figures would be wrong.
    """
    if not user.is_active:
        return False
    held = containers(user, permission)
    if "college" in held or container_id in held.get(kind, []):
        return True
    model, above = _ABOVE.get(kind, (None, ()))
    ways = [Q(**{f"{field}__in": held[upper]}) for upper, field in above if held.get(upper)]
    if model is None or not ways:
        return False
    return bool(model._default_manager.filter(reduce(or_, ways), pk=container_id).exists())


def parts_for(user: "User", kind: str, container_id: int) -> choices.Parts:
    """What a report about this group holds for somebody: everything with the right to that, else its attendance part."""
    whole = reaches_scope(user, choices.RUN_REPORT, kind, container_id)
    return choices.Parts.WHOLE if whole else choices.Parts.ATTENDANCE


def reads_parts(user: "User", parts: str, kind: str, container_id: int) -> bool:
    """Whether somebody may read reports about this group that hold so much."""
    return reaches_scope(user, choices.NEEDED[choices.Parts(parts)], kind, container_id)


def check_reaches_scope(user: "User", permission: str, kind: str, container_id: int) -> None:
    """Raise PermissionDenied for anybody who does not."""
    if not reaches_scope(user, permission, kind, container_id):
        raise PermissionDenied("This group is not yours to report on.")
