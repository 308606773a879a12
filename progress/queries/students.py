"""Where students stand in each subject: the latest of every kind of grade, and how that compares with the target.

A student is below target in a subject when the current grade stands lower than the minimum target in the same scale.
Grades of two different scales, and special results (X, Q, #), are never compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from caseload.models import Student
from caseload.needs import Need
from caseload.registries.columns import Reason
from caseload.rules.students import reaches
from core import clock
from core.pages.once import about
from progress.choices import GradeKind

VIEW = "progress.view_grades"
HEAVIEST = Need.BELOW_TARGET_IN_MOST
# What somebody studies on a day: the courses of their teaching groups and their running enrolments.
STUDYING = """
studying AS (
    SELECT m.student_id, g.course_id
    FROM caseload_teachinggroupmembership m JOIN caseload_teachinggroup g ON g.id = m.group_id
    WHERE m.student_id = ANY(%(ids)s) AND m.period @> %(day)s::date AND g.course_id IS NOT NULL
    UNION
    SELECT e.student_id, e.course_id FROM caseload_enrolment e
    WHERE e.student_id = ANY(%(ids)s) AND e.started_on <= %(day)s AND (e.ended_on IS NULL OR e.ended_on >= %(day)s)
)"""
RANKED = """
ranked AS (
    SELECT g.student_id, g.course_id, g.kind, g.scale_id, g.on_date, g.point_id, sg.label, sg.position,
        row_number() OVER (
            PARTITION BY g.student_id, g.course_id, g.kind ORDER BY g.on_date DESC, g.id DESC) AS back
    FROM studying s
    JOIN progress_grade g ON g.student_id = s.student_id AND g.course_id = s.course_id AND g.on_date <= %(day)s
    JOIN progress_scalegrade sg ON sg.id = g.grade_id
)"""
_LATEST = """JOIN LATERAL (
    SELECT g.scale_id, g.grade_id FROM progress_grade g
    WHERE g.student_id = s.student_id AND g.course_id = s.course_id AND g.kind = '{kind}' AND g.on_date <= %(day)s
    ORDER BY g.on_date DESC, g.id DESC LIMIT 1
) {name} ON true JOIN progress_scalegrade {name}_grade ON {name}_grade.id = {name}.grade_id
    AND {name}_grade.position IS NOT NULL"""
# Each latest grade by the index that has it on top; ranking all the grades there ever were costs half as much again.
COUNTS = f"""
WITH {STUDYING}
SELECT s.student_id, count(*) FILTER (WHERE now_grade.position > wanted_grade.position), count(*)
FROM studying s
{_LATEST.format(name="now", kind="current")}
{_LATEST.format(name="wanted", kind="minimum_target")}
WHERE wanted.scale_id = now.scale_id
GROUP BY s.student_id
"""
# Subjects without any grade stay, with one row that has no kind.
MARKED = """
marked AS (
    SELECT s.student_id, s.course_id, g.kind, g.scale_id, g.on_date, sg.label, sg.position,
        row_number() OVER latest AS back,
        lead(sg.label) OVER latest AS label_before,
        lead(sg.position) OVER latest AS position_before,
        lead(g.scale_id) OVER latest AS scale_before
    FROM studying s
    LEFT JOIN progress_grade g ON g.student_id = s.student_id AND g.course_id = s.course_id AND g.on_date <= %(day)s
    LEFT JOIN progress_scalegrade sg ON sg.id = g.grade_id
    WINDOW latest AS (PARTITION BY s.student_id, s.course_id, g.kind ORDER BY g.on_date DESC, g.id DESC)
)"""
SUBJECTS = f"""
WITH {STUDYING}, {MARKED}
SELECT m.student_id, m.course_id, c.title, m.kind, m.scale_id, m.label, m.position, m.on_date, m.back
FROM marked m JOIN caseload_course c ON c.id = m.course_id
WHERE m.back <= 2
ORDER BY c.title, m.course_id, m.kind, m.back
"""
EFFORT = f"""
WITH {STUDYING}
SELECT DISTINCT ON (e.student_id, e.course_id, a.position, a.id)
    e.student_id, e.course_id, a.name, v.label, v.meaning, v.position, sc.highest_is_best, p.on_date
FROM studying s
JOIN progress_effort e ON e.student_id = s.student_id AND e.course_id = s.course_id
JOIN progress_assessmentpoint p ON p.id = e.point_id AND p.on_date <= %(day)s
JOIN progress_effortaxis a ON a.id = e.axis_id
JOIN progress_scalegrade v ON v.id = e.value_id
JOIN progress_gradescale sc ON sc.id = e.scale_id
ORDER BY e.student_id, e.course_id, a.position, a.id, p.on_date DESC, e.id DESC
"""
MOVED = f"""
WITH {STUDYING}, {MARKED}
SELECT m.student_id, c.title, m.label_before, m.label, m.position_before - m.position, m.on_date
FROM marked m JOIN caseload_course c ON c.id = m.course_id
WHERE m.kind = 'current' AND m.back = 1 AND m.on_date > %(since)s
    AND m.scale_before = m.scale_id AND m.position_before <> m.position
ORDER BY c.title, m.course_id
"""


class Below(NamedTuple):
    """Below target in `below` of the `of` subjects that have both a target and a current grade."""

    below: int
    of: int


class Effort(NamedTuple):
    """The latest effort on one axis; position 1 is the best whatever the label."""

    axis: str
    label: str
    meaning: str
    position: int | None
    highest_is_best: bool | None
    on_date: date


class Moved(NamedTuple):
    """A current grade that went up or down: by how many places of the scale, up counted as positive."""

    title: str
    before: str
    now: str
    steps: int
    on_date: date


@dataclass
class Subject:
    """Where a student stands in one course: the latest label of each kind, and what it was before."""

    course_id: int
    title: str
    grades: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    dates: dict[str, date] = field(default_factory=dict)
    effort: list[Effort] = field(default_factory=list)
    steps: int | None = None  # places of the scale above (+) or below (−) target; None when it can't be compared
    moved: int | None = None  # places that the current grade went up or down since the one before

    @property
    def target(self) -> str:
        """The minimum target."""
        return self.grades.get(GradeKind.MINIMUM_TARGET, "")

    @property
    def current(self) -> str:
        """The working grade."""
        return self.grades.get(GradeKind.CURRENT, "")

    @property
    def predicted(self) -> str:
        """What the teacher predicts."""
        return self.grades.get(GradeKind.PREDICTED, "")

    @property
    def standing(self) -> str:
        """The comparison in words."""
        if self.steps is None:
            return ""
        if self.steps == 0:
            return "On target"
        return f"{abs(self.steps)} {'above' if self.steps > 0 else 'below'}"

    @property
    def tone(self) -> str:
        """The colour that goes with those words."""
        if self.steps is None or self.steps == 0:
            return "plain"
        return "good" if self.steps > 0 else ("watch" if self.steps == -1 else "concern")


def _rows(sql: str, ids: Iterable[int], day: date | None, **more: Any) -> list[tuple[Any, ...]]:
    wanted = list(ids)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": wanted, "day": day or clock.today(), **more})
        return cursor.fetchall()


def below_target_counts(ids: Iterable[int], day: date | None = None) -> dict[int, Below]:
    """In how many subjects each student is below target, of how many that can be told. Left out: nothing to compare."""

    def read(wanted: Iterable[int]) -> dict[int, Below]:
        return {student: Below(below, of) for student, below, of in _rows(COUNTS, wanted, day)}

    return about(("below target", day or clock.today()), list(ids), read)


def latest_by_subject(ids: Iterable[int], day: date | None = None, *, effort: bool = True) -> dict[int, list[Subject]]:
    """For each student, the subjects they study on the day with the latest grades and effort, in order of title."""
    found: dict[int, dict[int, Subject]] = {}
    places: dict[tuple[int, int, str, int], tuple[int, int | None]] = {}
    wanted = list(ids)
    for student, course, title, kind, scale, label, position, on_date, back in _rows(SUBJECTS, wanted, day):
        subject = found.setdefault(student, {}).setdefault(course, Subject(course, title))
        if kind is None:
            continue
        (subject.grades if back == 1 else subject.before)[kind] = label
        places[student, course, kind, back] = (scale, position)
        if back == 1:
            subject.dates[kind] = on_date
    for student, course, *given in _rows(EFFORT, wanted, day) if effort else ():
        if course in found.get(student, {}):
            found[student][course].effort.append(Effort(*given))
    for student, subjects in found.items():
        for course, subject in subjects.items():
            current = places.get((student, course, GradeKind.CURRENT, 1))
            subject.steps = _steps(current, places.get((student, course, GradeKind.MINIMUM_TARGET, 1)))
            subject.moved = _steps(current, places.get((student, course, GradeKind.CURRENT, 2)))
    return {student: list(subjects.values()) for student, subjects in found.items()}


_POINTS = """
    SELECT p.name, p.on_date, count(DISTINCT g.course_id)
    FROM progress_grade AS g JOIN progress_assessmentpoint AS p ON p.id = g.point_id
    WHERE g.student_id = %(student)s AND (%(until)s::date IS NULL OR p.on_date <= %(until)s::date)
    GROUP BY p.id ORDER BY p.on_date DESC, p.id DESC LIMIT %(limit)s"""


def points_of(user: Any, student: Student, before: datetime | None, limit: int) -> list[tuple[str, date, int]]:
    """The assessment points at which a student got grades, the latest first: name, day, in how many subjects. One query."""
    if not reaches(user, VIEW, student):
        return []
    until = clock.local(before).date() if before else None
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, {"student": student.pk, "until": until, "limit": limit})
        return cursor.fetchall()


def _steps(one: tuple[int, int | None] | None, other: tuple[int, int | None] | None) -> int | None:
    """How many places `one` stands above `other`, when both are of the same scale and have a place in it."""
    if one is None or other is None or one[0] != other[0] or one[1] is None or other[1] is None:
        return None
    return other[1] - one[1]


def grades_moved_since(ids: Iterable[int], since: date, day: date | None = None) -> dict[int, list[Moved]]:
    """The current grades that have gone up or down after a date, for each student."""
    found: dict[int, list[Moved]] = {}
    for student, *moved in _rows(MOVED, ids, day, since=since):
        found.setdefault(student, []).append(Moved(*moved))
    return found


def reasons(ids: Sequence[int], counts: Mapping[int, Below] | None = None) -> dict[int, list[Reason]]:
    """Why grades say that a student needs attention."""
    found = below_target_counts(ids) if counts is None else counts
    return {student: [_reason(below)] for student, below in found.items() if below.below}


def _reason(below: Below) -> Reason:
    in_most = below.below > 1 and 2 * below.below > below.of
    need = HEAVIEST if in_most else Need.BELOW_TARGET
    return Reason(f"Below target in {below.below} of {below.of}", need, "below_target")
