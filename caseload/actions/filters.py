"""Save a filter of a list of students under a name, and remove it again."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload import verbs
from caseload.models import SavedFilter
from caseload.rules.students import VIEW, require
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


class NamesAGroup(Exception):
    """A filter within one group is its owner's alone: for others the group may not be there."""


@transaction.atomic
def save_filter(by: "User", *, name: str, place: str, query: str, shared: bool = False) -> SavedFilter:
    """Save a filter under a name; one's own of that name is replaced. Raises NamesAGroup when a shared one names a group."""
    require(by.has_perm(VIEW))
    if shared and "in=" in query:
        raise NamesAGroup
    values = {"place": place, "query": query, "shared": shared, "saved_at": clock.now()}
    row, _ = SavedFilter.objects.update_or_create(owner=by, name=name, defaults=values)
    record.record(by, verbs.FILTER_SAVED, "saved_filter", row.pk, details={"shared": shared})
    return row


@transaction.atomic
def remove_filter(by: "User", saved: SavedFilter) -> None:
    """Remove a filter of one's own."""
    if saved.owner_id != by.pk:
        raise PermissionDenied
    record.record(by, verbs.FILTER_REMOVED, "saved_filter", saved.pk)
    saved.delete()
