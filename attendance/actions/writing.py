"""How marks are written, by every action alike.

The functions of migrations 0003, 0004, 0010 and 0013 do it, in this order.

1. Lock the students' summary rows in the order of (student, series, week), inserting what is missing. From here on
   nobody else writes marks of these students in these weeks. 2. Write all marks in one statement. 3. Recount in a later
   one, which sees everything that was committed before the lock was had. Two registers that overlap lose nothing, and
   there is no deadlock, because everybody locks in the same order.

A register reads first and locks only the weeks of the marks that it changes, in the one call that writes them; marks
that are no longer as they were read then stop it, and the register is locked whole and looked at again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from attendance import choices
from attendance.choices import Series
from attendance.queries.registers.positions import Row
from attendance.queries.registers.registers import read_marks
from attendance.sittings import Sitting
from audit import record
from core import clock

Position = tuple[int, date, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark as it stands in the database."""

    code_id: int | None
    minutes_late: int | None
    note: str
    version: int

    @property
    def value(self) -> tuple[int | None, int | None, str]:
        """What the mark says."""
        return (self.code_id, self.minutes_late, self.note)


@dataclass(frozen=True, slots=True)
class Locked:
    """What is locked until the transaction ends, and the marks that stand there."""

    series: str
    stands: dict[Position, Standing]


@dataclass(frozen=True, slots=True)
class OnRegister:
    """Who is on a register and what stands, read before anything is locked: dates of birth and marks by student, and
    their numbers by the public key that pages know them by."""

    born: dict[int, date | None]
    stands: dict[int, Standing]
    keys: dict[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of writing a register: how many marks, its number, whether it was taken for the first time."""

    written: int
    register_id: int
    first: bool


def lock(series: str, places: Sequence[Position]) -> Locked:
    """Lock the weeks in which these marks stand or would stand, then read what stands."""
    pairs = sorted({(student, clock.week_of(day)) for student, day, _ in places})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM attendance_lock_{Series(series)}(%s::bigint[], %s::date[], %s::bigint[], %s::date[], %s::bigint[])",
            [*_columns(pairs, 2), *_columns(places, 3)],
        )
        stands = {row[:3]: Standing(*row[3:7]) for row in cursor.fetchall()}
    return Locked(series, stands)


def write(locked: Locked, rows: Sequence[Row], by: Any, reason: str = "") -> int:
    """Write all marks in one statement and recount; those that say the same already are left alone. Gives how many were written."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT attendance_write_{Series(locked.series)}(%s::bigint[], %s::date[], %s::bigint[], %s::smallint[],"
            " %s::smallint[], %s::text[], %s::bigint, %s, %s::timestamptz, %s, %s)",
            [*_columns(rows, 5), [row.note for row in rows], *_who_writes(by, reason)],
        )
        return int(cursor.fetchone()[0])


def read_register(sitting: Sitting) -> OnRegister:
    """Who is on a register and the marks that stand; nothing is locked."""
    rows = read_marks(sitting)
    return OnRegister(
        {row[0]: row[4] for row in rows},
        {row[0]: Standing(*row[5:]) for row in rows if row[8] is not None},
        {row[1]: row[0] for row in rows},
    )


def write_register(
    sitting: Sitting, rows: Sequence[Row], stands: Mapping[int, Standing], by: Any, reason: str, unmarked: int
) -> Taken | None:
    """Lock the weeks of the marks that change, write them, recount, and record that the register was taken or saved again.

    Audited in the same call, unless nothing changed and it was taken before. Nothing is done, and None given, when one
    of these marks is no longer as `stands` says.
    """
    details = {"series": sitting.series, "date": sitting.date, "slot": sitting.slot, "group": sitting.group_id}
    versions = [(stands[row.student_id].version if row.student_id in stands else 0,) for row in rows]
    values = [(row.student_id, *row[3:5]) for row in rows]
    with record.signed_by(by), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM attendance_save_{Series(sitting.series)}(%s::bigint[], %s::smallint[], %s::smallint[], %s::text[],"
            " %s::integer[], %s::bigint, %s, %s::timestamptz, %s, %s, %s::bigint, %s::date, %s::bigint, %s::timestamptz,"
            " %s::text[], %s::jsonb, %s::inet)",
            [
                *_columns(values, 3), [row.note for row in rows], *_columns(versions, 1), *_who_writes(by, reason),
                sitting.group_id, sitting.date, sitting.slot, sitting.closes_at,
                [choices.REGISTER_TAKEN, choices.REGISTER_CHANGED], record.in_json(details | {"unmarked": unmarked}),
                record.address(),
            ],
        )  # fmt: skip
        found = cursor.fetchone()
    return Taken(*found) if found else None


def _who_writes(by: Any, reason: str) -> tuple[Any, ...]:
    person, system, role = record.who(by)
    return person, system, clock.now(), role, reason[:200]


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[str]:
    """Numbers and days column by column, as the database writes lists; made by hand, since a register waits for it."""
    return [
        "{" + ",".join(["NULL" if row[place] is None else str(row[place]) for row in rows]) + "}"
        for place in range(width)
    ]
