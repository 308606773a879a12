"""The same pages with many years of marks for the same students."""

import time

from attendance.loading import set_aside
from tests.bench import pages
from tests.bench.measure import owner, say_size

FIGURES = "present, approved, authorised, unauthorised, not_possible, not_collected, unmarked, late, late_after_close, minutes_late"
WEEKS = 364  # days: whole weeks, so that a Friday stays a Friday
TABLES = (
    ("attendance_sessionmark", "student_id, date - {days}, slot, code_id, minutes_late, version, marked_by_id, marked_at"),
    ("attendance_lessonmark", "student_id, date - {days}, slot, code_id, minutes_late, version, marked_by_id, marked_at"),
)  # fmt: skip


def measure(years: int, rounds: int) -> None:
    """Print each page with one year of marks (two with the demonstration's last year) and with this many, and the ratio."""
    print("\nBefore the older years are added")
    before = pages.measure(rounds)
    begun = time.monotonic()
    _add(years)
    print(f"\nWith {years} years of marks for the same students, added in {time.monotonic() - begun:.0f} s")
    say_size()
    after = pages.measure(rounds)
    print(f"\n{years} years against before (aim: at most 1.3 times)")
    for words, seconds in before.items():
        if words in after:
            print(f"  {words:26} {after[words] / seconds:4.2f} times")


def _add(years: int) -> None:
    """Copy last year's marks back in time, year by year, with their summaries and rolls that reach that far back."""
    with owner() as plain, plain.transaction(), plain.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        made = [statement for table, _ in TABLES for statement in set_aside(cursor, table)]
        for number in range(2, years):
            days = WEEKS * (number - 1)
            for table, columns in TABLES:
                names = columns.replace(" - {days}", "")
                cursor.execute(
                    f"INSERT INTO {table} ({names}) SELECT {columns.format(days=days)} FROM {table}"
                    " WHERE date BETWEEN '2025-09-01' AND '2026-07-31'"
                )
            cursor.execute(
                f"INSERT INTO attendance_weeksummary (student_id, series, week, {FIGURES}) SELECT student_id, series, week - %s, {FIGURES}"
                " FROM attendance_weeksummary WHERE week BETWEEN '2025-09-01' AND '2026-07-31' ON CONFLICT DO NOTHING",
                [days],
            )
        for statement in made:
            cursor.execute(statement)
    with owner() as plain:
        plain.execute("VACUUM ANALYZE attendance_sessionmark, attendance_lessonmark, attendance_weeksummary")
