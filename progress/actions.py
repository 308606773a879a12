"""What changes about grades: entering them, and the life of an assessment point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload.models import Course, TeachingGroup
from core import clock
from core.actors import SystemActor
from progress import choices, rules
from progress.models import AssessmentPoint, Effort, Grade, ScaleGrade
from progress.queries.grid import Cell, GridColumn, GridRow, grid_rows

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


class PointNotOpen(Exception):
    """Grades can't be entered at this assessment point today."""


class NotInGroup(Exception):
    """Somebody in the grid is not a member of the group."""


class GradesChanged(Exception):
    """Somebody else changed grades that this person was typing over; nothing was saved."""

    def __init__(self, theirs: dict[tuple[int, str], Cell]) -> None:
        super().__init__("Grades changed meanwhile")
        self.theirs = theirs


@dataclass(frozen=True)
class Entry:
    """One cell as it was typed: whose, which column, the grade (None empties it), and what stood there when they began."""

    student_id: int
    column: GridColumn
    grade: ScaleGrade | None
    seen_id: int


@transaction.atomic
def enter_grades(group: TeachingGroup, point: AssessmentPoint, entries: Sequence[Entry], *, by: "By") -> int:
    """Enter a group's grades and effort at an assessment point. Says how many changed.

    All or nothing: when somebody else changed one of these cells meanwhile, nothing is saved and both values are told.
    """
    if not rules.may_enter_grades(by, group) or group.course_id is None or isinstance(by, SystemActor):
        raise PermissionDenied
    point.refresh_from_db()
    if not point.is_open or point.site_id != group.site_id:
        raise PointNotOpen
    # One at a time for a course: two people with the same class open must each see what the other saved.
    Course.objects.select_for_update(no_key=True).get(pk=group.course_id)
    present = {row.student_id: row for row in grid_rows(group, point)}
    changed = [entry for entry in entries if _differs(entry, _standing(present, entry))]
    theirs = {
        (entry.student_id, entry.column.key): _standing(present, entry)
        for entry in changed
        if _standing(present, entry).grade_id != entry.seen_id
    }
    if theirs:
        raise GradesChanged(theirs)
    _write_grades(group, point, [entry for entry in changed if not entry.column.is_effort], by)
    _write_effort(group, point, [entry for entry in changed if entry.column.is_effort], by)
    if changed:
        details = {"point": point.pk, "changed": len(changed), "students": sorted({e.student_id for e in changed})}
        record.record(by, choices.ENTERED_GRADES, "teaching_group", group.pk, details=details)
    return len(changed)


def _standing(present: dict[int, GridRow], entry: Entry) -> Cell:
    if entry.student_id not in present:
        raise NotInGroup
    return present[entry.student_id].cells.get(entry.column.key, Cell())


def _differs(entry: Entry, cell: Cell) -> bool:
    """Whether this person typed something new: what they left as they found it is never theirs to put back."""
    wanted = entry.grade.pk if entry.grade else 0
    return wanted != entry.seen_id and wanted != cell.grade_id


def _write_grades(group: TeachingGroup, point: AssessmentPoint, entries: list[Entry], by: "User") -> None:
    here = Grade.objects.filter(course=group.course, point=point)
    _remove(here, "kind", [entry for entry in entries if entry.grade is None])
    kept = {(row.student_id, row.kind): row for row in here.filter(student__in={e.student_id for e in entries})}
    now = clock.now()
    fresh: list[Grade] = []
    old: list[Grade] = []
    for entry in entries:
        if entry.grade is None:
            continue
        row = kept.get((entry.student_id, entry.column.key))
        if row is None:
            row = Grade(
                student_id=entry.student_id,
                course=group.course,
                point=point,
                kind=entry.column.key,
                on_date=point.on_date,
            )
        (old if row.pk else fresh).append(row)
        row.group, row.scale, row.grade, row.entered_by, row.entered_at = (
            group,
            entry.column.scale,
            entry.grade,
            by,
            now,
        )
    Grade.objects.bulk_create(fresh)
    Grade.objects.bulk_update(old, ["group", "scale", "grade", "entered_by", "entered_at"])


def _write_effort(group: TeachingGroup, point: AssessmentPoint, entries: list[Entry], by: "User") -> None:
    here = Effort.objects.filter(course=group.course, point=point)
    _remove(here, "axis_id", [entry for entry in entries if entry.grade is None])
    given = [
        Effort(
            student_id=entry.student_id,
            course=group.course,
            group=group,
            point=point,
            axis_id=entry.column.axis_id or 0,
            scale=entry.column.scale,
            value=entry.grade,
            entered_by=by,
            entered_at=clock.now(),
        )
        for entry in entries
        if entry.grade is not None
    ]
    Effort.objects.bulk_create(
        given,
        update_conflicts=True,
        unique_fields=["student", "course", "point", "axis"],
        update_fields=["group", "scale", "value", "entered_by", "entered_at"],
    )


def _remove(rows: Any, field: str, emptied: list[Entry]) -> None:
    by_column: dict[Any, list[int]] = {}
    for entry in emptied:
        by_column.setdefault(entry.column.axis_id or entry.column.key, []).append(entry.student_id)
    for column, students in by_column.items():
        rows.filter(**{field: column, "student__in": students}).delete()


@transaction.atomic
def save_point(point: AssessmentPoint, axes: Sequence[Any], *, by: "By") -> AssessmentPoint:
    """Make an assessment point, or change one: its dates and what it asks for. Grades already given stay."""
    if not rules.may_manage_assessment(by):
        raise PermissionDenied
    verb = choices.CHANGED_POINT if point.pk else choices.MADE_POINT
    point.save()
    point.axes.set(axes)
    record.record(by, verb, "assessment_point", point.pk)
    return point


@transaction.atomic
def open_point(point: AssessmentPoint, closes_on: date, *, by: "By") -> AssessmentPoint:
    """Open an assessment point from today until a day, so that teachers can enter grades."""
    if not rules.may_manage_assessment(by):
        raise PermissionDenied
    today = clock.today()
    if closes_on < today:
        raise ValueError("An assessment point can't close before it opens.")
    point.opens_on, point.closes_on = min(point.opens_on, today), closes_on
    point.save(update_fields=["opens_on", "closes_on"])
    record.record(by, choices.OPENED_POINT, "assessment_point", point.pk, details={"closes_on": closes_on})
    return point


@transaction.atomic
def close_point(point: AssessmentPoint, *, by: "By") -> AssessmentPoint:
    """Close an assessment point from today on. Grades entered stay; no more can be entered until it is opened again."""
    if not rules.may_manage_assessment(by):
        raise PermissionDenied
    if not point.is_open:
        raise PointNotOpen
    point.closes_on = clock.today() - timedelta(days=1)
    point.opens_on = min(point.opens_on, point.closes_on)
    point.save(update_fields=["opens_on", "closes_on"])
    record.record(by, choices.CLOSED_POINT, "assessment_point", point.pk)
    return point
