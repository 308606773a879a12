"""One register saved again and again with changing marks, against the same rows upserted by hand."""

import statistics
import time
from typing import Any

from django.db import connection, transaction

from tests.bench.measure import owner, spread, user


def measure(rounds: int) -> None:
    """Print how long `mark_register` takes beside a bare upsert with commit into a real table of the same shape."""
    from attendance.actions.registers import NewMark, mark_register
    from attendance.queries.registers import members_of, todays_registers
    from core import clock, naming

    tutor = user("tutor")
    _yardstick()
    with clock.set_to(clock.at(clock.today(), 8, 50)):
        sitting = next(line.sitting for line in todays_registers(tutor) if line.sitting.slug == "am")
        members = [member.id for member in members_of(sitting)]
        ours, bare = [], []
        for number in range(rounds):
            marks = [
                NewMark(pk, "/" if (pk + number) % 9 else "L", 5 if not (pk + number) % 9 else None) for pk in members
            ]
            begun = time.perf_counter()
            with naming.named(tutor.pk):
                mark_register(by=tutor, register=sitting, marks=marks)
            ours.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            _bare_upsert(members, sitting.date, number)
            bare.append(time.perf_counter() - begun)
    print(f"\nA register of {len(members)} saved, with its commit (aim: at most 3 times a bare upsert)")
    print(f"  mark_register: history, summary, audit  {spread(ours)}")
    print(f"  one bare upsert into a plain table      {spread(bare)}")
    print(f"  ratio of medians {statistics.median(ours) / statistics.median(bare):.1f}")


def _yardstick() -> None:
    """A real table with the key and columns of the marks, and nothing else."""
    with owner() as plain:
        plain.execute("DROP TABLE IF EXISTS bench_mark")
        plain.execute(
            "CREATE TABLE bench_mark (student_id bigint, date date, slot smallint, code_id smallint, minutes_late smallint,"
            " version int DEFAULT 1, marked_by_id bigint, marked_at timestamptz, PRIMARY KEY (student_id, date, slot))"
        )


def _bare_upsert(members: list[int], day: Any, number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_mark SELECT unnest(%s::bigint[]), %s, 1, %s, NULL, 1, 1, now()"
            " ON CONFLICT (student_id, date, slot) DO UPDATE SET code_id = excluded.code_id,"
            " version = bench_mark.version + 1, marked_at = excluded.marked_at",
            [members, day, number % 7],
        )
