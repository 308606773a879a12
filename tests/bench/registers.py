"""A register saved for the first time on its day, and saved again with other marks, against the same rows upserted by hand."""

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from tests.bench.measure import owner, spread, user

# From this day of the academic year on nobody of the demonstration college has a mark, so that every save is the first.
UNTOUCHED = date(2027, 3, 1)


def measure(rounds: int) -> None:
    """Print how long `mark_register` takes beside a bare upsert with commit into a real table of the same shape."""
    from attendance.queries.registers.registers import members_of, todays_registers
    from core import clock

    tutor = user("tutor")
    _yardstick()
    with clock.set_to(clock.at(clock.today(), 8, 50)):
        sitting = next(line.sitting for line in todays_registers(tutor) if line.sitting.slug == "am")
        members = [member.id for member in members_of(sitting)]
    print(f"\nA register of {len(members)} saved, with its commit (aim: at most 3 times a bare upsert)")
    _forget(members)
    days = [day for day in (UNTOUCHED + timedelta(days=n) for n in range(2 * rounds)) if day.weekday() < 5][:rounds]
    _compare("first save of its day", tutor, sitting, members, days)
    _forget(members)
    _compare("saved again with changes", tutor, sitting, members, [sitting.date] * rounds)


def _compare(words: str, tutor: Any, sitting: Any, members: list[int], days: list[date]) -> None:
    ours, bare = [], []
    for number, day in enumerate(days):
        ours.append(_seconds(lambda number=number, day=day: _save(tutor, sitting, members, day, number)))
        bare.append(_seconds(lambda number=number, day=day: _bare_upsert(members, day, number)))
    print(f"  {words:26} {spread(ours)} · one bare upsert {spread(bare)}")
    print(f"  {'':26} ratio of medians {statistics.median(ours) / statistics.median(bare):.1f}")


def _seconds(action: Callable[[], None]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _save(tutor: Any, sitting: Any, members: list[int], day: date, number: int) -> None:
    """The group's morning on the day, at ten to nine, every ninth late and each time others."""
    from attendance.actions.registers import NewMark, mark_register
    from core import clock, naming

    late = [(pk + number) % 9 == 0 for pk in members]
    marks = [
        NewMark(pk, "L" if is_late else "/", 5 if is_late else None) for pk, is_late in zip(members, late, strict=True)
    ]
    begins = clock.at(day, 8, 45)
    register = sitting._replace(date=day, starts_at=begins, closes_at=begins + timedelta(minutes=30))
    with clock.set_to(clock.at(day, 8, 50)), naming.named(tutor.pk):
        mark_register(by=tutor, register=register, marks=marks)


def _yardstick() -> None:
    """A real table with the key and columns of the marks, and nothing else."""
    with owner() as plain:
        plain.execute("DROP TABLE IF EXISTS bench_mark")
        plain.execute(
            "CREATE TABLE bench_mark (student_id bigint, date date, slot smallint, code_id smallint, minutes_late smallint,"
            " version int DEFAULT 1, marked_by_id bigint, marked_at timestamptz, PRIMARY KEY (student_id, date, slot))"
        )


def _forget(members: list[int]) -> None:
    """Take away what first saves left behind; as the owner, since the application deletes no mark."""
    with owner() as plain, plain.transaction():
        plain.execute("ALTER TABLE attendance_sessionmark DISABLE TRIGGER attendance_note_change")
        plain.execute(
            "DELETE FROM attendance_sessionmark WHERE date >= %s AND student_id = ANY(%s)", [UNTOUCHED, members]
        )
        plain.execute("ALTER TABLE attendance_sessionmark ENABLE TRIGGER attendance_note_change")
        plain.execute("DELETE FROM attendance_register WHERE date >= %s", [UNTOUCHED])
        plain.execute(
            "DELETE FROM attendance_weeksummary WHERE week >= %s AND student_id = ANY(%s)", [UNTOUCHED, members]
        )


def _bare_upsert(members: list[int], day: Any, number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_mark SELECT unnest(%s::bigint[]), %s, 1, %s, NULL, 1, 1, now()"
            " ON CONFLICT (student_id, date, slot) DO UPDATE SET code_id = excluded.code_id,"
            " version = bench_mark.version + 1, marked_at = excluded.marked_at",
            [members, day, number % 7],
        )
