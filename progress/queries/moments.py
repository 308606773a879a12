"""The working grade in one subject as it stood on a day, for many students and days at once."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db import connection

Key = TypeVar("Key", bound=Hashable)
GRADES = """
SELECT a.place, g.scale_id, s.label, s.position, s.sub_rank, g.on_date
FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::date[]) AS a (place, student_id, course_id, day)
CROSS JOIN LATERAL (
    SELECT g.scale_id, g.grade_id, g.on_date FROM progress_grade g
    WHERE g.student_id = a.student_id AND g.course_id = a.course_id AND g.kind = 'current' AND g.on_date <= a.day
    ORDER BY g.on_date DESC, g.id DESC LIMIT 1) AS g
JOIN progress_scalegrade s ON s.id = g.grade_id
"""


class GradeAt(NamedTuple):
    """A working grade: its scale, its label, its place in the scale (1 is the best; none for X, Q, #), and its day."""

    scale_id: int
    label: str
    position: int | None
    sub_rank: int
    on_date: date


def current_grades_at(wanted: Iterable[tuple[Key, int, int, date]]) -> dict[Key, GradeAt]:
    """The working grade of each (key, student, course, day); left out: none yet. One query, however many."""
    asked = list(wanted)
    if not asked:
        return {}
    params: list[Any] = [list(range(len(asked))), *([row[part] for row in asked] for part in (1, 2, 3))]
    with connection.cursor() as cursor:
        cursor.execute(GRADES, params)
        return {asked[place][0]: GradeAt(*found) for place, *found in cursor.fetchall()}
