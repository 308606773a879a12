"""Quick notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit import record
from caseload.models import Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core.actors import SystemActor
from interventions import choices, rules
from interventions.choices import Audience, NoteKind
from interventions.models import Note

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


@dataclass(frozen=True)
class NoteSaid:
    """A quick note as it was typed."""

    text: str
    kind: str = NoteKind.GENERAL
    audience: str = Audience.TEACHERS
    readers: tuple[int, ...] = ()
    visible_to_student: bool = False
    visible_to_home: bool = False


@transaction.atomic
def quick_note(student: Student, said: NoteSaid, *, token: UUID, by: "By", answers: Sequence[str] = ()) -> Note:
    """Write a quick note about one student; the open reasons named by `answers` are cleared through it.

    The same form sent twice makes one note.
    """
    if not rules.may_log_meeting(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    try:
        with transaction.atomic():
            note = Note.objects.create(
                student=student,
                written_by=by,
                form_token=token,
                kind=said.kind,
                text=said.text,
                audience=said.audience,
                visible_to_student=said.visible_to_student,
                visible_to_home=said.visible_to_home,
            )
    except IntegrityError:
        return Note.objects.get(form_token=token, student=student, written_by=by)
    note.readers.set(said.readers if said.audience == Audience.NAMED else ())
    answering.clear(answers, [student.pk], by=by, through=Through("Quick note", "note", note.pk))
    record.record(by, choices.WROTE_NOTE, "note", note.pk, details={"student": student.pk, "kind": said.kind})
    return note


@transaction.atomic
def quick_note_for_many(
    students: Sequence[Student], said: NoteSaid, *, token: UUID, by: "By", answers: Sequence[str] = ()
) -> list[Note]:
    """Write the same quick note about each of these students, all or none; each note is then that student's alone."""
    return [
        quick_note(student, said, token=uuid5(token, str(student.pk)), by=by, answers=answers) for student in students
    ]
