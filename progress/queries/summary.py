"""An assessment point for a set of students: what the year dashboard and the progress report add up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from core import clock
from core.id_lists import array
from progress.models import AssessmentPoint, Grade
from progress.queries.students import Below

# For each student and course with a current grade at the point: where it stands against the latest target by then.
_COMPARED = """
FROM progress_grade g
JOIN caseload_course c ON c.id = g.course_id
JOIN progress_scalegrade sg ON sg.id = g.grade_id AND sg.position IS NOT NULL
JOIN LATERAL (
    SELECT tsg.position, tg.scale_id FROM progress_grade tg JOIN progress_scalegrade tsg ON tsg.id = tg.grade_id
    WHERE tg.student_id = g.student_id AND tg.course_id = g.course_id AND tg.kind = 'minimum_target'
        AND tg.on_date <= g.on_date
    ORDER BY tg.on_date DESC, tg.id DESC LIMIT 1
) t ON t.scale_id = g.scale_id AND t.position IS NOT NULL
WHERE g.point_id = %(point)s AND g.kind = 'current' AND g.student_id = ANY(%(ids)s::bigint[])
"""
STANDINGS = f"""
SELECT g.student_id, g.course_id, c.title, sign(t.position - sg.position)::int {_COMPARED}
ORDER BY c.title, g.course_id
"""
# The same of two points for everybody at once: what was the target from when until when, in the order of its index.
BELOW = """
WITH who AS MATERIALIZED (SELECT DISTINCT unnest(%(ids)s::bigint[]) AS id),
targets AS (
    SELECT g.student_id, g.course_id, g.scale_id, sg.position, g.on_date AS since,
        lead(g.on_date) OVER (PARTITION BY g.student_id, g.course_id ORDER BY g.on_date, g.id) AS until
    FROM progress_grade g JOIN progress_scalegrade sg ON sg.id = g.grade_id
    WHERE g.kind = 'minimum_target' AND g.student_id IN (SELECT id FROM who)
)
SELECT g.student_id,
    count(*) FILTER (WHERE g.point_id = %(point)s AND t.position < sg.position),
    count(*) FILTER (WHERE g.point_id = %(point)s),
    count(*) FILTER (WHERE g.point_id = %(before)s AND t.position < sg.position),
    count(*) FILTER (WHERE g.point_id = %(before)s)
FROM progress_grade g
JOIN progress_scalegrade sg ON sg.id = g.grade_id AND sg.position IS NOT NULL
JOIN targets t ON t.student_id = g.student_id AND t.course_id = g.course_id AND t.scale_id = g.scale_id
    AND t.position IS NOT NULL AND t.since <= g.on_date AND (t.until IS NULL OR t.until > g.on_date)
WHERE g.point_id IN (%(point)s, %(before)s) AND g.kind = 'current'
GROUP BY g.student_id
"""
GRADED = """
SELECT count(DISTINCT student_id), count(*) FROM progress_grade
WHERE point_id = %(point)s AND kind = 'current' AND student_id = ANY(%(ids)s::bigint[])
"""


@dataclass
class Standing:
    """How many entries stand below, on and above target."""

    below: int = 0
    on: int = 0
    above: int = 0

    @property
    def compared(self) -> int:
        """Entries that have both a current grade and a target in the same scale."""
        return self.below + self.on + self.above

    def add(self, direction: int) -> None:
        """Count one entry: −1 below, 0 on, 1 above."""
        name = ("on", "above", "below")[direction]
        setattr(self, name, getattr(self, name) + 1)


@dataclass
class PointSummary:
    """An assessment point for some students: who has grades, and how they stand against their targets."""

    point: AssessmentPoint | None
    students: int
    graded_students: int = 0
    graded_entries: int = 0
    total: Standing = field(default_factory=Standing)
    by_course: dict[int, tuple[str, Standing]] = field(default_factory=dict)
    by_student: dict[int, Below] = field(default_factory=dict)

    @property
    def students_below(self) -> int:
        """Students below target in at least one subject."""
        return sum(1 for below in self.by_student.values() if below.below)


def progress_summary(ids: Iterable[int], point: AssessmentPoint | None) -> PointSummary:
    """How these students stand at an assessment point. Two queries, whatever the number."""
    wanted = list(ids)
    summary = PointSummary(point, len(wanted))
    if point is None or not wanted:
        return summary
    with connection.cursor() as cursor:
        cursor.execute(GRADED, {"point": point.pk, "ids": array(wanted)})
        summary.graded_students, summary.graded_entries = cursor.fetchone()
        cursor.execute(STANDINGS, {"point": point.pk, "ids": array(wanted)})
        rows = cursor.fetchall()
    for student, course, title, direction in rows:
        summary.total.add(direction)
        summary.by_course.setdefault(course, (title, Standing()))[1].add(direction)
        below, of = summary.by_student.get(student, (0, 0))
        summary.by_student[student] = Below(below + (direction < 0), of + 1)
    return summary


def below_at_points(
    ids: Iterable[int], point: AssessmentPoint, before: AssessmentPoint | None
) -> tuple[dict[int, Below], dict[int, Below]]:
    """In how many of how many subjects each student was below target at an assessment point, and at the one before it.

    Left out: nothing to compare. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(BELOW, {"point": point.pk, "before": before.pk if before else None, "ids": array(ids)})
        rows = cursor.fetchall()
    return (
        {row[0]: Below(row[1], row[2]) for row in rows if row[2]},
        {row[0]: Below(row[3], row[4]) for row in rows if row[4]},
    )


def points_with_grades(site_ids: Iterable[int]) -> QuerySet[AssessmentPoint]:
    """The assessment points of these sites at which somebody has a grade, latest first."""
    graded = Grade.objects.filter(point=OuterRef("pk"))
    points: QuerySet[AssessmentPoint] = AssessmentPoint.objects.filter(site_id__in=list(site_ids))
    return points.filter(Exists(graded)).select_related("year", "site").order_by("-on_date", "-pk")


def latest_point(site_ids: Iterable[int]) -> AssessmentPoint | None:
    """The latest assessment point of these sites, up to today, at which somebody has a grade."""
    return points_with_grades(site_ids).filter(on_date__lte=clock.today()).first()
