"""What lists of students show of attendance: three windows and the line of the last weeks, in one statement."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection

from attendance.arithmetic import COLUMNS, Totals
from attendance.choices import Headline, Series
from attendance.queries.figures.pieces import cut_up
from attendance.queries.figures.totals import HEADLINE_SQL, counted_table, over_until
from attendance.queries.figures.windows import Windows, together
from core import clock
from core.pages.once import about

WEEKS_IN_LINE = 8
# Every mark is one of these; how late somebody was, lists don't say.
COUNTS = COLUMNS[:7]
UNREAD = (0,) * (len(COLUMNS) - len(COUNTS))


class Figures(NamedTuple):
    """A student's totals in the usual windows, none where there are no marks, and the last weeks in per cent."""

    week: Totals | None
    six_weeks: Totals | None
    year: Totals | None
    line: list[float | None]
    short: str = ""  # how few weeks the six weeks have, in words; nothing where there are six


def figures(student_ids: Collection[int]) -> dict[int, Figures]:
    """The figures of each student in the series of their own site; without marks in any window a student is left out.

    One query for the sites and one for each series (two where sites of a series were closed in other weeks), read once for
    all of a page's columns and reasons.
    """
    return about(("figures of lists", clock.today()), list(student_ids), _figures)


def _figures(student_ids: Collection[int]) -> dict[int, Figures]:
    found: dict[int, Figures] = {}
    for those in together(student_ids):
        found |= _of_series(those.ids, those.series, those.windows)
    return found


def _of_series(student_ids: Sequence[int], series: str, shown: Windows) -> dict[int, Figures]:
    today = clock.today()
    start = clock.week_of(today) - timedelta(weeks=WEEKS_IN_LINE - 1)
    pieces = cut_up([shown.week, shown.six_weeks, shown.year, (start, over_until(today))])
    counted, params = counted_table(student_ids, pieces, series, weekly=True, columns=COUNTS)
    made_of = [", ".join(map(str, numbers)) or "NULL" for numbers in pieces.made_of]
    sums = ", ".join(
        f"coalesce(sum({name}) FILTER (WHERE piece IN ({numbers})), 0)" for numbers in made_of[:3] for name in COUNTS
    )
    statement = _STATEMENT.format(
        counted=counted,
        headline=HEADLINE_SQL,
        sums=sums,
        line=made_of[3],
        added=", ".join(f"sum({name})::int AS {name}" for name in COUNTS),
        any=" OR ".join(f"sum({name}) <> 0" for name in COUNTS),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {student: _made(row, weeks or [], series, shown.short) for student, row, weeks in cursor.fetchall()}


def _made(row: list[Any], weeks: Sequence[list[int] | None], series: str, short: str) -> Figures:
    width = len(COUNTS)
    headline = row[-1] if series == Series.LESSON else Headline.ATTENDED
    counts = [row[at : at + width] for at in range(0, 3 * width, width)]
    of = [Totals._make((*each, *UNREAD, series, headline)) if any(each) else None for each in counts]
    shown = 1 if headline == Headline.AUTHORISED else 0
    line = [100 * week[shown] / week[2] if week else None for week in weeks]
    return Figures(of[0], of[1], of[2], line, short)


# One row a student, as JSON: reading whole numbers one by one from the database is what costs most. A week is what was
# attended, that and what was authorised, and what was possible; a week in which nothing was possible is a gap.
_STATEMENT = """
    WITH {counted}, parts AS (SELECT student_id, piece, {added} FROM counted GROUP BY student_id, piece),
    weekly AS (
        SELECT student_id, week, sum(present + approved) AS attended, sum(present + approved + authorised) AS leave,
            sum(present + approved + authorised + unauthorised) AS possible
        FROM counted WHERE piece IN ({line}) GROUP BY student_id, week HAVING {any}
    ), lines AS (
        SELECT student_id, json_agg(CASE WHEN possible > 0 THEN json_build_array(attended, leave, possible) END ORDER BY week)
            AS weeks
        FROM weekly GROUP BY student_id
    ), said AS (SELECT ({headline}) AS headline)
    SELECT e.student_id, e.sums, l.weeks
    FROM (SELECT student_id, json_build_array({sums}, (SELECT headline FROM said)) AS sums FROM parts GROUP BY student_id) AS e
    LEFT JOIN lines AS l ON l.student_id = e.student_id
"""
