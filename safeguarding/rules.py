"""Who may. Every action asks here, so that a job, a command and a page get the same answer."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from audit.models import Entry as AuditEntry
from safeguarding import choices
from safeguarding.models import AdultConcern, Concern, Entry
from safeguarding.querysets import ADULT, GLASS, OWN

if TYPE_CHECKING:
    from accounts.models import User

RAISE = "safeguarding.raise_concern"
TRIAGE = "safeguarding.triage_concern"
CLOSE = "safeguarding.close_concern"
SHARE = "safeguarding.share_concern"
EMERGENCY = "safeguarding.set_up_emergency"

__all__ = [
    "ADULT",
    "CLOSE",
    "EMERGENCY",
    "GLASS",
    "OWN",
    "RAISE",
    "SHARE",
    "TRIAGE",
    "has_opened",
    "require",
    "require_adult",
    "require_permission",
    "require_reader",
]


def require_permission(by: "User", permission: str) -> None:
    """Somebody who could never do this is refused."""
    if not by.has_perm(permission):
        raise PermissionDenied(permission)


def require(by: "User", permission: str, concern: Concern) -> None:
    """Only a person who reaches this very concern with the permission; an excluded DSL does not."""
    if not Concern.objects.visible_to(by, permission).filter(pk=concern.pk).exists():
        raise PermissionDenied(permission)


def require_reader(by: "User", concern: Concern) -> None:
    """A person of the team who reaches this concern, or the head while glass is broken."""
    require(by, TRIAGE if by.has_perm(TRIAGE) else GLASS, concern)


def has_opened(by: "User", concern: Concern) -> bool:
    """Whether this person has opened the record: the audit log says so of the team, the chronology of the head."""
    read = AuditEntry.objects.filter(actor_id=by.pk, verb=choices.CONCERN_READ, object_id=str(concern.pk))
    by_glass = Entry.objects.filter(concern=concern, kind=choices.EntryKind.GLASS, by=by)
    return read.exists() or by_glass.exists()


def require_adult(by: "User", concern: AdultConcern) -> None:
    """Only whoever handles this concern about an adult."""
    if not AdultConcern.objects.visible_to(by, ADULT).filter(pk=concern.pk).exists():
        raise PermissionDenied(ADULT)
