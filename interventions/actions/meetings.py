"""Logging a one-to-one and amending it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import record
from caseload.models import Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from core.actors import SystemActor
from core.outbox import address_of, mail_words, queue_mail
from interventions import choices, rules
from interventions.actions.beforehand import use_words
from interventions.actions.bookings import hold_booked
from interventions.actions.drafts import forget_draft
from interventions.actions.targets import ReviewSaid, TargetSaid, review_target, set_target
from interventions.choices import Audience
from interventions.models import Meeting, MeetingType

By = User | SystemActor

TEXTS = ("wellbeing", "student_words", "notes", "tutor_actions")
KEPT = (*TEXTS, "type", "held_at", "next_on", "audience", "visible_to_student", "visible_to_home")


class AlreadyLogged(Exception):
    """This one-to-one was saved from another tab or device with other words; nothing more was saved."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(str(meeting))
        self.meeting = meeting


class MeetingChanged(Exception):
    """Somebody else amended the one-to-one meanwhile; nothing was saved."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(str(meeting))
        self.meeting = meeting


@dataclass(frozen=True)
class MeetingSaid:
    """A one-to-one as it was typed."""

    type: MeetingType
    held_at: datetime
    wellbeing: int | None = None
    student_words: str = ""
    notes: str = ""
    tutor_actions: str = ""
    next_on: date | None = None
    audience: str = Audience.PASTORAL
    readers: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    visible_to_student: bool = False
    visible_to_home: bool = False


@transaction.atomic
def log_meeting(
    student: Student,
    said: MeetingSaid,
    reviews: Sequence[ReviewSaid],
    targets: Sequence[TargetSaid],
    *,
    token: UUID,
    by: By,
    led_by: User | None = None,
    draft_key: UUID | None = None,
    answers: Sequence[str] = (),
) -> Meeting:
    """Log a one-to-one: the meeting, what became of the last targets, the new ones, and what it answers, all or nothing.

    The open reasons named by `answers` are cleared through it. The draft is erased. The same form sent twice makes one meeting; sent again with other words it says so.
    """
    if not rules.may_log_meeting(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    try:
        with transaction.atomic():
            meeting = _write(student, said, token, by, led_by or by)
    except IntegrityError:
        return _logged_before(student, said, reviews, targets, token, by)
    for review in reviews:
        review_target(review, by=by, meeting=meeting)
    for target in targets:
        set_target(student, target, by=by, meeting=meeting)
    if draft_key:
        forget_draft(draft_key, by)
    hold_booked(meeting)
    use_words(meeting)
    _tell(meeting, said.told, by)
    answering.clear(answers, [student.pk], by=by, through=Through("One-to-one", "meeting", meeting.pk))
    details = {"student": student.pk, "reviews": len(reviews), "targets": len(targets)}
    record.record(by, choices.LOGGED_MEETING, "meeting", meeting.pk, details=details)
    return meeting


def _write(student: Student, said: MeetingSaid, token: UUID, by: User, led_by: User) -> Meeting:
    kept = {name: getattr(said, name) for name in KEPT}
    meeting = Meeting.objects.create(student=student, written_by=by, led_by=led_by, form_token=token, **kept)
    if said.audience == Audience.NAMED:
        meeting.readers.set(said.readers)
    return meeting


def _tell(meeting: Meeting, told: Sequence[int], by: User) -> None:
    """Mail those who are to be told, as far as they may read it: a link, no name and no word of it."""
    for user in User.objects.filter(pk__in=told, is_active=True).order_by("pk"):
        if Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists():
            meeting.told.add(user)
            context = {
                "by": by.formal_name,
                "url": address_of("interventions:meeting_detail", meeting_id=meeting.public_id),
            }
            words = mail_words("interventions/mail/told", context)
            key = f"told:{meeting.public_id}:{user.pk}"
            queue_mail(key=key, to=user.email, to_person_id=user.pk, subject="A one-to-one to read", by=by, **words)


def _logged_before(
    student: Student,
    said: MeetingSaid,
    reviews: Sequence[ReviewSaid],
    targets: Sequence[TargetSaid],
    token: UUID,
    by: User,
) -> Meeting:
    """The meeting that this very form made already, when it says the same."""
    meeting = Meeting.objects.filter(form_token=token, student=student, written_by=by).first()
    if meeting is None:
        raise PermissionDenied
    same = all(getattr(meeting, name) == getattr(said, name) for name in TEXTS)
    same &= {review.target.pk for review in reviews} == set(meeting.reviews.values_list("target_id", flat=True))
    same &= sorted(target.what for target in targets) == sorted(meeting.targets_set.values_list("what", flat=True))
    if not same:
        raise AlreadyLogged(meeting)
    return meeting


@transaction.atomic
def amend_meeting(meeting: Meeting, version: int, said: MeetingSaid, *, by: By) -> Meeting:
    """Amend what was written of a one-to-one. What stood before is kept; a second person at it is told."""
    if not rules.may_amend_meeting(by, meeting) or isinstance(by, SystemActor):
        raise PermissionDenied
    now = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if now.version != version:
        raise MeetingChanged(now)
    for name in KEPT:
        setattr(now, name, getattr(said, name))
    now.version, now.amended_by, now.amended_at = version + 1, by, clock.now()
    now.save(update_fields=[*KEPT, "version", "amended_by", "amended_at"])
    now.readers.set(said.readers if said.audience == Audience.NAMED else ())
    record.record(by, choices.AMENDED_MEETING, "meeting", now.pk, details={"student": now.student_id})
    return now
