"""Tutor groups of students, and who looks after a caseload."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet

from caseload.choices import Capacity
from caseload.models import CaseloadGrant, CaseloadMembership
from core import clock

LOOKED_AFTER_BY = (Capacity.TUTOR, Capacity.CO_TUTOR, Capacity.COVER)
TAKEN_BY = (Capacity.COVER, Capacity.TUTOR, Capacity.CO_TUTOR)


def in_tutor_groups(day: date | None = None) -> QuerySet[CaseloadMembership]:
    """Who is in which tutor group on the day; today, when none is given."""
    return CaseloadMembership.objects.filter(period__contains=day or clock.today(), group__kind="tutor_group")


def tutor_group_name(student: OuterRef, day: date | None = None) -> QuerySet[Any, Any]:
    """The name of a student's tutor group on the day, for a Subquery; `student` is the OuterRef to the student."""
    return in_tutor_groups(day).filter(student=student).order_by("pk").values("group__name")[:1]


def tutor_groups_of(student_ids: Iterable[int], day: date | None = None) -> dict[int, str]:
    """The name of each student's tutor group on the day; who is in none is left out. One query."""
    rows = in_tutor_groups(day).filter(student__in=list(student_ids))
    return dict(rows.order_by("-pk").values_list("student_id", "group__name"))


def tutors_of(caseload_ids: Iterable[int], order: tuple[str, ...] = LOOKED_AFTER_BY) -> dict[int, list[int]]:
    """The ids of the people who hold each caseload as its tutor today, in the order of their capacities. One query."""
    grants = CaseloadGrant.objects.filter(
        content_object_id__in=list(caseload_ids), period__contains=clock.today(), role__name="tutor"
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for group, capacity, person in grants.order_by("-pk").values_list("content_object_id", "capacity", "user_id"):
        found.setdefault(group, []).append((order.index(capacity), person))
    return {group: [person for _, person in sorted(held, key=lambda each: each[0])] for group, held in found.items()}
