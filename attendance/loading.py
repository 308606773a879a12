"""The fast way in for millions of marks: COPY with keys and indexes set aside, then one recount.

Runs as the database's owner, who may take indexes down. Triggers on marks fire on change and removal only, so COPY of
first entries costs nothing there.

    with loading.fast_load("lesson"):
        with connection.cursor() as cursor, cursor.copy(loading.copy_statement("lesson")) as out:
            for row in rows:            # in the order of loading.COLUMNS
                out.write_row(row)
    rebuild_summary()
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from attendance.choices import Series

TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}
# What must be said of each mark; the others have defaults. A code_id of NULL is a blank on a register that was taken.
COLUMNS = ("student_id", "date", "slot", "code_id", "minutes_late", "marked_by_id", "marked_at")


def copy_statement(series: str) -> str:
    """The COPY statement for marks of a series."""
    return f"COPY {TABLE[Series(series)]} ({', '.join(COLUMNS)}) FROM STDIN"


@contextmanager
def fast_load(*series: str) -> Iterator[None]:
    """Set aside the indexes and foreign keys of the marks while they are loaded; afterwards they are made and checked in one go.

    Order does not matter. Fails, and leaves the transaction to be rolled back, when a mark stands twice or names somebody
    who is not there.
    """
    tables = [TABLE[Series(each)] for each in series or tuple(Series)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        made = [statement for table in tables for statement in set_aside(cursor, table)]
    yield
    with connection.cursor() as cursor:
        for statement in made:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def set_aside(cursor, table: str) -> list[str]:  # type: ignore[no-untyped-def]  # Django's cursor wrapper has no public type
    """Take down what slows loading; gives the statements that put it back, keys first."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'f') ORDER BY contype DESC, conname",
        [table],
    )
    constraints = cursor.fetchall()
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass) ORDER BY indexname",
        [table, table],
    )
    indexes = cursor.fetchall()
    for name, _, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    added = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for name, definition, _ in constraints]
    return added + [definition for _, definition in indexes]
