"""Write for the next tutor, hand a caseload over to them, take that back."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload.models import Caseload, CaseloadMembership
from core import clock
from interventions.choices import HANDED_OVER, HANDOVER_TAKEN_BACK
from interventions.fields import cleaned
from interventions.models import Handover, HandoverNote
from interventions.rules_handovers import may_write_for

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyHanded(Exception):
    """It has been handed over; it is taken back before it is changed."""


class NoteChanged(Exception):
    """Somebody else wrote about this student meanwhile; `note` is what stands now."""

    def __init__(self, note: HandoverNote) -> None:
        super().__init__()
        self.note = note


def _begun(caseload: Caseload, by: "User") -> Handover:
    """The handover of a caseload, begun when there is none, held still until the transaction is over."""
    if not may_write_for(by, caseload):
        raise PermissionDenied
    Handover.objects.get_or_create(caseload=caseload, defaults={"begun_by": by})
    return Handover.objects.select_for_update().get(caseload=caseload)


@transaction.atomic
def write_note(caseload: Caseload, student_id: int, text: str, version: int, *, by: "User") -> HandoverNote | None:
    """Keep what is typed about one student, as a draft. `version` is that of the page, nought when nothing stood there.

    Raises AlreadyHanded, NoteChanged (somebody wrote other words meanwhile; nothing is changed).
    """
    handover = _begun(caseload, by)
    if handover.handed_at is not None:
        raise AlreadyHanded
    words = cleaned(text).strip()
    note = HandoverNote.objects.filter(handover=handover, student=student_id).first()
    if note is None:
        inside = CaseloadMembership.objects.filter(
            group=caseload, student=student_id, period__contains=clock.today()
        ).exists()
        if not inside:
            raise PermissionDenied
        return HandoverNote.objects.create(handover=handover, student_id=student_id, text=words, written_by=by) if words else None  # fmt: skip
    if note.text == words:
        return note
    if note.version != version:
        raise NoteChanged(note)
    note.text, note.written_by, note.written_at, note.version = words, by, clock.now(), note.version + 1
    note.save(update_fields=["text", "written_by", "written_at", "version"])
    return note


@transaction.atomic
def hand_over(caseload: Caseload, *, by: "User") -> Handover:
    """Hand a caseload over: from now on whoever reaches its students as pastoral staff reads it. Raises AlreadyHanded."""
    handover = _begun(caseload, by)
    if handover.handed_at is not None:
        raise AlreadyHanded
    members = CaseloadMembership.objects.filter(group=caseload, period__contains=clock.today())
    written = HandoverNote.objects.filter(handover=handover).values("student")
    missing = members.exclude(student__in=written).order_by("student_id").values_list("student_id", flat=True)
    HandoverNote.objects.bulk_create(
        HandoverNote(handover=handover, student_id=student, written_by=by) for student in missing.distinct()
    )
    handover.handed_by, handover.handed_at = by, clock.now()
    handover.save(update_fields=["handed_by", "handed_at"])
    record.record(by, HANDED_OVER, "handover", handover.pk, details={"caseload": caseload.pk})
    return handover


@transaction.atomic
def take_back(caseload: Caseload, *, by: "User") -> bool:
    """Make it a draft again, to change it. Gives whether it had been handed over."""
    handover = _begun(caseload, by)
    if handover.handed_at is None:
        return False
    handover.handed_by, handover.handed_at = None, None
    handover.save(update_fields=["handed_by", "handed_at"])
    record.record(by, HANDOVER_TAKEN_BACK, "handover", handover.pk, details={"caseload": caseload.pk})
    return True
