"""Work the weekly summary out again from the marks."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from attendance import choices
from attendance.arithmetic import COLUMNS
from attendance.choices import Series
from attendance.queries.figures.verification import counted
from audit import record
from core import clock
from core.actors import SystemActor

REBUILDING = SystemActor("attendance.rebuild_summary", "Marks were loaded past the registers, or a summary differed")


def rebuild_summary(
    by: Any = REBUILDING, *, series: str | None = None, start: date | None = None, end: date | None = None
) -> int:
    """Count the weekly summary of a series (or of both) again from the marks, all weeks or those between two dates; gives the rows.

    One statement a series, for whoever manages attendance and for the system. Registers saved meanwhile wait for it.
    """
    if not isinstance(by, SystemActor) and not by.has_perm("attendance.manage_attendance"):
        raise PermissionDenied
    rows = 0
    with transaction.atomic(), connection.cursor() as cursor:
        # Keeps out everybody who would lock summary rows; readers go on reading.
        cursor.execute("LOCK TABLE attendance_weeksummary IN EXCLUSIVE MODE")
        for each in [Series(series)] if series else list(Series):
            where, params = _weeks(start, end)
            cursor.execute(f"DELETE FROM attendance_weeksummary WHERE series = %s AND {where}", [each, *params])
            statement, more = counted(each, start, end)
            cursor.execute(
                f"INSERT INTO attendance_weeksummary (student_id, series, week, {', '.join(COLUMNS)}) {statement}", more
            )
            rows += cursor.rowcount
        record.record(by, choices.SUMMARY_REBUILT, "summary", series or "", details={"rows": rows})
    return rows


def _weeks(start: date | None, end: date | None) -> tuple[str, list[date]]:
    return (
        "week BETWEEN %s AND %s",
        [clock.week_of(start) if start else date.min, clock.week_of(end) if end else date.max],
    )
