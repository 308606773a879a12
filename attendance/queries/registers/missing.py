"""Which registers were due, who was to take each, and which were not taken: for leaders, within their reach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from attendance import rules
from attendance.choices import Series, SessionSlot
from attendance.querysets import groups_reached
from attendance.sittings import SLUGS, Sitting
from caseload.models import Caseload, Site, TeachingGroupGrant
from caseload.queries.calendar import academic_year_on, calendars_for, latest_term
from caseload.queries.tutors import TAKEN_BY, tutors_of
from caseload.rules.cover import caseloads_reached
from core import clock
from core.models import Mail
from core.reading import read_rows

Key = tuple[str, int, date, int]
WINDOWS = {"week": "This week", "four_weeks": "Four weeks", "term": "This term"}
SORTS = ("name", "due", "taken", "late", "missing", "share")
# A class held with an end this near its beginning is covered: whoever covers comes before the teacher on the timetable.
COVER_DAYS = 60


@dataclass(frozen=True, slots=True)
class TakerCount:
    """How somebody's registers were taken in some weeks."""

    person_id: int | None
    public_id: UUID | None
    name: str
    sort_key: str
    due: int
    taken: int
    late: int

    @property
    def missing(self) -> int:
        """Due and not taken."""
        return self.due - self.taken


@dataclass(frozen=True, slots=True)
class MissingRegister:
    """A register that was due and was not taken."""

    series: str
    public_id: UUID
    group: str
    date: date
    slug: str
    label: str
    room: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who was reminded of a register, and when; by itself or because somebody pressed the button."""

    name: str
    at: datetime
    by_hand: bool


def window_start(window: str, day: date) -> date:
    """The first day of this week, of four weeks, or of the term (in the holidays, of the one before)."""
    monday = clock.week_of(day)
    if window == "week":
        return monday
    if window == "term":
        term = latest_term(day)
        return term.starts_on if term else monday
    return monday - timedelta(weeks=3)


def counts_by_taker(user: User, start: date, end: date) -> list[TakerCount]:
    """The registers due between two days, counted by who was to take them. A fixed number of queries.

    Whoever covered on the day comes before the tutor or the teacher on the timetable. Left out: registers taken in an MIS,
    closed days, groups with nobody in.
    """
    found: dict[int | None, list[int]] = {}
    for series, params in _scopes(user, start, end):
        rows = read_rows(f"{DUE[series]} {_COUNTED}", params)
        for person, *numbers in rows:
            found[person] = [a + b for a, b in zip(found.get(person, [0, 0, 0]), numbers, strict=True)]
    people = User.objects.in_bulk([pk for pk in found if pk])
    return sorted((_count(people.get(pk or 0), numbers) for pk, numbers in found.items()), key=lambda row: row.sort_key)


def missing_of_taker(user: User, person_id: int | None, start: date, end: date) -> list[MissingRegister]:
    """The registers due between two days that somebody was to take and were not taken, the latest first; without a person
    those of nobody named."""
    found = []
    for series, params in _scopes(user, start, end):
        for group, public_id, day, slot, starts, label, room in read_rows(
            f"{DUE[series]} {_MISSING}", params | {"person": person_id}
        ):
            slug = SLUGS[SessionSlot(slot)] if series == Series.SESSION else f"{starts:%H%M}"
            words = SessionSlot(slot).label if series == Series.SESSION else f"{label} {starts:%H:%M}"
            found.append((day, starts, MissingRegister(series, public_id, group, day, slug, words, room)))
    found.sort(key=lambda each: (-each[0].toordinal(), each[1], each[2].group))
    return [each for _, _, each in found]


def takers_of(sittings: Iterable[Sitting]) -> dict[Key, User]:
    """Who is to take each register today: whoever covers, else the tutor or the teacher on the timetable. Three queries.

    Nobody stands for a register when the person has left or signs in no longer; the next who holds the group does.
    """
    wanted = list(sittings)
    caseloads = {sitting.group_id for sitting in wanted if sitting.series == Series.SESSION}
    groups = {sitting.group_id for sitting in wanted if sitting.series == Series.LESSON}
    tutors = tutors_of(caseloads, TAKEN_BY)
    covers, holders = _teachers(groups)
    ids = {pk for found in (tutors, covers, holders) for people in found.values() for pk in people}
    ids |= {sitting.teacher_id for sitting in wanted if sitting.teacher_id}
    people = {person.pk: person for person in User.objects.filter(pk__in=ids, is_active=True) if person.works_here}
    found = {}
    for sitting in wanted:
        if sitting.series == Series.SESSION:
            asked = tutors.get(sitting.group_id, [])
        else:
            own = [sitting.teacher_id] if sitting.teacher_id else []
            asked = covers.get(sitting.group_id, []) + own + holders.get(sitting.group_id, [])
        person = next((people[pk] for pk in asked if pk in people), None)
        if person is not None:
            found[sitting.key] = person
    return found


def _teachers(group_ids: set[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Who covers each class, and who else holds it."""
    grants = TeachingGroupGrant.objects.filter(content_object_id__in=group_ids, period__contains=clock.today())
    covers: dict[int, list[int]] = {}
    holders: dict[int, list[int]] = {}
    for group, period, person in grants.order_by("-pk").values_list("content_object_id", "period", "user_id"):
        into = covers if _is_cover(period) else holders
        into.setdefault(group, []).append(person)
    return covers, holders


def _is_cover(period: Any) -> bool:
    return period.upper is not None and period.lower is not None and (period.upper - period.lower).days <= COVER_DAYS


def reminder_key(sitting: Sitting, *, by_hand: bool = False) -> str:
    """The key under which the reminder of a register stands in the outbox: once by itself, once by hand."""
    what = sitting.slot if sitting.series == Series.LESSON else f"{sitting.group_id}-{sitting.slot}"
    return f"attendance.register-missing.{sitting.series}.{sitting.date}.{what}{'.by-hand' if by_hand else ''}"


def reminders_of(sittings: Iterable[Sitting]) -> dict[Key, list[Reminder]]:
    """Who was reminded of each register, oldest first. Two queries."""
    keys = {reminder_key(sitting, by_hand=hand): (sitting.key, hand) for sitting in sittings for hand in (False, True)}
    rows = list(
        Mail.objects.filter(key__in=keys).order_by("queued_at", "pk").values("key", "to_person_id", "queued_at")
    )
    people = User.objects.in_bulk([row["to_person_id"] for row in rows if row["to_person_id"]])
    found: dict[Key, list[Reminder]] = {}
    for row in rows:
        key, hand = keys[row["key"]]
        person = people.get(row["to_person_id"] or 0)
        found.setdefault(key, []).append(
            Reminder(person.formal_name if person else "", clock.told(row["queued_at"]), hand)
        )
    return found


def _count(person: User | None, numbers: Sequence[int]) -> TakerCount:
    due, taken, late = numbers
    if person is None:
        return TakerCount(None, None, "Nobody named", "", due, taken, late)
    return TakerCount(person.pk, person.public_id, person.full_name, person.sort_key, due, taken, late)


def _scopes(user: User, start: date, end: date) -> list[tuple[Series, dict[str, Any]]]:
    """For each series that somebody reaches, what its query asks: the groups, and the open days of their sites."""
    groups: dict[Series, Any] = {
        Series.SESSION: caseloads_reached(user, rules.VIEW_MISSING, end).filter(
            kind=Caseload.Kind.TUTOR_GROUP, site__kind=Site.Kind.SCHOOL, site__registers_taken=Site.Registers.HERE
        ),
        Series.LESSON: groups_reached(user, rules.VIEW_MISSING).filter(site__registers_taken=Site.Registers.HERE),
    }
    years = {"year__starts_on__lte": end, "year__ends_on__gte": start}
    held = {series: dict(rows.filter(**years).values_list("pk", "site_id")) for series, rows in groups.items()}
    return due_of(held, start, end)


def due_of(held: Mapping[Series, Mapping[int, int]], start: date, end: date) -> list[tuple[Series, dict[str, Any]]]:
    """For each series with groups (each with its site), what the statement of the registers due between two days asks for;
    nothing where no site is open. With `DUE`."""
    sites = {site for found in held.values() for site in found.values()}
    year = academic_year_on(start)
    calendars = calendars_for(sites, min(year.starts_on, start) if year else start, end)
    opens = []
    for site in sorted(sites):
        letters: dict[date, str] = {}
        for day in calendars[site].between(start, end):
            monday = clock.week_of(day)
            if monday not in letters:
                letters[monday] = calendars[site].week_letter(day)
            opens.append((site, day, letters[monday]))
    now = clock.local(clock.now())
    params = {
        "sites": [row[0] for row in opens],
        "days": [row[1] for row in opens],
        "letters": [row[2] for row in opens],
        "today": now.date(),
        "now": now.time().replace(tzinfo=None),
        "cover": COVER_DAYS,
    }
    return [(series, params | {"groups": list(found)}) for series, found in held.items() if found and opens]


# Somebody is in the group and on the roll of its site that day.
_SOMEBODY = """
    EXISTS (SELECT 1 FROM {members} AS m
        JOIN caseload_sitemembership AS r ON r.student_id = m.student_id AND r.site_id = o.site_id AND r.period @> o.day
        WHERE m.group_id = {group} AND m.period @> o.day)
"""
_OPEN = """
    WITH open_days AS (SELECT * FROM unnest(%(sites)s::bigint[], %(days)s::date[], %(letters)s::text[])
        AS o (site_id, day, letter)),
    due AS (
"""
DUE = {
    Series.SESSION: _OPEN
    + """
    SELECT h.user_id AS person, c.name AS of_group, c.public_id, o.day, v.slot, v.starts, '' AS label, c.room,
        t.taken_at, t.closed_at
    FROM open_days AS o
    JOIN caseload_caseload AS c ON c.site_id = o.site_id AND c.id = ANY(%(groups)s)
    JOIN caseload_academicyear AS y ON y.id = c.year_id AND o.day BETWEEN y.starts_on AND y.ends_on
    JOIN caseload_site AS s ON s.id = o.site_id
    CROSS JOIN LATERAL (VALUES (1, s.am_starts_at), (2, s.pm_starts_at)) AS v (slot, starts)
    LEFT JOIN attendance_register AS t ON t.series = 'session' AND t.caseload_id = c.id AND t.date = o.day AND t.slot = v.slot
    LEFT JOIN LATERAL (
        SELECT g.user_id FROM caseload_caseloadgrant AS g JOIN auth_group AS a ON a.id = g.role_id AND a.name = 'tutor'
        WHERE g.content_object_id = c.id AND g.period @> o.day
        ORDER BY array_position(ARRAY['cover', 'tutor', 'co_tutor'], g.capacity::text), g.id DESC LIMIT 1
    ) AS h ON true
    WHERE (o.day, v.starts) <= (%(today)s, %(now)s) AND """
    + _SOMEBODY.format(members="caseload_caseloadmembership", group="c.id")
    + ")",
    Series.LESSON: _OPEN
    + """
    SELECT coalesce(h.user_id, l.teacher_id, e.user_id) AS person, g.name AS of_group, g.public_id, o.day, l.id AS slot,
        w.starts_at AS starts, w.label, l.room, t.taken_at, t.closed_at
    FROM open_days AS o
    JOIN caseload_teachinggroup AS g ON g.site_id = o.site_id AND g.id = ANY(%(groups)s)
        AND (g.ended_on IS NULL OR g.ended_on > o.day)
    JOIN caseload_academicyear AS y ON y.id = g.year_id AND o.day BETWEEN y.starts_on AND y.ends_on
    JOIN caseload_timetabledlesson AS l ON l.group_id = g.id AND l.period @> o.day
    JOIN caseload_lessontime AS w ON w.id = l.time_id AND w.weekday = extract(isodow FROM o.day) - 1
        AND w.week IN ('', o.letter)
    LEFT JOIN attendance_register AS t ON t.series = 'lesson' AND t.lesson_id = l.id AND t.date = o.day
    LEFT JOIN LATERAL (
        SELECT x.user_id FROM caseload_teachinggroupgrant AS x
        WHERE x.content_object_id = g.id AND x.period @> o.day AND upper(x.period) - lower(x.period) <= %(cover)s
        ORDER BY x.id DESC LIMIT 1
    ) AS h ON true
    LEFT JOIN LATERAL (
        SELECT x.user_id FROM caseload_teachinggroupgrant AS x WHERE x.content_object_id = g.id AND x.period @> o.day
        ORDER BY x.id DESC LIMIT 1
    ) AS e ON h.user_id IS NULL AND l.teacher_id IS NULL
    WHERE (o.day, w.starts_at) <= (%(today)s, %(now)s) AND """
    + _SOMEBODY.format(members="caseload_teachinggroupmembership", group="g.id")
    + ")",
}
_COUNTED = "SELECT person, count(*), count(taken_at), count(*) FILTER (WHERE taken_at > closed_at) FROM due GROUP BY 1"
_MISSING = """
    SELECT of_group, public_id, day, slot, starts, label, room FROM due
    WHERE taken_at IS NULL AND person IS NOT DISTINCT FROM %(person)s::bigint
"""
