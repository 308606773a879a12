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
from caseload.rules.telling_apart import groups_in_full
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

    @cached_property
    def six_weeks(self) -> list[Totals]:
        """The last six weeks of all of them, sessions and lessons apart; added up when it is asked for."""
        return self._by_series("six_weeks")

    @cached_property
    def year(self) -> list[Totals]:
        """The year of all of them, sessions and lessons apart; added up when it is asked for."""
        return self._by_series("year")

    def _by_series(self, window: str) -> list[Totals]:
        found = [[getattr(s, window) for s in self.students if s.series == series] for series in Series.values]
        return [sum_of(totals) for totals in found if totals]

    @property
    def persistent(self) -> int:
        """How many have missed a tenth or more of the year."""
        return sum(s.persistent for s in self.students)

    @property
    def counted(self) -> int:
        """How many have enough marks of this year to say so."""
        return sum(s.year.is_enough for s in self.students)

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
        """How many have an overdue target."""
        return sum(bool(s.targets and s.targets.overdue) for s in self.students)

    @property
    def unseen(self) -> int:
        """How many have not been seen for too long."""
        return sum(s.unseen >= NOT_SEEN_WEEKS for s in self.students)


@dataclass
class Gap:
    """A group with a characteristic beside everybody else of the same series: the two figures, and the gap in points."""

    name: str
    series: str
    inside: Side
    outside: Side

    @property
    def here(self) -> Totals:
        """The year of the group."""
        return self.inside.year[0]

    @property
    def there(self) -> Totals:
        """The year of everybody else."""
        return self.outside.year[0]

    @property
    def points(self) -> float | None:
        """How far the group is from the others: negative when it attends less."""
        here, there = self.here.attendance, self.there.attendance
        return None if here is None or there is None else float(here - there)


# The groups of one kind that these students are in on a day, each with those of them who are in it.
_GROUPS = """
    SELECT g.id, g.name, t.name, g.public_id::text, array_agg(m.student_id ORDER BY m.student_id)
    FROM unnest(%s::bigint[]) AS w (id) JOIN caseload_{kind}membership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_{kind} AS g ON g.id = m.group_id JOIN caseload_site AS t ON t.id = g.site_id
    GROUP BY g.id, t.name ORDER BY {order}
"""


def by_caseload(facts: GroupFacts) -> list[Side]:
    """The tutor groups and caseloads that these students are in today, each with those of its students who are in view."""
    found = _groups(facts, _GROUPS.format(kind="caseload", order="g.name, g.id"))
    tutors = _tutors([pk for pk, _, _, _ in found])
    return [Side(name, members, f"caseload:{key}", tutors.get(pk, "")) for pk, name, key, members in found]


def by_year_group(facts: GroupFacts) -> list[Side]:
    """The year groups that these students are in today."""
    found = _groups(facts, _GROUPS.format(kind="yeargroup", order="g.nc_year, g.id"))
    return [Side(name, members, f"year_group:{key}") for _, name, key, members in found]


def _groups(facts: GroupFacts, statement: str) -> list[tuple[int, str, str, list[StudentFacts]]]:
    students = facts.students
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


def gaps(user: Any, facts: GroupFacts) -> list[Gap]:
    """Groups by characteristic beside everybody else, sessions and lessons apart; only for those whose characteristics this
    person may see."""
    if not user.has_perm(CHARACTERISTICS) or not facts.ids:
        return []
    seen = set(reached_ids(user, CHARACTERISTICS, VIEW_DASHBOARD, facts.ids))
    sets, found = characteristic_sets(list(seen)), []
    for series in facts.series:
        students = [s for s in facts.of_series(series) if s.pk in seen]
        for name, members in sets.items():
            inside = [s for s in students if s.pk in members]
            outside = [s for s in students if s.pk not in members]
            if inside and outside:
                found.append(Gap(name, series, Side(name, inside), Side("Everybody else", outside)))
    return found


def characteristic_sets(ids: Sequence[int]) -> dict[str, set[int]]:
    """Which of these students have each characteristic that is compared, today (facts section 5). One query."""
    sets = characteristics.characteristic_sets(ids)
    return {name: sets[name] for name in COMPARED}
