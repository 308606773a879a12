"""What the pages of registers read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from attendance import rules
from attendance.choices import Series
from attendance.codes import Code, all_codes
from attendance.models import LessonMarkChange, SessionMarkChange
from attendance.queries.registers.sittings import Reached, sittings_in, sittings_on, what_is_reached
from attendance.sittings import Sitting
from caseload.models import CaseloadMembership, TeachingGroupMembership
from core import clock
from core.id_lists import array

if TYPE_CHECKING:
    from accounts.models import User

MEMBERSHIP = {Series.SESSION: CaseloadMembership, Series.LESSON: TeachingGroupMembership}
# System actors that make marks, in the words of the page.
SYSTEMS = {"mis-marks": "the MIS"}
LOOK_BACK = timedelta(days=28)
FEW_GROUPS = 20


class Member(NamedTuple):
    """A student on a register, by the public key that pages know them by."""

    id: int
    public_id: str
    given_name: str
    family_name: str
    born: date | None


@dataclass
class RegisterLine:
    """One sitting in a list of registers, with how far its register has got."""

    sitting: Sitting
    expected: int = 0
    register: dict[str, Any] | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        """Whether somebody has taken it."""
        return self.register is not None

    @property
    def is_missing(self) -> bool:
        """Whether it should have been taken by now: it has begun, and nobody has taken it."""
        return not self.is_taken and self.sitting.has_begun

    @property
    def is_later(self) -> bool:
        """Whether it is still to come, and so neither taken nor missing."""
        return not self.is_taken and not self.sitting.has_begun

    @property
    def unmarked(self) -> int:
        """Students on the register without a mark."""
        return max(self.expected - sum(self.counts.values()), 0)

    @property
    def tally(self) -> str:
        """“27 present · 2 absent · 1 late”."""
        order = ("present", "late", "absent", "elsewhere", "not counted")
        said = [f"{self.counts[kind]} {kind}" for kind in order if self.counts.get(kind)]
        return " · ".join(said + ([f"{self.unmarked} not marked"] if self.unmarked else []))


def todays_registers(user: "User", day: date | None = None) -> list[RegisterLine]:
    """The registers of a day that this person takes: those missing, those still to come, those taken; each in order of time."""
    found = register_lines(sittings_on(day or clock.today(), user, rules.TAKE))
    return sorted(
        found, key=lambda line: (line.is_taken, line.is_later, line.sitting.starts_at, line.sitting.group_name)
    )


def missing_registers(user: "User | None", days: Sequence[date]) -> list[RegisterLine]:
    """Registers that should have been taken by now and were not, or were left with blanks; without a user all of them.

    Of what was taken only as much is read as says that: the marks are counted together, not by kind.
    """
    if not days:
        return []
    reached, now = what_is_reached(days, user, rules.VIEW_MISSING), clock.now()
    expected = _expected(days, reached.sites)
    marked = _marked(days, reached)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_ON, {"days": list(days)})
        taken = set(cursor.fetchall())

    def is_missing(series: Series, group: int, day: date, slot: int) -> bool:
        there = expected.get((series, day, group), 0)
        key = (series, 0 if series == Series.LESSON else group, day, slot)
        return there > 0 and (key not in taken or marked.get((series, day, group, slot), 0) < there)

    return [
        RegisterLine(
            sitting,
            expected[sitting.series, sitting.date, sitting.group_id],
            {} if sitting.key in taken else None,
            {"marked": marked.get((sitting.series, sitting.date, sitting.group_id, sitting.slot), 0)},
        )
        for sitting in sittings_in(reached, is_missing)
        if not sitting.in_mis and sitting.starts_at <= now
    ]


def register_lines(sittings: Sequence[Sitting]) -> list[RegisterLine]:
    """Sittings with their registers, how many are on them and how they were marked; groups with nobody in are left out."""
    if not sittings:
        return []
    taken = _taken(sittings)
    days = sorted({sitting.date for sitting in sittings})
    groups = {series: {s.group_id: s.site_id for s in sittings if s.series == series} for series in Series}
    lessons = {s.slot: s.group_id for s in sittings if s.series == Series.LESSON}
    expected = _expected(days, groups)
    counts = _counts(days, groups[Series.SESSION], lessons)
    lines = [
        RegisterLine(
            sitting,
            expected.get((sitting.series, sitting.date, sitting.group_id), 0),
            taken.get(sitting.key),
            counts.get((sitting.series, sitting.date, sitting.group_id, sitting.slot), {}),
        )
        for sitting in sittings
    ]
    return [line for line in lines if line.expected or line.is_taken]


def read_marks(sitting: Sitting) -> list[tuple[Any, ...]]:
    """Who is on the register (in the group and on the site's roll that day, by family name), each with their mark.

    A row holds the fields of a Member, then number of the code, minutes late, note and version, all None without a mark.
    The same people as `querysets.members` gives. A function of migration 0013 keeps its plan, since this stands in the
    way of every register opened and saved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM attendance_read_{Series(sitting.series)}(%s::bigint, %s::bigint, %s::date, %s::bigint)",
            [sitting.group_id, sitting.site_id, sitting.date, sitting.slot],
        )
        return list(cursor.fetchall())


def members_of(sitting: Sitting) -> list[Member]:
    """Who is on the register, by family name."""
    return [Member(*row[:5]) for row in read_marks(sitting)]


def register_of(sitting: Sitting) -> dict[str, Any] | None:
    """The record that this register was taken, by whom and when it closed; nothing when it was not."""
    return _taken([sitting]).get(sitting.key)


def changes_of(sitting: Sitting, student_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What was changed on a register since it was first taken, oldest first, by student."""
    model, slot = (SessionMarkChange, "slot") if sitting.series == Series.SESSION else (LessonMarkChange, "lesson_id")
    rows = model.objects.filter(student_id__in=student_ids, date=sitting.date, **{slot: sitting.slot}).order_by("pk")
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.values(
        "student_id", "previous_code_id", "new_code_id", "reason", "role_at_time", "changed_at", "changed_by_system",
        "changed_by__title", "changed_by__given_name", "changed_by__family_name",
    ):  # fmt: skip
        found.setdefault(row["student_id"], []).append(dict(row))
    return found


def other_marks_today(sitting: Sitting, student_ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """The day's other marks of these students, in order of time: (“AM” or the lesson's label, number of the code)."""
    of_session = sitting.series == Series.SESSION
    found: dict[int, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _TODAY,
            {
                "students": array(student_ids),
                "day": sitting.date,
                "session": sitting.slot if of_session else 0,
                "lesson": 0 if of_session else sitting.slot,
            },
        )
        for student, label, code, *_ in cursor.fetchall():
            found.setdefault(student, []).append((label, code))
    return found


# Without one of them: 0 is no session and no lesson.
_TODAY = """
    SELECT m.student_id, CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END, m.code_id, m.slot, NULL::time
    FROM attendance_sessionmark AS m
    WHERE m.student_id = ANY(%(students)s::bigint[]) AND m.date = %(day)s AND m.slot <> %(session)s AND m.code_id IS NOT NULL
    UNION ALL
    SELECT m.student_id, t.label, m.code_id, 3, t.starts_at
    FROM attendance_lessonmark AS m
    JOIN caseload_timetabledlesson AS l ON l.id = m.slot
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    WHERE m.student_id = ANY(%(students)s::bigint[]) AND m.date = %(day)s AND m.slot <> %(lesson)s AND m.code_id IS NOT NULL
    ORDER BY 4, 5
"""


def previous_marks(sitting: Sitting, student_ids: Sequence[int]) -> dict[int, tuple[date, str, int]]:
    """Each student's mark of the session before, or of the group's lesson before: (day, label, number of the code)."""
    of_session = sitting.series == Series.SESSION
    with connection.cursor() as cursor:
        cursor.execute(
            _PREVIOUS_SESSION if of_session else _PREVIOUS_LESSON,
            {
                "students": array(student_ids),
                "since": sitting.date - LOOK_BACK,
                "day": sitting.date,
                "slot": sitting.slot,
                "group": sitting.group_id,
                "starts": f"{clock.local(sitting.starts_at):%H:%M}",
            },
        )
        return {student: (day, label, code) for student, day, label, code in cursor.fetchall()}


# The key of the marks is walked backwards from the sitting until one is found: two steps a student, not four weeks.
_PREVIOUS_SESSION = """
    SELECT u.id, b.date, CASE b.slot WHEN 1 THEN 'AM' ELSE 'PM' END, b.code_id
    FROM unnest(%(students)s::bigint[]) AS u (id)
    CROSS JOIN LATERAL (
        SELECT m.date, m.slot, m.code_id FROM attendance_sessionmark AS m
        WHERE m.student_id = u.id AND m.date BETWEEN %(since)s AND %(day)s AND (m.date, m.slot) < (%(day)s, %(slot)s)
            AND m.code_id IS NOT NULL
        ORDER BY m.date DESC, m.slot DESC LIMIT 1
    ) AS b
"""
_PREVIOUS_LESSON = """
    SELECT DISTINCT ON (m.student_id) m.student_id, m.date, t.label, m.code_id
    FROM attendance_lessonmark AS m
    JOIN caseload_timetabledlesson AS l ON l.id = m.slot
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    WHERE m.student_id = ANY(%(students)s::bigint[]) AND m.date BETWEEN %(since)s AND %(day)s AND l.group_id = %(group)s
        AND (m.date, t.starts_at) < (%(day)s, %(starts)s::time) AND m.code_id IS NOT NULL
    ORDER BY m.student_id, m.date DESC, t.starts_at DESC
"""


def _taken(sittings: Sequence[Sitting]) -> dict[tuple[str, int, date, int], dict[str, Any]]:
    """The records of these registers, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN,
            {
                "days": list({sitting.date for sitting in sittings}),
                "groups": array({s.group_id for s in sittings if s.series == Series.SESSION}),
                "lessons": array({s.slot for s in sittings if s.series == Series.LESSON}),
            },
        )
        return {tuple(row[:4]): dict(zip(_TAKEN_FIELDS, row[4:], strict=True)) for row in cursor.fetchall()}


# Each half by its own index, which begins with the day.
_TAKEN_ON = """
    SELECT series, caseload_id, date, slot::bigint FROM attendance_register WHERE series = 'session' AND date = ANY(%(days)s)
    UNION ALL
    SELECT series, 0, date, lesson_id FROM attendance_register WHERE series = 'lesson' AND date = ANY(%(days)s)
"""
_TAKEN_FIELDS = ("taken_at", "closed_at", "taken_by__title", "taken_by__given_name", "taken_by__family_name")
_TAKEN = """
    SELECT r.series, coalesce(r.caseload_id, 0), r.date, coalesce(r.slot, r.lesson_id), r.taken_at, r.closed_at,
        u.title, u.given_name, u.family_name
    FROM attendance_register AS r LEFT JOIN accounts_user AS u ON u.id = r.taken_by_id
    WHERE r.date = ANY(%(days)s) AND (r.series = 'session' AND r.caseload_id = ANY(%(groups)s::bigint[])
        OR r.series = 'lesson' AND r.lesson_id = ANY(%(lessons)s::bigint[]))
"""


def _expected(days: Sequence[date], sites: Mapping[Series, Mapping[int, int]]) -> dict[tuple[str, date, int], int]:
    """How many are on the registers of each day and group, in one query; `sites` are those of the groups, by series."""
    params: dict[str, Any] = {"first": min(days), "last": max(days)}
    parts = []
    for series, groups in sites.items():
        if groups:
            parts.append(_THERE.format(series=series, table=MEMBERSHIP[series]._meta.db_table))
            params[series] = array(groups)
    if not parts:
        return {}
    # For many groups the whole roll is read once; for a few only their own students.
    kept = "MATERIALIZED" if sum(map(len, sites.values())) > FEW_GROUPS else "NOT MATERIALIZED"
    found: dict[tuple[str, date, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"{_ON_ROLL.format(kept=kept)} {' UNION ALL '.join(parts)}", params)
        for series, group, site, number, others in cursor.fetchall():
            for day in days if sites[series][group] == site else ():
                if there := number + sum(day in period for period in others or ()):
                    found[series, day, group] = there
    return found


# The people of `read_marks`, counted for many registers: those who were there on all the days as a number, the others,
# who came or left between them, with their dates.
_ON_ROLL = """
    WITH on_roll AS {kept} (
        SELECT r.student_id, r.site_id, r.period FROM caseload_sitemembership AS r
        JOIN caseload_student AS s ON s.id = r.student_id AND s.merged_into_id IS NULL AND s.erased_at IS NULL
        WHERE r.period && daterange(%(first)s, %(last)s, '[]')
    )
"""
_THERE = """
    SELECT '{series}', m.group_id, r.site_id,
        count(*) FILTER (WHERE m.period @> daterange(%(first)s, %(last)s, '[]')
            AND r.period @> daterange(%(first)s, %(last)s, '[]')),
        array_agg(m.period * r.period) FILTER (WHERE NOT (m.period @> daterange(%(first)s, %(last)s, '[]')
            AND r.period @> daterange(%(first)s, %(last)s, '[]')))
    FROM {table} AS m
    JOIN on_roll AS r ON r.student_id = m.student_id
    WHERE m.group_id = ANY(%({series})s::bigint[]) AND m.period && daterange(%(first)s, %(last)s, '[]')
    GROUP BY m.group_id, r.site_id
"""


def _counts(
    days: Sequence[date], groups: Iterable[int], lessons: Mapping[int, int]
) -> dict[tuple[str, date, int, int], dict[str, int]]:
    """The marks of each register counted by kind: present, late, absent …"""
    codes = all_codes()
    found: dict[tuple[str, date, int, int], dict[str, int]] = {}
    for *register, code, number in _counted_marks(days, groups, lessons, by=("m.code_id",)):
        kinds = found.setdefault((register[0], register[1], register[2], register[3]), {})
        kind = codes[code].kind
        kinds[kind] = kinds.get(kind, 0) + number
    return found


def _marked(days: Sequence[date], reached: Reached) -> dict[tuple[str, date, int, int], int]:
    """How many are marked on each register."""
    groups = [group["id"] for group in reached.caseloads]
    lessons = {lesson["id"]: lesson["group_id"] for found in reached.lessons.values() for lesson in found}
    counted = _counted_marks(days, groups, lessons)
    return {(series, day, group, slot): number for series, day, group, slot, number in counted}


def _counted_marks(
    days: Sequence[date], groups: Iterable[int], lessons: Mapping[int, int], by: tuple[str, ...] = ()
) -> Iterable[tuple[Any, ...]]:
    """Series, day, group, slot or lesson, what else is told apart, and how many marks; `lessons` with their groups."""
    keys = "".join(f", {key}" for key in by)
    of_session, days = array(groups), list(days)
    with connection.cursor() as cursor:
        if of_session != "{}":
            cursor.execute(
                "WITH held AS MATERIALIZED (SELECT student_id, group_id, coalesce(lower(period), '-infinity') AS since,"
                " coalesce(upper(period), 'infinity') AS until FROM caseload_caseloadmembership"
                " WHERE group_id = ANY(%s::bigint[]))"
                f" SELECT m.date, r.group_id, m.slot{keys}, count(*) FROM attendance_sessionmark AS m"
                " JOIN held AS r ON r.student_id = m.student_id AND m.date >= r.since AND m.date < r.until"
                " WHERE m.date = ANY(%s) AND m.code_id IS NOT NULL"
                f" GROUP BY m.date, r.group_id, m.slot{keys}",
                [of_session, days],
            )
            for day, group, slot, *counted in cursor.fetchall():
                yield Series.SESSION, day, group, slot, *counted
        if lessons:
            cursor.execute(
                f"SELECT m.date, m.slot{keys}, count(*) FROM attendance_lessonmark AS m"
                " WHERE m.date = ANY(%s) AND m.slot = ANY(%s::bigint[]) AND m.code_id IS NOT NULL"
                f" GROUP BY m.date, m.slot{keys}",
                [days, array(lessons)],
            )
            for day, lesson, *counted in cursor.fetchall():
                yield Series.LESSON, day, lessons[lesson], lesson, *counted


def code_words(code: Code | None) -> str:
    """A code with its meaning, for a title: “N, absent, reason not yet known”."""
    return f"{code.code}, {code.short[0].lower()}{code.short[1:]}" if code else "not marked"


def person_words(row: dict[str, Any], prefix: str) -> str:
    """Who did it, as students know them: “Ms Okafor”; a system actor by its name."""
    family, title = row.get(f"{prefix}__family_name"), row.get(f"{prefix}__title")
    if family or row.get(f"{prefix}__given_name"):
        return f"{title} {family}".strip() if title and family else f"{row[f'{prefix}__given_name']} {family}".strip()
    return system_words(row.get(f"{prefix}_system")) or "somebody"


def system_words(name: str | None) -> str:
    """A system actor as people speak of it: marks that came in by import are from the MIS."""
    return SYSTEMS.get(name or "", name or "")
