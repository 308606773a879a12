"""Keeping what is typed of a one-to-one before it is saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload.models import Student
from core import clock
from core.actors import SystemActor
from interventions import choices, rules
from interventions.choices import PASSED_ON_WORDS
from interventions.models import MeetingDraft, Note

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


@dataclass(frozen=True)
class Kept:
    """A draft as it was kept, and how many others of the same author there are for the student."""

    draft: MeetingDraft
    others: int


@transaction.atomic
def save_draft(
    student: Student, key: UUID, data: dict[str, Any], *, by: "By", continues: UUID | None = None, seen: int = 0
) -> Kept:
    """Keep what is typed in one open form under its own key, for its author alone.

    A form that took up an older draft replaces it, unless another tab or device went on with it meanwhile: then both
    are kept, and whoever opens the form next sees both.
    """
    if not rules.may_log_meeting(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    if _passed_on(key, by):
        return Kept(MeetingDraft(key=key, author=by, student=student), 0)
    mine = MeetingDraft.objects.filter(author=by, student=student)
    draft = keep_words(mine, key, data, continues, seen, author=by, student=student)
    return Kept(draft, mine.exclude(pk=draft.pk).count())


def keep_words(mine: Any, key: UUID, data: dict[str, Any], continues: UUID | None, seen: int, **new: Any) -> Any:
    """Keep what one open form holds under its key, among the author's own drafts of the same thing (a queryset).

    On its first save it replaces the draft that it took up, unless that one went on elsewhere since.
    """
    draft = mine.select_for_update().filter(key=key).first()
    if draft is None:
        draft = mine.model.objects.create(key=key, data=data, **new)
        if continues:
            mine.filter(key=continues, version=seen).delete()
    elif draft.data != data:
        draft.data, draft.version, draft.saved_at = data, draft.version + 1, clock.now()
        draft.save(update_fields=["data", "version", "saved_at"])
    return draft


def _passed_on(key: UUID, by: "User") -> bool:
    """Whether this form's words were passed on: what it sent just before must not be kept after."""
    return Note.objects.filter(form_token=key, written_by=by, text=PASSED_ON_WORDS).exists()


def forget_draft(key: UUID, by: "User") -> None:
    """Erase a draft that has become a one-to-one."""
    MeetingDraft.objects.filter(author=by, key=key).delete()


@transaction.atomic
def discard_draft(student: Student, key: UUID, *, by: "By") -> None:
    """Throw away a draft. Its author alone can; nobody else ever saw it."""
    if isinstance(by, SystemActor):
        raise PermissionDenied
    gone, _ = MeetingDraft.objects.filter(author=by, student=student, key=key).delete()
    if gone:
        record.record(by, choices.DISCARDED_DRAFT, "student", student.pk)
