"""How marks are written, by every action alike.

1. Lock the students' summary rows in the order of (student, series, week), inserting what is missing. From here on
   nobody else writes marks of these students in these weeks. 2. Write all marks in one statement. 3. Recount in a later
   one, which sees everything that was committed before the lock was had. Two registers that overlap lose nothing, and
   there is no deadlock, because everybody locks in the same order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from attendance.choices import Series
from core import clock
from core.actors import SystemActor

TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}


class Row(NamedTuple):
    """A mark to be written; no code is a blank."""

    student_id: int
    date: date
    slot: int
    code_id: int | None
    minutes_late: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark as it stands in the database."""

    code_id: int | None
    minutes_late: int | None
    note: str
    version: int
    marked_by_id: int | None
    marked_at: Any

    @property
    def value(self) -> tuple[int | None, int | None, str]:
        """What the mark says."""
        return (self.code_id, self.minutes_late, self.note)


def lock(series: str, places: Iterable[tuple[int, date]]) -> tuple[list[int], list[date]]:
    """Lock the summary rows of these students and days; gives the students and weeks locked, in order."""
    pairs = sorted({(student, clock.week_of(day)) for student, day in places})
    students, weeks = [student for student, _ in pairs], [week for _, week in pairs]
    with connection.cursor() as cursor:
        cursor.execute("SELECT attendance_lock_weeks(%s, %s::bigint[], %s::date[])", [series, students, weeks])
    return students, weeks


def standing(series: str, places: Sequence[tuple[int, date, int]]) -> dict[tuple[int, date, int], Standing]:
    """The marks that stand at these places, read after locking."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.student_id, m.date, m.slot, m.code_id, m.minutes_late, m.note, m.version, m.marked_by_id, m.marked_at"
            f" FROM {TABLE[Series(series)]} AS m"
            " JOIN unnest(%s::bigint[], %s::date[], %s::bigint[]) AS u (student_id, date, slot)"
            " ON u.student_id = m.student_id AND u.date = m.date AND u.slot = m.slot",
            _columns(places, 3),
        )
        return {(row[0], row[1], row[2]): Standing(*row[3:]) for row in cursor.fetchall()}


def write(series: str, rows: Sequence[Row], by: Any, reason: str = "") -> int:
    """Write all marks in one statement; those that say the same already are left alone. Gives how many were written."""
    if not rows:
        return 0
    system = isinstance(by, SystemActor)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE.format(table=TABLE[Series(series)]),
            [
                None if system else by.pk,
                by.name if system else "",
                clock.now(),
                *_columns(rows, 6),
                "" if system else str(getattr(by, "roles_in_words", ""))[:200],
                reason[:200],
            ],
        )
        return cursor.rowcount


def recount(series: str, students: list[int], weeks: list[date]) -> None:
    """Count the locked weeks again from the marks."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT attendance_recount_{Series(series)}(%s::bigint[], %s::date[])", [students, weeks])


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]


_WRITE = """
    INSERT INTO {table} AS m (student_id, date, slot, code_id, minutes_late, note, marked_by_id, marked_by_system, marked_at)
    SELECT u.student_id, u.date, u.slot, u.code_id, u.minutes_late, u.note, %s, %s, %s
    FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::smallint[], %s::smallint[], %s::text[])
        AS u (student_id, date, slot, code_id, minutes_late, note)
    ORDER BY u.student_id, u.date, u.slot
    ON CONFLICT (student_id, date, slot) DO UPDATE SET
        code_id = EXCLUDED.code_id, minutes_late = EXCLUDED.minutes_late, note = EXCLUDED.note, version = m.version + 1,
        marked_by_id = EXCLUDED.marked_by_id, marked_by_system = EXCLUDED.marked_by_system, marked_at = EXCLUDED.marked_at,
        marked_as = %s, reason = %s
    WHERE (m.code_id, m.minutes_late, m.note) IS DISTINCT FROM (EXCLUDED.code_id, EXCLUDED.minutes_late, EXCLUDED.note)
"""
