"""Which groups' registers a person reaches. Everything that shows a register starts here."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.models import SiteMembership, TeachingGroup
from caseload.models.groups import CaseloadMembership
from caseload.querysets import containers, reached

if TYPE_CHECKING:
    from accounts.models import User

GROUP_KINDS = {
    "teaching_group": "pk__in",
    "course": "course_id__in",
    "area": "course__area_id__in",
    "site": "site_id__in",
}


class AboutStudentQuerySet(QuerySet[Any]):
    """Rows about one student each, by who reaches the student."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those about students reached in a role that carries the permission; else none."""
        return self.filter(student__in=reached(user, permission))


class MarkDeliveryQuerySet(QuerySet[Any]):
    """Deliveries of marks, by who looks after the marks of the site they are for."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Those of the sites held in a role that carries the permission; else none."""
        held = containers(user, permission)
        return self if "college" in held else self.filter(site_id__in=held.get("site", []))


class AlertRuleQuerySet(QuerySet[Any]):
    """The rules that raise alerts: the college's own, so whoever holds the permission reaches all of them."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Every rule for those who hold the permission in some role; else none."""
        return self if user.has_perm(permission) else self.none()

    def switched_on(self) -> Self:
        """Those that raise alerts now."""
        return self.filter(switched_on_at__isnull=False, switched_off_at=None)


def groups_reached(user: "User", permission: str) -> QuerySet[TeachingGroup]:
    """The teaching groups held, or inside a container held, in a role that carries the permission."""
    held = containers(user, permission)
    if "college" in held:
        return TeachingGroup.objects.all()
    return TeachingGroup.objects.filter(_any_of(GROUP_KINDS, held))


def members(model: type, group_id: object, day: date) -> QuerySet[CaseloadMembership]:
    """Who is in a group on a day and on the roll of its site: a leaver or a late starter counts between their dates."""
    on_roll = SiteMembership.objects.filter(
        student=OuterRef("student"), site=OuterRef("group__site"), period__contains=day
    )
    rows: QuerySet[CaseloadMembership] = model.objects.filter(  # type: ignore[attr-defined]  # any model of memberships
        Exists(on_roll), period__contains=day, student__merged_into=None, student__erased_at=None
    )
    return (
        rows.filter(group_id__in=group_id) if isinstance(group_id, list | QuerySet) else rows.filter(group_id=group_id)
    )


def _any_of(kinds: dict[str, str], held: dict[str, list[int]]) -> Q:
    """Nobody unless some container is held: rules fall through to no rows."""
    wanted = Q(pk__in=[])
    for kind, lookup in kinds.items():
        if held.get(kind):
            wanted |= Q(**{lookup: held[kind]})
    return wanted
