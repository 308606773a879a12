"""What a rollover would do: worked out again each time it is looked at, in a fixed number of queries.

Everybody who is on the roll of the site, or in one of its tutor groups, is in exactly one number: they go up, stay,
finish, are placed already, or are left out, and then by name with the reason.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from caseload.choices import Capacity
from caseload.models import Caseload, CaseloadGrant, Rollover, Student, YearGroup
from caseload.queries.students import student_rows
from core import clock, wording

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


@dataclass(frozen=True)
class LeftOut:
    """One student whom the rollover does not take into the next year: why, and their tutor group."""

    student_id: int
    caseload_id: int | None
    why: str


@dataclass
class GroupCounts:
    """How many of a tutor group go on, finish, are placed already or are left out."""

    going_on: int = 0
    leaving: int = 0
    placed: int = 0
    left_out: int = 0

    @property
    def members(self) -> int:
        """Everybody in it, each in one of the numbers."""
        return self.going_on + self.leaving + self.placed + self.left_out


@dataclass(kw_only=True)
class GroupPlan(GroupCounts):
    """One tutor group: what it is called next year, who goes on in it, who does not, who looks after it."""

    caseload: Caseload
    name: str
    tutors: list[CaseloadGrant] = field(default_factory=list)


@dataclass
class Plan:
    """Everything that one rollover would do."""

    rollover: Rollover
    moves: list[Move]
    groups: list[GroupPlan]
    year_groups: dict[int, YearGroup]
    left_out: list[LeftOut]

    @property
    def digest(self) -> str:
        """The same for the same plan: what was confirmed must be what is carried out."""
        facts = [tuple(vars(move).values()) for move in self.moves]
        groups = [(g.caseload.pk, g.name, [grant.pk for grant in g.tutors]) for g in self.groups]
        options = (self.rollover.end_rolls, self.rollover.tutors_stay)
        left_out = [tuple(vars(row).values()) for row in self.left_out]
        return sha256(repr((facts, groups, options, left_out)).encode()).hexdigest()

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

    @property
    def everybody(self) -> int:
        """How many students the rollover looked at: each goes up, stays, finishes, is placed, or is left out."""
        return len(self.moves) + len(self.left_out)

    @property
    def groupless(self) -> GroupCounts:
        """Those who are in none of the tutor groups, so that the rows add up to everybody."""
        found = Counter(move.outcome for move in self.moves if move.caseload_id is None)
        missing = sum(1 for row in self.left_out if row.caseload_id is None)
        return GroupCounts(found[UP] + found[STAYS], found[FINISHES], found[PLACED], missing)

    @property
    def without_group(self) -> list[tuple[int, str]]:
        """Who goes into the next year and is in no tutor group there, with why."""
        ends = {group.caseload.pk: group.caseload.name for group in self.groups if not group.name}
        return [
            (move.student_id, f"{ends[move.caseload_id]} ends" if move.caseload_id else "They are in no tutor group")
            for move in self.moves
            if move.outcome in (UP, STAYS) and (move.caseload_id is None or move.caseload_id in ends)
        ]


WORDS = (UP, STAYS, FINISHES, PLACED)


def plan_of(rollover: Rollover) -> Plan:
    """What this rollover would do, from the college as it is now."""
    groups = {group.pk: group for group in YearGroup.objects.filter(site=rollover.site).order_by("nc_year")}
    moves, left_out = _moves(rollover, groups)
    highest = max((group.nc_year for group in groups.values()), default=0)
    return Plan(rollover, moves, _groups(rollover, moves, left_out, highest), groups, left_out)


def left_out_by_reason(left_out: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """Those left out by name, under the reason; most first. Two queries."""
    whys = dict(left_out)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in student_rows(Student.objects.filter(pk__in=whys)):
        found.setdefault(whys[row["id"]], []).append(row)
    return [{"why": why, "students": rows} for why, rows in sorted(found.items(), key=lambda it: (-len(it[1]), it[0]))]


def other_caseloads(rollover: Rollover) -> list[dict[str, Any]]:
    """Caseloads of the site and year that are no tutor groups: they are not carried on. With how many are in each."""
    rows = Caseload.objects.filter(year=rollover.from_year, site=rollover.site, kind=Caseload.Kind.CASELOAD).annotate(
        members=Count("memberships", filter=Q(memberships__period__contains=rollover.from_year.ends_on))
    )
    return [dict(row) for row in rows.order_by("name").values("name", "public_id", "members")]


def stayers(rollover: Rollover) -> list[dict[str, Any]]:
    """Those who were said to stay in their year, by name."""
    return student_rows(Student.objects.filter(pk__in=rollover.staying))


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


def _moves(rollover: Rollover, groups: dict[int, YearGroup]) -> tuple[list[Move], list[LeftOut]]:
    by_year = {group.nc_year: group.pk for group in groups.values()}
    staying = set(rollover.staying)
    last = rollover.from_year.ends_on
    moves, left_out = [], []
    for row in _everybody(rollover):
        why = _why_left_out(row, last, rollover.to_year.starts_on, set(groups))
        if why:
            left_out.append(LeftOut(row["student"], row["caseload"], why))
            continue
        group = row["year_group"]
        year = groups[group].nc_year
        if row["placed"]:
            outcome, target = PLACED, None
        elif row["student"] in staying:
            outcome, target = STAYS, group
        elif year + 1 in by_year:
            outcome, target = UP, by_year[year + 1]
        else:
            outcome, target = FINISHES, None
        roll = (row["roll"], row["roll_from"], row["roll_until"])
        moves.append(Move(row["student"], group, year, row["caseload"], outcome, target, *roll))
    return moves, left_out


def _everybody(rollover: Rollover) -> list[dict[str, Any]]:
    """Every student on the roll of the site or in one of its tutor groups, today or on the last day of the year."""
    year = rollover.from_year
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            _STUDENTS,
            {
                "site": rollover.site_id,
                "last": year.ends_on,
                "today": today if year.starts_on <= today <= year.ends_on else year.ends_on,
                "from_year": rollover.from_year_id,
                "starts": rollover.to_year.starts_on,
                "after": rollover.to_year.ends_on + timedelta(days=1),
            },
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def _why_left_out(row: dict[str, Any], last: date, starts: date, here: set[int]) -> str:
    """Why a student does not go into the next year with their site; nothing when they do."""
    until = row["roll_until"] if row["roll"] else row["left"]
    if until and until <= starts:
        return f"Their last day on roll is {wording.day(until - timedelta(days=1))}"
    if not row["roll"]:
        return (
            f"They are on the roll of {row['elsewhere']}, not of this site"
            if row["elsewhere"]
            else "They are not on roll"
        )
    if row["year_group"] is None:
        return f"They are in no year group on {wording.day(last)}"
    if row["year_group"] not in here:
        return f"They are in {row['year_group_name']} of {row['year_group_site']}, which has a rollover of its own"
    return ""


def _groups(rollover: Rollover, moves: list[Move], left_out: list[LeftOut], highest: int) -> list[GroupPlan]:
    years: dict[int, set[int]] = {}
    going, leaving, placed = Counter[int](), Counter[int](), Counter[int]()
    count = {UP: going, STAYS: going, FINISHES: leaving, PLACED: placed}
    for move in moves:
        if move.caseload_id is not None:
            years.setdefault(move.caseload_id, set()).add(move.nc_year)
            count[move.outcome][move.caseload_id] += 1
    missing = Counter(row.caseload_id for row in left_out)
    caseloads = Caseload.objects.filter(year=rollover.from_year, site=rollover.site, kind=Caseload.Kind.TUTOR_GROUP)
    tutors: dict[int, list[CaseloadGrant]] = {}
    grants = CaseloadGrant.objects.filter(
        content_object__in=caseloads, period__contains=rollover.from_year.ends_on, user__is_active=True
    ).exclude(capacity=Capacity.COVER)
    for grant in grants.select_related("user", "role").order_by("pk"):
        tutors.setdefault(grant.content_object_id, []).append(grant)
    return [
        GroupPlan(
            caseload=caseload,
            name=rollover.names.get(str(caseload.pk), next_name(caseload.name, years.get(caseload.pk, set()), highest)),
            going_on=going[caseload.pk],
            leaving=leaving[caseload.pk],
            placed=placed[caseload.pk],
            left_out=missing[caseload.pk],
            tutors=tutors.get(caseload.pk, []),
        )
        for caseload in caseloads.order_by("name")
    ]


# Everybody on the roll of the site, or in one of its tutor groups, on the last day of the year or today. Beside each: the
# year group of the last day, the tutor group, the roll here, the day they left, another site's roll, and whether they
# have a year group in the next year already.
_COLUMNS = (
    "student", "year_group", "year_group_name", "year_group_site", "caseload", "roll", "roll_from", "roll_until", "left",
    "elsewhere", "placed",
)  # fmt: skip
_STUDENTS = """
    WITH days AS (SELECT unnest(ARRAY[%(last)s::date, %(today)s::date]) AS day),
    places AS (
        SELECT m.student_id, m.group_id, m.period @> %(last)s::date AS at_last, m.id
        FROM caseload_caseloadmembership AS m JOIN caseload_caseload AS l ON l.id = m.group_id
        WHERE l.kind = 'tutor_group' AND l.year_id = %(from_year)s AND l.site_id = %(site)s
            AND EXISTS (SELECT FROM days WHERE m.period @> days.day)
    ),
    who AS (
        SELECT r.student_id FROM caseload_sitemembership AS r
        WHERE r.site_id = %(site)s AND EXISTS (SELECT FROM days WHERE r.period @> days.day)
        UNION SELECT student_id FROM places
    )
    SELECT s.id, y.group_id, g.name, t.name, c.group_id, r.id, lower(r.period), upper(r.period),
        (SELECT max(upper(b.period)) FROM caseload_sitemembership AS b
            WHERE b.student_id = s.id AND b.site_id = %(site)s AND NOT upper_inf(b.period)),
        (SELECT min(o.name) FROM caseload_sitemembership AS e JOIN caseload_site AS o ON o.id = e.site_id
            WHERE e.student_id = s.id AND e.site_id <> %(site)s AND e.period @> %(last)s::date),
        EXISTS (SELECT 1 FROM caseload_yeargroupmembership AS n
            WHERE n.student_id = s.id AND n.period && daterange(%(starts)s, %(after)s))
    FROM caseload_student AS s
    JOIN who ON who.student_id = s.id
    LEFT JOIN caseload_sitemembership AS r
        ON r.student_id = s.id AND r.site_id = %(site)s AND r.period @> %(last)s::date
    LEFT JOIN caseload_yeargroupmembership AS y
        ON y.student_id = s.id AND y.year_id = %(from_year)s AND y.period @> %(last)s::date
    LEFT JOIN caseload_yeargroup AS g ON g.id = y.group_id
    LEFT JOIN caseload_site AS t ON t.id = g.site_id
    LEFT JOIN LATERAL (
        SELECT p.group_id FROM places AS p WHERE p.student_id = s.id ORDER BY p.at_last DESC, p.id LIMIT 1
    ) AS c ON true
    WHERE s.merged_into_id IS NULL AND s.erased_at IS NULL AND s.taken_back_at IS NULL
    ORDER BY s.id
"""
