"""Groups inside a group, side by side: tutor groups and caseloads, and those who share a characteristic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from attendance.arithmetic import Totals, sum_of
from attendance.choices import Series
from caseload.models import CaseloadGrant
from caseload.queries import characteristics
from caseload.queries.students import reached_ids
from caseload.queries.telling_apart import groups_in_full
from core import clock
from core.id_lists import array
from interventions.choices import NOT_SEEN_WEEKS
from reporting.choices import VIEW_DASHBOARD
from reporting.queries.students import GroupFacts, StudentFacts

CHARACTERISTICS = "caseload.view_characteristics"
COMPARED = ("SEN support", "EHC plan", "Free school meals", characteristics.EAL, "Girls", "Boys")


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


# The groups of one kind that these students are in on a day, each with those of them who are in it.
_GROUPS = """
    SELECT g.id, g.name, t.name, g.public_id::text, array_agg(m.student_id ORDER BY m.student_id)
    FROM unnest(%s::bigint[]) AS w (id) JOIN caseload_{kind}membership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_{kind} AS g ON g.id = m.group_id JOIN caseload_site AS t ON t.id = g.site_id
    GROUP BY g.id, t.name ORDER BY {order}
"""


def by_caseload(facts: GroupFacts, series: str) -> list[Side]:
    """The tutor groups and caseloads that these students are in today, each with those of its students who are in view."""
    found = _groups(facts, series, _GROUPS.format(kind="caseload", order="g.name, g.id"))
    tutors = _tutors([pk for pk, _, _, _ in found])
    return [Side(name, members, f"caseload:{key}", tutors.get(pk, "")) for pk, name, key, members in found]


def by_year_group(facts: GroupFacts, series: str) -> list[Side]:
    """The year groups that these students are in today."""
    found = _groups(facts, series, _GROUPS.format(kind="yeargroup", order="g.nc_year, g.id"))
    return [Side(name, members, f"year_group:{key}") for _, name, key, members in found]


def _groups(facts: GroupFacts, series: str, statement: str) -> list[tuple[int, str, str, list[StudentFacts]]]:
    students = {s.pk: s for s in facts.of_series(series)}
    with connection.cursor() as cursor:
        cursor.execute(statement, [array(students), facts.day])
        rows = cursor.fetchall()
    names = groups_in_full((pk, name, site) for pk, name, site, _, _ in rows)
    return [(pk, names[pk], key, [students[each] for each in ids]) for pk, _, _, key, ids in rows]


def _tutors(caseloads: Iterable[int]) -> dict[int, str]:
    """Who looks after each caseload today, in words."""
    grants = CaseloadGrant.objects.filter(content_object__in=list(caseloads), period__contains=clock.today())
    named = grants.select_related("user").only(
        "content_object_id", "user__title", "user__given_name", "user__family_name"
    )
    names: dict[int, list[str]] = {}
    for grant in named.order_by("capacity", "user__sort_key"):
        names.setdefault(grant.content_object_id, []).append(grant.user.formal_name)
    return {pk: ", ".join(found) for pk, found in names.items()}


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
    """Which of these students have each characteristic that is compared, today (facts section 5). One query."""
    sets = characteristics.characteristic_sets(ids)
    return {name: sets[name] for name in COMPARED}
