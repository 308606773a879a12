"""What the pages of imports read: the leavers to check, and the sources that sent anything."""

from collections import defaultdict
from typing import Any

from django.db.models import Q

from accounts.models import User
from caseload.models import SiteMembership, Student
from core import clock
from exchange.choices import Kind
from exchange.models import RosterImport, SourceLink


def open_links() -> Any:
    """Links of people whom their source no longer names, and about whom nobody has decided.

    Somebody whose roll ended meanwhile, or who was ended as staff, is no question any more.
    """
    proposed = SiteMembership.objects.filter(going_on(), leaver_proposed_at__isnull=False).values("student_id")
    here = User.objects.filter(ended_on=None).values("pk")
    still = Q(kind=Kind.STUDENT, object_id__in=proposed) | Q(kind=Kind.STAFF, object_id__in=here)
    return SourceLink.objects.filter(still, missing_since__isnull=False, settled_at=None)


def going_on() -> Q:
    """Rolls that are not over yet."""
    today = clock.today()
    return Q(period__isempty=False) & (Q(period__endswith=None) | Q(period__endswith__gt=today))


def proposed_rolls(student_ids: list[int]) -> dict[int, list[SiteMembership]]:
    """The rolls of these students that are proposed to end, by student."""
    rolls = SiteMembership.objects.filter(going_on(), student__in=student_ids, leaver_proposed_at__isnull=False)
    found: dict[int, list[SiteMembership]] = defaultdict(list)
    for roll in rolls.select_related("site").order_by("site__name", "pk"):
        found[roll.student_id].append(roll)
    return found


def leavers_to_check() -> list[dict[str, Any]]:
    """Everybody to decide about, by name: students with the rolls that would end, then staff. Five queries."""
    links = {(link.kind, link.object_id): link for link in open_links().order_by("-missing_since", "pk")}
    ids = {kind: [pk for each, pk in links if each == kind] for kind in (Kind.STUDENT, Kind.STAFF)}
    rolls = proposed_rolls(ids[Kind.STUDENT])
    students = Student.objects.filter(pk__in=ids[Kind.STUDENT]).order_by("sort_key", "pk")
    staff = User.objects.filter(pk__in=ids[Kind.STAFF]).order_by("sort_key", "pk")
    return [
        {"link": links[Kind.STUDENT, student.pk], "student": student, "rolls": rolls[student.pk]}
        for student in students
    ] + [{"link": links[Kind.STAFF, user.pk], "staff": user} for user in staff]


def sources_known() -> list[str]:
    """The names of the sources that sent anything, as they were given."""
    linked = SourceLink.objects.filter(kind=Kind.SITE).values_list("source", flat=True).distinct()
    uploaded = RosterImport.objects.exclude(source="").values_list("source", flat=True).distinct()
    return sorted({*linked, *uploaded}, key=str.casefold)
