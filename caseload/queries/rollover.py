"""What a rollover would do: worked out anew each time it is looked at, in a fixed number of queries."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection

from caseload.choices import Capacity
from caseload.models import Caseload, CaseloadGrant, Rollover, Student, YearGroup

UP, STAYS, FINISHES, PLACED = "up", "stays", "finishes", "placed"


@dataclass(frozen=True)
class Move:
    """One student: from which year group and tutor group, what becomes of them, into which year group."""

    student_id: int
    year_group_id: int
    nc_year: int
    caseload_id: int | None
    outcome: str
    to_year_group_id: int | None
    roll_id: int
    roll_from: date
    roll_until: date | None


@dataclass
class GroupPlan:
    """One tutor group: what it is called next year, who goes on in it, who looks after it."""

    caseload: Caseload
    name: str
    going_on: int = 0
    leaving: int = 0
    tutors: list[CaseloadGrant] = field(default_factory=list)


@dataclass
class Plan:
    """Everything that one rollover would do."""

    rollover: Rollover
    moves: list[Move]
    groups: list[GroupPlan]
    year_groups: dict[int, YearGroup]

    @property
    def digest(self) -> str:
        """The same for the same plan: what was confirmed must be what is carried out."""
        facts = [tuple(vars(move).values()) for move in self.moves]
        groups = [(g.caseload.pk, g.name, [grant.pk for grant in g.tutors]) for g in self.groups]
        options = (self.rollover.end_rolls, self.rollover.tutors_stay)
        return sha256(repr((facts, groups, options)).encode()).hexdigest()

    @property
    def by_year(self) -> list[dict[str, Any]]:
        """The year groups in order, each with how many go up, stay and finish, and where they go."""
        counts: dict[int, Counter[str]] = {}
        for move in self.moves:
            counts.setdefault(move.year_group_id, Counter())[move.outcome] += 1
        higher = {group.nc_year: group for group in self.year_groups.values()}
        return [
            {"group": group, "next": higher.get(group.nc_year + 1), **{word: counts[pk][word] for word in WORDS}}
            for pk, group in self.year_groups.items()
            if pk in counts
        ]

    @property
    def counts(self) -> dict[str, int]:
        """How many go up, stay, finish, and have been placed in the next year already."""
        found = Counter(move.outcome for move in self.moves)
        return {word: found[word] for word in WORDS}


WORDS = (UP, STAYS, FINISHES, PLACED)


def plan_of(rollover: Rollover) -> Plan:
    """What this rollover would do, from the college as it is now."""
    groups = {group.pk: group for group in YearGroup.objects.filter(site=rollover.site).order_by("nc_year")}
    moves = _moves(rollover, groups)
    return Plan(
        rollover, moves, _groups(rollover, moves, max((group.nc_year for group in groups.values()), default=0)), groups
    )


def stayers(rollover: Rollover) -> list[dict[str, Any]]:
    """Those who were said to stay in their year, by name."""
    rows = Student.objects.filter(pk__in=rollover.staying).order_by("sort_key", "pk")
    return [dict(row) for row in rows.values("pk", "public_id", "given_name", "family_name")]


def next_name(name: str, nc_years: set[int], highest: int) -> str:
    """What a tutor group is called a year later: 10A becomes 11A; one that mixes years keeps its name; the last year's ends."""
    found = re.match(r"(\D*)(\d+)(.*)$", name, re.DOTALL)
    if len(nc_years) != 1:
        return name
    year = nc_years.pop()
    if year >= highest:
        return ""
    if found and int(found[2]) == year:
        return f"{found[1]}{year + 1}{found[3]}"
    return name


def _moves(rollover: Rollover, groups: dict[int, YearGroup]) -> list[Move]:
    by_year = {group.nc_year: group.pk for group in groups.values()}
    staying = set(rollover.staying)
    last = rollover.from_year.ends_on
    with connection.cursor() as cursor:
        cursor.execute(
            _STUDENTS,
            {
                "site": rollover.site_id,
                "last": last,
                "from_year": rollover.from_year_id,
                "starts": rollover.to_year.starts_on,
                "after": rollover.to_year.ends_on + timedelta(days=1),
            },
        )
        rows = cursor.fetchall()
    moves = []
    for student, group, caseload, roll, roll_from, roll_until, placed in rows:
        year = groups[group].nc_year
        if placed:
            outcome, target = PLACED, None
        elif student in staying:
            outcome, target = STAYS, group
        elif year + 1 in by_year:
            outcome, target = UP, by_year[year + 1]
        else:
            outcome, target = FINISHES, None
        moves.append(Move(student, group, year, caseload, outcome, target, roll, roll_from, roll_until))
    return moves


def _groups(rollover: Rollover, moves: list[Move], highest: int) -> list[GroupPlan]:
    years: dict[int, set[int]] = {}
    going, leaving = Counter[int](), Counter[int]()
    for move in moves:
        if move.caseload_id is not None:
            years.setdefault(move.caseload_id, set()).add(move.nc_year)
            if move.outcome in (UP, STAYS):
                going[move.caseload_id] += 1
            elif move.outcome == FINISHES:
                leaving[move.caseload_id] += 1
    caseloads = Caseload.objects.filter(year=rollover.from_year, site=rollover.site, kind=Caseload.Kind.TUTOR_GROUP)
    tutors: dict[int, list[CaseloadGrant]] = {}
    grants = CaseloadGrant.objects.filter(
        content_object__in=caseloads, period__contains=rollover.from_year.ends_on, user__is_active=True
    ).exclude(capacity=Capacity.COVER)
    for grant in grants.select_related("user", "role").order_by("pk"):
        tutors.setdefault(grant.content_object_id, []).append(grant)
    return [
        GroupPlan(
            caseload,
            rollover.names.get(str(caseload.pk), next_name(caseload.name, years.get(caseload.pk, set()), highest)),
            going[caseload.pk],
            leaving[caseload.pk],
            tutors.get(caseload.pk, []),
        )
        for caseload in caseloads.order_by("name")
    ]


# On the roll of the site and in one of its year groups on the last day of the year; the tutor group of that day; and
# whether they have a year group in the next year already, or have left by then.
_STUDENTS = """
    SELECT s.id, y.group_id, c.group_id, r.id, lower(r.period), upper(r.period),
        EXISTS (SELECT 1 FROM caseload_yeargroupmembership AS n
            WHERE n.student_id = s.id AND n.period && daterange(%(starts)s, %(after)s))
    FROM caseload_student AS s
    JOIN caseload_sitemembership AS r ON r.student_id = s.id AND r.site_id = %(site)s AND r.period @> %(last)s::date
    JOIN caseload_yeargroupmembership AS y ON y.student_id = s.id AND y.year_id = %(from_year)s AND y.period @> %(last)s::date
    JOIN caseload_yeargroup AS g ON g.id = y.group_id AND g.site_id = %(site)s
    LEFT JOIN LATERAL (
        SELECT m.group_id FROM caseload_caseloadmembership AS m
        JOIN caseload_caseload AS l ON l.id = m.group_id AND l.kind = 'tutor_group' AND l.year_id = %(from_year)s
            AND l.site_id = %(site)s
        WHERE m.student_id = s.id AND m.period @> %(last)s::date ORDER BY m.id LIMIT 1
    ) AS c ON true
    WHERE s.merged_into_id IS NULL AND s.erased_at IS NULL
        AND (upper(r.period) IS NULL OR upper(r.period) > %(starts)s::date)
    ORDER BY s.id
"""
