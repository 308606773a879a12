"""Who is away now: school days in a row, up to today, on which nothing was attended."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from attendance.choices import Series
from attendance.queries.analysis.scope import Row, Scope
from attendance.queries.totals import TABLE

LOOK_BACK = timedelta(days=120)
# Facts 1.8: a return to the local authority after ten school days in a row without leave.
RETURN_AFTER = 10


@dataclass(frozen=True)
class Away:
    """A student who has attended nothing since a day."""

    row: Row
    days: int
    marks: int
    since: date
    last: date
    last_attended: date | None
    reason: str
    without_leave: bool

    @property
    def must_be_returned(self) -> bool:
        """Ten school days in a row without leave: a return to the local authority is due at compulsory school age."""
        return self.without_leave and self.days >= RETURN_AFTER


def away_now(scope: Scope, least: int = 2) -> list[Away]:
    """Students with an absence on at least so many school days in a row, up to their last mark, and nothing attended since.

    A day on which nothing could be attended neither counts nor ends it. One statement; looks back 120 days.
    """
    statement = f"""
        WITH days AS (
            SELECT m.student_id, m.date, bool_or(c.stat_class IN ('AA', 'UA')) AS missed,
                count(*) FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS marks,
                bool_and(c.stat_class = 'UA') FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS without_leave,
                max(c.short) FILTER (WHERE c.stat_class IN ('AA', 'UA')) AS reason,
                max(CASE WHEN bool_or(c.stat_class IN ('P', 'AEA')) THEN m.date END)
                    OVER (PARTITION BY m.student_id) AS attended
            FROM {TABLE[Series(scope.series)]} AS m JOIN attendance_attendancecode AS c ON c.id = m.code_id
            WHERE m.student_id = ANY(%s) AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1
                FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)
            GROUP BY 1, 2)
        SELECT student_id, count(*), sum(marks), min(date), max(date), max(attended),
            (array_agg(reason ORDER BY date DESC))[1], bool_and(without_leave)
        FROM days WHERE missed AND (attended IS NULL OR date > attended)
        GROUP BY 1 HAVING count(*) >= %s ORDER BY 2 DESC, 4"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [scope.ids, scope.day - LOOK_BACK, scope.day, least])
        return [
            Away(scope.rows[pk], days, int(marks), since, last, attended, reason, bool(without))
            for pk, days, marks, since, last, attended, reason, without in cursor.fetchall()
        ]
