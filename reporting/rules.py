"""Who may see a group's figures and have reports made of them."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from caseload.models import Caseload, House, Team, YearGroup
from caseload.querysets import containers

if TYPE_CHECKING:
    from accounts.models import User

_SITE_OF: dict[str, Any] = {"year_group": YearGroup, "house": House, "team": Team, "caseload": Caseload}


def reaches_scope(user: "User", permission: str, kind: str, container_id: int) -> bool:
    """Whether somebody holds the container, its site or the whole college, in a role that carries the permission."""
    if not user.is_active:
        return False
    held = containers(user, permission)
    if "college" in held or container_id in held.get(kind, []):
        return True
    model = _SITE_OF.get(kind)
    if model is None or "site" not in held:
        return False
    return bool(model._default_manager.filter(pk=container_id, site_id__in=held["site"]).exists())


def check_reaches_scope(user: "User", permission: str, kind: str, container_id: int) -> None:
    """Raise PermissionDenied for anybody who does not."""
    if not reaches_scope(user, permission, kind, container_id):
        raise PermissionDenied("This group is not yours to report on.")
