"""Who may. Every action asks here, so that a job, a command and a page get the same answer."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from safeguarding.models import AdultConcern, Concern
from safeguarding.querysets import ADULT, OWN

if TYPE_CHECKING:
    from accounts.models import User

RAISE = "safeguarding.raise_concern"
TRIAGE = "safeguarding.triage_concern"
CLOSE = "safeguarding.close_concern"
SHARE = "safeguarding.share_concern"

__all__ = ["ADULT", "CLOSE", "OWN", "RAISE", "SHARE", "TRIAGE", "require", "require_adult", "require_permission"]


def require_permission(by: "User", permission: str) -> None:
    """Somebody who could never do this is refused."""
    if not by.has_perm(permission):
        raise PermissionDenied(permission)


def require(by: "User", permission: str, concern: Concern) -> None:
    """Only a person who reaches this very concern with the permission; an excluded DSL does not."""
    if not Concern.objects.visible_to(by, permission).filter(pk=concern.pk).exists():
        raise PermissionDenied(permission)


def require_adult(by: "User", concern: AdultConcern) -> None:
    """Only whoever handles this concern about an adult."""
    if not AdultConcern.objects.visible_to(by, ADULT).filter(pk=concern.pk).exists():
        raise PermissionDenied(ADULT)
