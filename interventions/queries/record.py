"""What the record of one student holds of one-to-ones, notes and targets, as far as somebody may read it.

Written out in SQL, as plain values: whoever opens a student's page asks all of it. `readable` says what `visible_to` says
(tests/interventions/test_record.py holds the two together).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import formal_name
from caseload.models import Course, Student
from interventions.choices import OPEN_STATES, Audience, NoteKind, Wellbeing
from interventions.models import Target
from interventions.querysets import PASTORAL_NOTE, TEACHER_NOTE
from progress.models import ScaleGrade

VIEW, LOG = "caseload.view_student", "interventions.log_meeting"

# Of one-to-ones (m), notes (n) and targets (t) of one student: which this person may read.
_MEETING = """(m.audience = ANY(%(audiences)s::text[]) OR %(views)s AND (m.written_by_id = %(reader)s OR m.audience = 'named'
    AND EXISTS (SELECT FROM interventions_meeting_readers AS r WHERE r.meeting_id = m.id AND r.user_id = %(reader)s)))"""
_NOTE = """(n.audience = ANY(%(audiences)s::text[]) OR %(views)s AND (n.written_by_id = %(reader)s OR n.audience = 'named'
    AND EXISTS (SELECT FROM interventions_note_readers AS r WHERE r.note_id = n.id AND r.user_id = %(reader)s)))"""
_TARGET = "(%(pastoral)s OR t.audience = ANY(%(audiences)s::text[]))"

_MEETINGS = f"""
    SELECT m.id, m.public_id, m.held_at, k.name, m.wellbeing, m.notes, m.student_words, m.tutor_actions, m.next_on, u.title,
        u.given_name, u.family_name
    FROM interventions_meeting AS m JOIN interventions_meetingtype AS k ON k.id = m.type_id
    JOIN accounts_user AS u ON u.id = m.led_by_id
    WHERE m.student_id = %(student)s AND {_MEETING}
        AND (%(before)s::timestamptz IS NULL OR m.held_at < %(before)s::timestamptz)
    ORDER BY m.held_at DESC, m.id DESC LIMIT %(limit)s"""
_LAST = f"""
    SELECT held.at, last.* FROM (
        SELECT max(m.held_at) AS at FROM interventions_meeting AS m WHERE m.student_id = %(student)s AND (%(logs)s OR {_MEETING})
    ) AS held LEFT JOIN ({_MEETINGS}) AS last ON true"""
_NOTES = f"""
    SELECT n.public_id, n.written_at, n.kind, n.text, u.title, u.given_name, u.family_name
    FROM interventions_note AS n JOIN accounts_user AS u ON u.id = n.written_by_id
    WHERE n.student_id = %(student)s AND {_NOTE}
        AND (%(before)s::timestamptz IS NULL OR n.written_at < %(before)s::timestamptz)
    ORDER BY n.written_at DESC, n.id DESC LIMIT %(limit)s"""
_UNSEALED = f"""
    SELECT n.public_id, n.written_at, n.kind, n.text, u.title, u.given_name, u.family_name
    FROM interventions_note AS n JOIN accounts_user AS u ON u.id = n.written_by_id
    WHERE n.student_id = %(student)s AND {_NOTE} AND n.written_at >= %(since)s AND n.sealed_at IS NULL
    ORDER BY n.written_at DESC, n.id DESC LIMIT %(limit)s"""
_SET_AND_REVIEWED = f"""
    WITH readable AS MATERIALIZED (
        SELECT t.* FROM interventions_target AS t WHERE t.student_id = %(student)s AND {_TARGET}
    )
    (SELECT '' AS outcome, t.public_id, t.what, t.due_on, t.set_on, m.held_at AS moment, '' AS line, u.title, u.given_name,
        u.family_name, t.id
    FROM readable AS t JOIN accounts_user AS u ON u.id = t.set_by_id LEFT JOIN interventions_meeting AS m ON m.id = t.set_at_id)
    UNION ALL
    (SELECT v.outcome, t.public_id, t.what, t.due_on, t.set_on, v.reviewed_at, v.line, u.title, u.given_name, u.family_name, v.id
    FROM readable AS t JOIN interventions_targetreview AS v ON v.target_id = t.id JOIN accounts_user AS u ON u.id = v.reviewed_by_id
    LEFT JOIN interventions_meeting AS m ON m.id = v.meeting_id
    WHERE (m.id IS NULL OR {_MEETING}) AND (%(before)s::timestamptz IS NULL OR v.reviewed_at < %(before)s::timestamptz)
    ORDER BY v.reviewed_at DESC, v.id DESC LIMIT %(limit)s)"""
_OPEN = f"""
    SELECT t.*, c.title AS course_title, g.label AS wanted_label, g.scale_id AS wanted_scale, g.position AS wanted_position,
        g.sub_rank AS wanted_sub_rank
    FROM interventions_target AS t LEFT JOIN caseload_course AS c ON c.id = t.course_id
    LEFT JOIN progress_scalegrade AS g ON g.id = t.figure_grade_id
    WHERE t.student_id = %(student)s AND t.state = ANY(%(open)s) AND {_TARGET} ORDER BY t.due_on, t.id"""


class Talk(NamedTuple):
    """A one-to-one that somebody may read; `who` led it."""

    pk: int
    public_id: UUID
    held_at: datetime
    type: str
    wellbeing: int | None
    notes: str
    student_words: str
    tutor_actions: str
    next_on: date | None
    who: str

    @property
    def wellbeing_words(self) -> str:
        """How things were, in words."""
        return Wellbeing(self.wellbeing).label if self.wellbeing else ""


class Remark(NamedTuple):
    """A quick note that somebody may read; `who` wrote it."""

    public_id: UUID
    written_at: datetime
    kind: str
    text: str
    who: str

    @property
    def kind_words(self) -> str:
        """What it is about, in words."""
        return NoteKind(self.kind).label


class TargetStage(NamedTuple):
    """A target as it was set, or what a review found of it; `outcome` is empty when it was set."""

    outcome: str
    public_id: UUID
    what: str
    due_on: date
    set_on: date
    moment: datetime | None  # when it was reviewed, or of the one-to-one in which it was set
    line: str
    who: str
    pk: int


def readable(user: Any, student: Student) -> dict[str, Any]:
    """What this person may read of one student's notes, one-to-ones and targets, as `visible_to` of these says it."""
    asked = (TEACHER_NOTE, PASTORAL_NOTE, VIEW, LOG)
    held = Student.objects.permissions_reaching(user, asked, student.pk) if getattr(user, "pk", None) else set()
    audiences = {TEACHER_NOTE: [Audience.TEACHERS], PASTORAL_NOTE: [Audience.TEACHERS, Audience.PASTORAL]}
    return {
        "student": student.pk,
        "reader": user.pk,
        "audiences": sorted(
            {str(one) for permission in audiences if permission in held for one in audiences[permission]}
        ),
        "pastoral": PASTORAL_NOTE in held,
        "views": VIEW in held,
        "logs": LOG in held,
    }


def meetings_of(user: Any, student: Student, before: datetime | None = None, limit: int = 1) -> list[Talk]:
    """A student's one-to-ones, the latest first. One query."""
    rows = _rows(_MEETINGS, readable(user, student) | {"before": before, "limit": limit})
    return [_named(Talk, row) for row in rows]


def last_meeting(user: Any, student: Student) -> tuple[Talk | None, datetime | None]:
    """A student's last one-to-one, and when they last had any, as far as this person may know: whoever holds them knows of
    every one. One query."""
    held, *row = _rows(_LAST, readable(user, student) | {"before": None, "limit": 1})[0]
    return _named(Talk, row) if row[0] else None, held


def notes_of(user: Any, student: Student, before: datetime | None, limit: int) -> list[Remark]:
    """A student's quick notes, the latest first. One query."""
    rows = _rows(_NOTES, readable(user, student) | {"before": before, "limit": limit})
    return [_named(Remark, row) for row in rows]


def unsealed_notes_of(user: Any, student: Student, since: datetime, limit: int) -> list[Remark]:
    """A student's quick notes since a moment, but those whose words are sealed; the latest first. One query."""
    rows = _rows(_UNSEALED, readable(user, student) | {"since": since, "limit": limit})
    return [_named(Remark, row) for row in rows]


def target_stages_of(user: Any, student: Student, before: datetime | None, limit: int) -> list[TargetStage]:
    """Every target of a student as it was set, the first due first; then what reviews found, the latest first. One query."""
    rows = _rows(_SET_AND_REVIEWED, readable(user, student) | {"before": before, "limit": limit})
    found = [TargetStage._make((*row[:7], formal_name(*row[7:10]), row[10])) for row in rows]
    reviews = sorted((one for one in found if one.outcome), key=lambda one: (one.moment, one.pk), reverse=True)
    return [*sorted((one for one in found if not one.outcome), key=lambda one: (one.due_on, one.pk)), *reviews]


def open_targets(user: Any, student: Student) -> list[Target]:
    """A student's open targets, the first due first, each with the title of its course and the grade wanted. One query."""
    rows: list[Any] = list(Target.objects.raw(_OPEN, readable(user, student) | {"open": list(OPEN_STATES)}))
    for row in rows:
        if row.course_id:
            row.course = Course.from_db(row._state.db, ["id", "title"], [row.course_id, row.course_title])
        if row.figure_grade_id:
            names = ["id", "scale_id", "label", "position", "sub_rank"]  # in the order of the model
            wanted = [row.figure_grade_id, *(getattr(row, f"wanted_{name.removesuffix('_id')}") for name in names[1:])]
            row.figure_grade = ScaleGrade.from_db(row._state.db, names, wanted)
    return rows


def _named(kind: Any, row: Sequence[Any]) -> Any:
    """A row that ends with the title and the names of a member of staff, as one of ours that ends with who it is."""
    return kind._make((*row[:-3], formal_name(*row[-3:])))


def _rows(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
