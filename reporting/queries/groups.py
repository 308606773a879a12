"""Groups inside a group, side by side: tutor groups and caseloads, and those who share a characteristic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from attendance.arithmetic import Totals, sum_of
from attendance.choices import Series
from caseload.choices import LANGUAGE_UNKNOWN, NOT_EAL
from caseload.models import CaseloadGrant, CaseloadMembership, Characteristic, Student, YearGroupMembership
from caseload.queries.students import reached_ids
from core import clock
from interventions.choices import NOT_SEEN_WEEKS
from reporting.choices import VIEW_DASHBOARD
from reporting.queries.students import GroupFacts, StudentFacts

CHARACTERISTICS = "caseload.view_characteristics"


@dataclass
class Side:
    """One group of a comparison."""

    name: str
    students: list[StudentFacts]
    key: str = ""
    who: str = ""

    @property
    def series(self) -> str:
        """The series that these students attend by."""
        return self.students[0].series if self.students else Series.SESSION

    @cached_property
    def six_weeks(self) -> Totals:
        """The last six weeks of all of them; added up when it is asked for."""
        return sum_of((s.six_weeks for s in self.students), self.series)

    @cached_property
    def year(self) -> Totals:
        """The year of all of them; added up when it is asked for."""
        return sum_of((s.year for s in self.students), self.series)

    @property
    def persistent(self) -> int:
        """How many have missed a tenth or more of the year."""
        return sum(s.persistent for s in self.students)

    @property
    def below(self) -> int:
        """How many are below target in at least one subject."""
        return sum(bool(s.below and s.below.below) for s in self.students)

    @property
    def graded(self) -> int:
        """How many have grades at the latest assessment point."""
        return sum(bool(s.below) for s in self.students)

    @property
    def overdue(self) -> int:
        """How many targets are overdue."""
        return sum(s.targets.overdue for s in self.students if s.targets)

    @property
    def unseen(self) -> int:
        """How many have not been seen for too long."""
        return sum(s.unseen >= NOT_SEEN_WEEKS for s in self.students)

    @property
    def percent(self) -> float | None:
        """Attendance of the year as a number for a bar."""
        return None if self.year.attendance is None else float(self.year.attendance)


@dataclass
class Gap:
    """A group with a characteristic beside everybody else: the two figures, and the gap between them in points."""

    name: str
    inside: Side
    outside: Side

    @property
    def points(self) -> float | None:
        """How far the group is from the others: negative when it attends less."""
        here, there = self.inside.year.attendance, self.outside.year.attendance
        return None if here is None or there is None else float(here - there)


def by_caseload(facts: GroupFacts, series: str) -> list[Side]:
    """The tutor groups and caseloads that these students are in today, each with those of its students who are in view."""
    students = {s.pk: s for s in facts.of_series(series)}
    pairs = CaseloadMembership.objects.filter(student__in=list(students), period__contains=facts.day).values_list(
        "group_id", "group__name", "group__public_id", "student_id"
    )
    found: dict[int, tuple[str, str, list[StudentFacts]]] = {}
    for pk, name, public_id, student in pairs.order_by("group__name", "group_id", "student_id"):
        found.setdefault(pk, (name, str(public_id), []))[2].append(students[student])
    tutors = _tutors(found)
    return [Side(name, members, f"caseload:{key}", tutors.get(pk, "")) for pk, (name, key, members) in found.items()]


def _tutors(caseloads: Iterable[int]) -> dict[int, str]:
    """Who looks after each caseload today, in words."""
    grants = CaseloadGrant.objects.filter(content_object__in=list(caseloads), period__contains=clock.today())
    names: dict[int, list[str]] = {}
    for grant in grants.select_related("user").order_by("capacity", "user__sort_key"):
        names.setdefault(grant.content_object_id, []).append(grant.user.formal_name)
    return {pk: ", ".join(found) for pk, found in names.items()}


def by_year_group(facts: GroupFacts, series: str) -> list[Side]:
    """The year groups that these students are in today."""
    students = {s.pk: s for s in facts.of_series(series)}
    pairs = YearGroupMembership.objects.filter(student__in=list(students), period__contains=facts.day).values_list(
        "group_id", "group__name", "group__public_id", "student_id"
    )
    found: dict[int, tuple[str, str, list[StudentFacts]]] = {}
    for pk, name, public_id, student in pairs.order_by("group__nc_year", "group_id", "student_id"):
        found.setdefault(pk, (name, str(public_id), []))[2].append(students[student])
    return [Side(name, members, f"year_group:{key}") for name, key, members in found.values()]


def gaps(user: Any, facts: GroupFacts, series: str) -> list[Gap]:
    """Groups by characteristic beside everybody else; only for those whose characteristics this person may see."""
    students = facts.of_series(series)
    ids = [s.pk for s in students]
    if not user.has_perm(CHARACTERISTICS) or not ids:
        return []
    seen = set(reached_ids(user, CHARACTERISTICS, VIEW_DASHBOARD, ids))
    students = [s for s in students if s.pk in seen]
    found = []
    for name, members in characteristic_sets(list(seen)).items():
        inside = [s for s in students if s.pk in members]
        outside = [s for s in students if s.pk not in members]
        if inside and outside:
            found.append(Gap(name, Side(name, inside), Side("Everybody else", outside)))
    return found


def characteristic_sets(ids: Sequence[int]) -> dict[str, set[int]]:
    """Which of these students have each characteristic today (facts section 5). Two queries."""
    today = clock.today()
    sets: dict[str, set[int]] = {
        name: set()
        for name in (
            "SEN support",
            "EHC plan",
            "Free school meals",
            "English as an additional language",
            "Girls",
            "Boys",
        )
    }
    rows = Characteristic.objects.filter(
        student__in=list(ids), kind__in=("sen_status", "free_meals"), period__contains=today
    ).values_list("student_id", "kind", "code")
    for student, kind, code in rows:
        name = {"K": "SEN support", "E": "EHC plan"}.get(code) if kind == "sen_status" else "Free school meals"
        if name:
            sets[name].add(student)
    for student, sex, language in Student.objects.filter(pk__in=list(ids)).values_list("pk", "sex", "first_language"):
        if sex in {"F", "M"}:
            sets["Girls" if sex == "F" else "Boys"].add(student)
        if language not in NOT_EAL | LANGUAGE_UNKNOWN:
            sets["English as an additional language"].add(student)
    return sets
