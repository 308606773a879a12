"""The weekly summary held against the marks it was counted from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.arithmetic import COLUMNS
from attendance.choices import Series
from core import clock

TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}


@dataclass(frozen=True)
class Difference:
    """One figure of the summary that is not what the marks say."""

    series: str
    student_id: int
    week: date
    column: str
    summary: int
    marks: int

    def __str__(self) -> str:
        return (
            f"{self.series} student {self.student_id} week {self.week}: {self.column} is {self.summary} in the summary,"
            f" {self.marks} by the marks"
        )


def counted(series: str, start: date | None = None, end: date | None = None) -> tuple[str, list[Any]]:
    """The statement that counts a whole series by student and week, in the order of the summary's columns."""
    first = clock.week_of(start) if start else date.min
    last = clock.week_of(end) + timedelta(days=6) if end else date.max
    return (
        f"""
        SELECT m.student_id, '{Series(series)}' AS series, m.date - (extract(isodow FROM m.date)::int - 1) AS week,
            count(*) FILTER (WHERE c.stat_class = 'P') AS present,
            count(*) FILTER (WHERE c.stat_class = 'AEA') AS approved,
            count(*) FILTER (WHERE c.stat_class = 'AA') AS authorised,
            count(*) FILTER (WHERE c.stat_class = 'UA') AS unauthorised,
            count(*) FILTER (WHERE c.stat_class = 'NP') AS not_possible,
            count(*) FILTER (WHERE c.stat_class = 'ADM') AS not_collected,
            count(*) FILTER (WHERE m.code_id IS NULL) AS unmarked,
            count(*) FILTER (WHERE c.is_late AND c.stat_class IN ('P', 'AEA')) AS late,
            count(*) FILTER (WHERE c.is_late AND c.stat_class IN ('AA', 'UA')) AS late_after_close,
            coalesce(sum(m.minutes_late) FILTER (WHERE c.is_late), 0) AS minutes_late
        FROM {TABLE[Series(series)]} AS m
        LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id
        WHERE m.date BETWEEN %s AND %s AND EXISTS (
            SELECT 1 FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)
        GROUP BY 1, 3""",
        [first, last],
    )


def differences(series: str) -> Iterator[Difference]:
    """Every figure of the summary that a recount does not confirm, in order of student and week."""
    statement, params = counted(series)
    pairs = ", ".join(f"coalesce(s.{name}, 0), coalesce(n.{name}, 0)" for name in COLUMNS)
    unequal = " OR ".join(f"coalesce(s.{name}, 0) <> coalesce(n.{name}, 0)" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(s.student_id, n.student_id), coalesce(s.week, n.week), {pairs}"
            f" FROM (SELECT * FROM attendance_weeksummary WHERE series = '{Series(series)}') AS s"
            f" FULL JOIN ({statement}) AS n ON n.student_id = s.student_id AND n.week = s.week"
            f" WHERE {unequal} ORDER BY 1, 2",
            params,
        )
        for student, week, *figures in cursor.fetchall():
            for place, name in enumerate(COLUMNS):
                summary, marks = figures[2 * place], figures[2 * place + 1]
                if summary != marks:
                    yield Difference(Series(series).value, student, week, name, summary, marks)
