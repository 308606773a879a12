"""How much of a day is known so far: of the registers that have begun how many are taken, and of the students how many have a
mark. Counted by the students that the reader reaches, no matter who takes their registers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance import rules
from attendance.choices import Series
from attendance.queries.registers.missing import DUE, due_of
from caseload.models import Caseload, Site, Student
from caseload.queries.calendar import calendars_for
from core import clock
from core.id_lists import array
from core.pages.once import once
from core.reading import read_rows


@dataclass(frozen=True)
class DayKnown:
    """The registers of a day that have begun and those taken; the students who are due by now and those with a mark."""

    day: date
    is_open: bool = False
    registers: int = 0
    taken: int = 0
    students: int = 0
    marked: int = 0

    @property
    def is_all(self) -> bool:
        """Whether nobody is unaccounted for; also before anything has begun there is nobody to account for."""
        return self.taken == self.registers and self.marked == self.students

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is known, so that “nobody is absent” would be a guess."""
        return self.is_open and not self.marked

    @property
    def tone(self) -> str:
        """How loudly to say it."""
        return "plain" if self.is_all else "watch"

    @property
    def words(self) -> str:
        """“2 of 132 registers taken so far, 40 of 1,188 students accounted for”; nothing on a day without school."""
        if not self.is_open:
            return ""
        if not self.students and not self.registers:
            return "No register has begun yet"
        parts = [f"{self.taken:,} of {self.registers:,} registers taken so far"] if self.registers else []
        return ", ".join([*parts, f"{self.marked:,} of {self.students:,} students accounted for"])


def known_of(user: Any, day: date | None = None, permission: str = rules.VIEW) -> DayKnown:
    """How much of a day is known about the students that somebody reaches with a permission; read once for a page.

    A fixed number of queries. Registers taken in an MIS are not counted, the students they mark are.
    """
    on = day or clock.today()
    students = Student.objects.visible_to(user, permission).on_roll(on).values_list("pk", flat=True)
    return once(("day known", user.pk, on, permission), lambda: known_about(students, on))


def known_about(student_ids: Iterable[int], day: date) -> DayKnown:
    """How much of a day is known about these students, in a fixed number of queries."""
    ids = array(student_ids)
    sites = {site: (kind, taken) for site, kind, taken in read_rows(_SITES, [ids, day])}
    calendars = calendars_for(sites, day, day)
    opens = [site for site in sites if calendars[site].is_open(day)]
    if not opens:
        return DayKnown(day)
    here = {site for site in opens if sites[site][1] == Site.Registers.HERE}
    registers, taken, lessons = 0, 0, set()
    for series, params in due_of(_groups(ids, day, here), day, day):
        for group, due, done in read_rows(f"{DUE[series]} {_COUNTED}", params):
            registers, taken = registers + due, taken + done
            lessons |= {group} if series == Series.LESSON else set()
    ((expected, marked),) = read_rows(_STUDENTS, _expected(ids, day, opens, here, lessons))
    return DayKnown(day, True, registers, taken, expected, marked)


def _groups(ids: str, day: date, here: Iterable[int]) -> dict[Series, dict[int, int]]:
    """The groups of these students whose registers are taken here, each with its site."""
    values = [ids, day, list(here)]
    return {
        Series.SESSION: dict(read_rows(_TUTOR_GROUPS, [*values, Caseload.Kind.TUTOR_GROUP])),
        Series.LESSON: dict(read_rows(_CLASSES, values)),
    }


def _expected(ids: str, day: date, opens: list[int], here: set[int], lessons: set[Any]) -> dict[str, Any]:
    now = clock.local(clock.now())
    is_over = day < now.date()
    return {
        "ids": ids,
        "day": day,
        "opens": opens,
        "in_mis": [site for site in opens if site not in here],
        "now": "23:59:59" if is_over else f"{now:%H:%M:%S}",
        "lessons": [str(group) for group in lessons],
    }


_SITES = """SELECT DISTINCT s.id, s.kind, s.registers_taken FROM unnest(%s::bigint[]) AS w (id)
    JOIN caseload_sitemembership AS m ON m.student_id = w.id AND m.period @> %s::date JOIN caseload_site AS s ON s.id = m.site_id"""
_TUTOR_GROUPS = """SELECT DISTINCT c.id, c.site_id FROM unnest(%s::bigint[]) AS w (id)
    JOIN caseload_caseloadmembership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_caseload AS c ON c.id = m.group_id AND c.site_id = ANY(%s) AND c.kind = %s
    JOIN caseload_site AS s ON s.id = c.site_id AND s.kind = 'school'"""
_CLASSES = """SELECT DISTINCT g.id, g.site_id FROM unnest(%s::bigint[]) AS w (id)
    JOIN caseload_teachinggroupmembership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_teachinggroup AS g ON g.id = m.group_id AND g.site_id = ANY(%s)"""
_COUNTED = "SELECT public_id, count(*), count(taken_at) FROM due GROUP BY 1"
# Due by now: at a school, and wherever an MIS takes the registers, everybody on the roll once the morning has begun; at a
# college that takes them here those of a lesson that has begun. Accounted for: at least one mark of the day.
_STUDENTS = """
    WITH due AS (
        SELECT DISTINCT w.id FROM unnest(%(ids)s::bigint[]) AS w (id)
        JOIN caseload_sitemembership AS r ON r.student_id = w.id AND r.period @> %(day)s::date AND r.site_id = ANY(%(opens)s)
        JOIN caseload_site AS s ON s.id = r.site_id
        WHERE (s.kind = 'school' OR s.id = ANY(%(in_mis)s)) AND s.am_starts_at <= %(now)s::time
            OR EXISTS (SELECT FROM caseload_teachinggroupmembership AS m JOIN caseload_teachinggroup AS g ON g.id = m.group_id
                WHERE m.student_id = w.id AND m.period @> %(day)s::date AND g.public_id = ANY(%(lessons)s::uuid[])
                    AND s.kind = 'college')
    )
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM attendance_sessionmark AS m WHERE m.student_id = due.id AND m.date = %(day)s AND m.code_id IS NOT NULL
        UNION ALL
        SELECT FROM attendance_lessonmark AS m WHERE m.student_id = due.id AND m.date = %(day)s AND m.code_id IS NOT NULL))
    FROM due
"""
