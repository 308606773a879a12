"""Who may do what about a home visit. Who may see one is `visible_to`."""

from typing import TYPE_CHECKING

from caseload.models import Visit

if TYPE_CHECKING:
    from accounts.models import User


def goes_along(by: "User", visit: Visit) -> bool:
    """Whether somebody is on this visit: who goes, or a colleague who comes along. They check in and out."""
    return visit.goes_id == by.pk or visit.companions.filter(pk=by.pk).exists()


def may_call_off(by: "User", visit: Visit) -> bool:
    """Whether somebody may call it off: those on it, who planned it, and who watches."""
    return by.pk in (visit.made_by_id, visit.watcher_id) or goes_along(by, visit)
