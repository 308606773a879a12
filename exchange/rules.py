"""Who may import."""

from typing import Any

from django.core.exceptions import PermissionDenied

from caseload.querysets import containers
from core.actors import SystemActor
from exchange import choices

IMPORT = "exchange.import_roster"


def may_import(by: Any) -> bool:
    """A data manager of the whole college, or the import command: a roster reaches every site."""
    if isinstance(by, SystemActor):
        return by.name == choices.ACTOR
    return bool(by.is_active) and "college" in containers(by, IMPORT)


def check_may_import(by: Any) -> None:
    """Raise PermissionDenied for everybody else."""
    if not may_import(by):
        raise PermissionDenied("Only a data manager of the whole college imports students and staff.")
