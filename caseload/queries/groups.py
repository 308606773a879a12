"""Groups as those who set them up see them: who is in them and who holds them."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.roles import BY_CODE
from caseload.models import (
    AcademicYear,
    Caseload,
    CaseloadMembership,
    HouseMembership,
    Reach,
    SiteMembership,
    Student,
    TeachingGroup,
    TeachingGroupMembership,
    YearGroupMembership,
)
from caseload.queries.calendar import current_academic_year
from caseload.queries.containers import KINDS
from core import clock

MEMBERSHIPS: dict[str, tuple[Any, str]] = {
    "caseload": (CaseloadMembership, "group_id"),
    "teaching_group": (TeachingGroupMembership, "group_id"),
    "year_group": (YearGroupMembership, "group_id"),
    "house": (HouseMembership, "group_id"),
    "site": (SiteMembership, "site_id"),
    "team": (CaseloadMembership, "group__team_id"),
    "course": (TeachingGroupMembership, "group__course_id"),
    "area": (TeachingGroupMembership, "group__course__area_id"),
}
_EXTRA = {
    "caseload": ("site__name", "house__name", "team__name", "room"),
    "teaching_group": ("site__name", "course__title"),
    "year_group": ("site__name",),
    "house": ("site__name",),
    "team": ("site__name",),
    "course": ("area__name", "qualification"),
    "area": (),
    "site": ("kind",),
}


def group_overview(kind: str, sites: list[int] | None = None) -> list[dict[str, Any]]:
    """Every group of a kind with how many are in it today and who holds it; those of the present year only. Four queries."""
    description = KINDS[kind]
    rows = description.model._default_manager.all()
    if description.yearly:
        rows = rows.filter(year=current_academic_year())
    if sites is not None and kind not in ("course", "area"):
        rows = rows.filter(**{"pk__in" if kind == "site" else "site__in": sites})
    order = ("nc_year", "site__name") if kind == "year_group" else (description.name_field,)
    found = list(rows.order_by(*order).values("pk", "public_id", description.name_field, *_EXTRA[kind]))
    counts, holders = member_counts(kind), holders_of(kind)
    return [
        {
            "public_id": row["public_id"],
            "name": row[description.name_field],
            "about": " · ".join(str(row[name]) for name in _EXTRA[kind] if row[name]),
            "count": counts.get(row["pk"], 0),
            "holders": holders.get(row["pk"], []),
        }
        for row in found
    ]


def member_counts(kind: str) -> dict[int, int]:
    """How many students are in each group of a kind today."""
    model, column = MEMBERSHIPS[kind]
    rows = model.objects.filter(Q(**{f"{column}__isnull": False}), period__contains=clock.today())
    return dict(rows.order_by().values_list(column).annotate(number=Count("student_id", distinct=True)))


def holders_of(kind: str, container_id: int | None = None) -> dict[int, list[dict[str, Any]]]:
    """Who holds each container of a kind today, and in which role."""
    rows = Reach.objects.filter(kind=kind, period__contains=clock.today())
    if container_id is not None:
        rows = rows.filter(container_id=container_id)
    fields = ("container_id", "role__name", "user__title", "user__given_name", "user__family_name", "period")
    year = current_academic_year()
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by("user__sort_key", "role__name").values(*fields):
        name = " ".join(
            part for part in (row["user__title"], row["user__given_name"], row["user__family_name"]) if part
        )
        role = BY_CODE[row["role__name"]].label if row["role__name"] in BY_CODE else row["role__name"]
        found[row["container_id"]].append({"name": name, "role": role, "until": _until(row["period"].upper, year)})
    return dict(found)


def _until(end: date | None, year: AcademicYear | None) -> date | None:
    """The last day inside a period; none when it goes on to the end of the academic year, as most do."""
    last = _day_before(end)
    return None if last is None or (year and last >= year.ends_on) else last


def members_of(group: Caseload | TeachingGroup) -> dict[str, list[dict[str, Any]]]:
    """Who is in a group now, who is still to come, and who was in it before."""
    model, _ = MEMBERSHIPS["caseload" if isinstance(group, Caseload) else "teaching_group"]
    today = clock.today()
    rows = (
        model.objects.filter(group=group)
        .order_by("student__sort_key", "period")
        .values("student__public_id", "student__given_name", "student__family_name", "period")
    )
    found: dict[str, list[dict[str, Any]]] = {"present": [], "coming": [], "past": []}
    for row in rows:
        start, end = row["period"].lower, row["period"].upper
        state = "coming" if start > today else "past" if end and end <= today else "present"
        given, family = row["student__given_name"], row["student__family_name"]
        name = ", ".join(part for part in (family, given) if part) or "(no name recorded)"
        found[state].append(
            {"public_id": row["student__public_id"], "name": name, "since": start, "until": _day_before(end)}
        )
    return found


def _day_before(end: date | None) -> date | None:
    return end - timedelta(days=1) if end else None


def teaching_groups_held(user: Any, permission: str) -> list[dict[str, Any]]:
    """The teaching groups that somebody teaches today, with how many students each has."""
    from caseload.querysets import containers

    ids = containers(user, permission).get("teaching_group", [])
    today = clock.today()
    inside = Q(memberships__period__contains=today, memberships__student__merged_into=None)
    rows = (
        TeachingGroup.objects.filter(pk__in=ids)
        .annotate(students=Count("memberships", filter=inside))
        .order_by("name")
        .values("pk", "public_id", "name", "code", "course__title", "site__name", "students")
    )
    return [dict(row) for row in rows]


def member_ids(group: Caseload | TeachingGroup) -> set[int]:
    """The students who are in the group today."""
    model, _ = MEMBERSHIPS["caseload" if isinstance(group, Caseload) else "teaching_group"]
    return set(model.objects.filter(group=group, period__contains=clock.today()).values_list("student_id", flat=True))


def unplaced_students(sites: list[int] | None = None) -> int:
    """How many students on roll today are in no tutor group and no caseload."""
    today = clock.today()
    roll = SiteMembership.objects.filter(period__contains=today)
    if sites is not None:
        roll = roll.filter(site_id__in=sites)
    placed = CaseloadMembership.objects.filter(period__contains=today).values("student_id")
    return Student.objects.filter(pk__in=roll.values("student_id")).exclude(pk__in=placed).count()
