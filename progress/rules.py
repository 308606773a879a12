"""Who may enter grades, and who may look after assessment points."""

from typing import TYPE_CHECKING

from caseload.models import TeachingGroup
from core.actors import SystemActor
from progress.querysets import groups_for

if TYPE_CHECKING:
    from accounts.models import User


def may_enter_grades(by: "User | SystemActor", group: TeachingGroup) -> bool:
    """Whoever teaches the group, or leads its course or area."""
    return not isinstance(by, SystemActor) and groups_for(by, "progress.enter_grades").filter(pk=group.pk).exists()


def may_manage_assessment(by: "User | SystemActor") -> bool:
    """Data managers."""
    return not isinstance(by, SystemActor) and by.has_perm("progress.manage_assessment")
