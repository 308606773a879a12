"""Which report runs and schedules somebody sees."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from caseload.querysets import containers
from core.jobs.work import WorkQuerySet
from reporting import choices

if TYPE_CHECKING:
    from accounts.models import User


def _in_scope(user: "User", permission: str) -> Q | None:
    """What lies inside the containers that somebody holds in a role with the permission; None for everything."""
    held = containers(user, permission)
    if "college" in held:
        return None
    sites = held.get("site", [])
    found = Q(site__in=sites) | Q(year_group__site__in=sites) | Q(house__site__in=sites) | Q(team__site__in=sites)
    for kind in ("year_group", "house", "team"):
        found |= Q(**{f"{kind}__in": held.get(kind, [])})
    return found


class ScopedQuerySet(QuerySet[Any]):
    """Schedules, by whose students they are about."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those about students whose figures this person may see."""
        inside = _in_scope(user, permission)
        return self if inside is None else self.filter(inside)


class RunQuerySet(WorkQuerySet[Any]):
    """Report runs, by whose students they are about and what they say of them."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Whole reports about students over whom a role of this person's has them built; the attendance part with the permission."""
        whole, part = _in_scope(user, choices.RUN_REPORT), _in_scope(user, permission)
        if whole is None:
            return self
        only = Q(parts=choices.Parts.ATTENDANCE)
        return self.filter(whole | (only if part is None else only & part))
