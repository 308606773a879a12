"""How marks are written, by every action alike.

The functions of migrations 0003 and 0004 do it, in this order.

1. Lock the students' summary rows in the order of (student, series, week), inserting what is missing. From here on
   nobody else writes marks of these students in these weeks. 2. Write all marks in one statement. 3. Recount in a later
   one, which sees everything that was committed before the lock was had. Two registers that overlap lose nothing, and
   there is no deadlock, because everybody locks in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from attendance.choices import Series
from core import clock
from core.actors import SystemActor

Place = tuple[int, date, int]


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


@dataclass(frozen=True, slots=True)
class Locked:
    """What is locked until the transaction ends, and the marks that stand there."""

    series: str
    students: list[int]
    weeks: list[date]
    stands: dict[Place, Standing]


def lock(series: str, places: Sequence[Place]) -> Locked:
    """Lock the weeks in which these marks stand or would stand, then read what stands."""
    pairs = sorted({(student, clock.week_of(day)) for student, day, _ in places})
    students, weeks = [student for student, _ in pairs], [week for _, week in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM attendance_lock_{Series(series)}(%s::bigint[], %s::date[], %s::bigint[], %s::date[], %s::bigint[])",
            [students, weeks, *_columns(places, 3)],
        )
        stands = {(row[0], row[1], row[2]): Standing(*row[3:]) for row in cursor.fetchall()}
    return Locked(series, students, weeks, stands)


def write(locked: Locked, rows: Sequence[Row], by: Any, reason: str = "") -> int:
    """Write all marks in one statement and recount; those that say the same already are left alone. Gives how many were written."""
    if not rows:
        return 0
    system = isinstance(by, SystemActor)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT attendance_write_{Series(locked.series)}(%s::bigint[], %s::date[], %s::bigint[], %s::date[], %s::bigint[],"
            " %s::smallint[], %s::smallint[], %s::text[], %s::bigint, %s, %s, %s, %s)",
            [
                locked.students,
                locked.weeks,
                *_columns(rows, 6),
                None if system else by.pk,
                by.name if system else "",
                clock.now(),
                "" if system else str(getattr(by, "roles_in_words", ""))[:200],
                reason[:200],
            ],
        )
        return int(cursor.fetchone()[0])


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]
