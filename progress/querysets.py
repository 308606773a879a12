"""Which grades a person reaches, and which teaching groups they may enter grades for."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from caseload.models import TeachingGroup
from caseload.querysets import containers, reached
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


class AssessmentPointQuerySet(QuerySet[Any]):
    """Assessment points, by state."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """Points say nothing about any student: all of them, for whoever holds the permission in some role."""
        return self.all() if user.has_perm(permission) else self.none()

    def open(self) -> Self:
        """Those in which grades can be entered today."""
        today = clock.today()
        return self.filter(opens_on__lte=today, closes_on__gte=today)


class GradeQuerySet(QuerySet[Any]):
    """Grades and effort, by whose they are."""

    def visible_to(self, user: "User", permission: str = "progress.view_grades") -> Self:
        """Those of the students whom the person reaches with the permission."""
        return self.filter(student__in=reached(user, permission))


def groups_for(user: "User", permission: str) -> QuerySet[TeachingGroup]:
    """The running teaching groups over which the person holds the permission: taught, or of their course or area."""
    held = containers(user, permission)
    today = clock.today()
    running = TeachingGroup.objects.filter(Q(ended_on=None) | Q(ended_on__gt=today), year__starts_on__lte=today).filter(
        year__ends_on__gte=today
    )
    if "college" in held:
        return running
    theirs = (
        Q(pk__in=held.get("teaching_group", []))
        | Q(course_id__in=held.get("course", []))
        | Q(course__area_id__in=held.get("area", []))
        | Q(site_id__in=held.get("site", []))
    )
    return running.filter(theirs)
