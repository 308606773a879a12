"""Who is late, how late, and when in the week."""

from dataclasses import dataclass
from fractions import Fraction

from django.db import connection

from attendance.arithmetic import Totals, sum_of
from attendance.choices import Series
from attendance.queries.analysis.comparison import totals_by_student
from attendance.queries.analysis.scope import Row, Scope
from attendance.queries.analysis.spans import Window
from attendance.queries.figures.totals import TABLE


@dataclass(frozen=True)
class Late:
    """One student's lateness in some dates."""

    row: Row
    totals: Totals


@dataclass(frozen=True)
class WeeklyTime:
    """One time of the week: how many of those who came were late."""

    weekday: int
    label: str
    late: int
    came: int

    @property
    def share(self) -> Fraction | None:
        """Late of those who came, in per cent."""
        return Fraction(100 * self.late, self.came) if self.came else None


@dataclass(frozen=True)
class Punctuality:
    """Everybody together, the students who were late, and the places in the week."""

    everybody: Totals
    students: list[Late]
    labels: list[str]
    places: dict[tuple[str, int], WeeklyTime]


def punctuality(scope: Scope, window: Window) -> Punctuality:
    """Lateness of the students of a page in a window, those late most often first. Two statements for each calendar.

    Those who came attended, or came after the register closed.
    """
    found = totals_by_student({"now": window}, scope.series)
    totals = {pk: each["now"] for pk, each in found.items()}
    late = [Late(scope.rows[pk], each) for pk, each in totals.items()]
    places = late_by_weekly_time(window, scope.series)
    return Punctuality(
        everybody=sum_of(totals.values(), scope.series),
        students=latest_first([each for each in late if each.totals.times_late]),
        labels=list(dict.fromkeys(place.label for place in places)),
        places={(place.label, place.weekday): place for place in places},
    )


def latest_first(late: list[Late]) -> list[Late]:
    """Those who were late most often first."""
    return sorted(late, key=lambda each: (-each.totals.times_late, -each.totals.minutes_late, each.row["sort_key"]))


def late_by_weekly_time(window: Window, series: str) -> list[WeeklyTime]:
    """Late arrivals by weekday and AM/PM, or place in the day's lessons, from the marks in one statement."""
    join, label, order = "", "CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END", "m.slot"
    if series == Series.LESSON:
        join = " JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_lessontime AS t ON t.id = l.time_id"
        label, order = "t.label", "t.number"
    asked = " UNION ALL ".join("SELECT unnest(%s::bigint[]), %s::date, %s::date" for _ in window.parts)
    params = [value for part in window.parts for value in (list(part.ids), *part.span)]
    statement = f"""
        SELECT extract(isodow FROM m.date)::int - 1, {label}, count(*) FILTER (WHERE c.is_late),
            count(*) FILTER (WHERE c.stat_class IN ('P', 'AEA') OR c.is_late)
        FROM ({asked}) AS a (id, first, last) JOIN {TABLE[Series(series)]} AS m ON m.student_id = a.id AND m.date BETWEEN a.first AND a.last
        JOIN attendance_attendancecode AS c ON c.id = m.code_id{join}
        WHERE EXISTS (SELECT 1
            FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)
        GROUP BY 1, 2 ORDER BY min({order}), 2, 1"""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [WeeklyTime(*row) for row in cursor.fetchall()]
