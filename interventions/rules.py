"""Who may log one-to-ones, set and review targets, and change what was written."""

from typing import TYPE_CHECKING

from caseload.models import Student
from core.actors import SystemActor
from interventions.models import Meeting, Note, Referral, Target

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


def _reaches(by: "By", permission: str, student_id: int) -> bool:
    if isinstance(by, SystemActor):
        return False
    return Student.objects.visible_to(by, permission).filter(pk=student_id).exists()


def may_log_meeting(by: "By", student: Student) -> bool:
    """The tutor, and pastoral staff who reach the student; never a class teacher as such."""
    return _reaches(by, "interventions.log_meeting", student.pk)


def may_set_target(by: "By", student: Student) -> bool:
    """The tutor, and pastoral staff who reach the student."""
    return _reaches(by, "interventions.set_target", student.pk)


def may_amend_meeting(by: "By", meeting: Meeting) -> bool:
    """Whoever wrote it or led it, while they may still log one-to-ones with the student; nobody once it is sealed."""
    mine = by.pk in (meeting.written_by_id, meeting.led_by_id) and meeting.sealed_at is None
    return mine and _reaches(by, "interventions.log_meeting", meeting.student_id)


def may_review_target(by: "By", target: Target) -> bool:
    """Whoever may read the target and set targets for its student."""
    if isinstance(by, SystemActor):
        return False
    return Target.objects.visible_to(by, "interventions.set_target").filter(pk=target.pk).exists()


def may_seal(by: "By", written: Meeting | Note) -> bool:
    """Whoever may read it and seal notes, once: the safeguarding leads."""
    if isinstance(by, SystemActor) or written.sealed_at is not None:
        return False
    rows = type(written)._default_manager.visible_to(by, "interventions.seal_note")
    return bool(rows.filter(pk=written.pk, sealed_at=None).exists())


def may_write_support(by: "By", student_id: int) -> bool:
    """Learning support, for the students whom they reach."""
    return _reaches(by, "interventions.write_support", student_id)


def may_take_up(by: "By", referral: Referral) -> bool:
    """Whoever its service names, or holds the service's role over the student; the referrer where it names nobody."""
    if isinstance(by, SystemActor):
        return False
    return bool(Referral.objects.taken_up_by(by).filter(pk=referral.pk).exists())
