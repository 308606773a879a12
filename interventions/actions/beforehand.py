"""Asking a student to write before a one-to-one, what they send, and sending them what was agreed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from audit import record
from caseload.models import Student
from core import clock
from core.actors import SystemActor
from core.models import Mail, SignedLink
from core.outbox import MARK, LinkGone, SecretLink, address_of, mail_words, queue_mail
from core.private import links
from interventions import choices, rules
from interventions.actions.bookings import BY_LINK, book_time
from interventions.models import Meeting, Slot, StudentWords, Target

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

PURPOSE = "one_to_one_beforehand"
MAILED_LINK = "interventions.beforehand"
OPEN_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Asked:
    """A student who was asked: the row, and the address for them alone, which is shown once and kept nowhere."""

    words: StudentWords
    address: str


@dataclass(frozen=True)
class Beforehand:
    """What a student writes before a one-to-one, and the time they choose if any."""

    well: str = ""
    hard: str = ""
    talk: str = ""
    wellbeing: int | None = None
    slot: Slot | None = None


@transaction.atomic
def ask_student(student: Student, *, by: "By", mail: bool = True) -> Asked:
    """Make a student's own link to write beforehand, see their targets and book; an earlier open one stops working.

    It opens for two weeks and is used once. With `mail` it goes to the student's own address, if they have one, and
    nobody else sees it: it is made when the email is handed over.
    """
    if (
        not rules.may_log_meeting(by, student)
        or isinstance(by, SystemActor)
        or not by.has_perm("interventions.offer_slots")
    ):
        raise PermissionDenied
    subject = {"student": student.pk, "asked_by": by.pk}
    links.revoke(purpose=PURPOSE, subject=subject)
    link, token = links.issue(PURPOSE, subject, by=by, expires_in=OPEN_FOR)
    words = StudentWords.objects.create(student=student, asked_by=by, link=link, mailed=mail and bool(student.email))
    if words.mailed:
        context = {"name": student.given_name, "tutor": by.formal_name, "link": MARK, "until": link.expires_at}
        queue_mail(
            key=f"beforehand:{words.public_id}",
            to=student.email,
            subject="Before our one-to-one",
            by=by,
            link=SecretLink(MAILED_LINK, {"link": link.pk}),
            **mail_words("interventions/mail/beforehand", context),
        )
    record.record(by, choices.ASKED_STUDENT, "student", student.pk, details={"link": link.pk, "mailed": words.mailed})
    return Asked(words, "" if words.mailed else address_of("interventions:beforehand", token=token))


def address_to_mail(about: dict[str, int]) -> str:
    """The address of a student's link, made when its email is handed over."""
    try:
        return address_of("interventions:beforehand", token=links.renew(SignedLink(pk=about["link"])))
    except links.LinkRefused:
        raise LinkGone(
            "This link was used, taken back or has run out, so it was not sent. Ask the student again."
        ) from None


@transaction.atomic
def take_back(words: StudentWords, *, by: "By") -> bool:
    """Take a student's link back, so that it opens no more. Gives whether it still opened."""
    if words.asked_by_id != by.pk:
        raise PermissionDenied
    if not links.revoke(pk=words.link_id):
        return False
    record.record(by, choices.TOOK_BACK_LINK, "student", words.student_id, details={"link": words.link_id})
    return True


def words_of(link: SignedLink) -> StudentWords:
    """The row that a link was made for."""
    return StudentWords.objects.select_related("student", "asked_by").get(link=link)


@transaction.atomic
def write_beforehand(token: str, said: Beforehand, client: str = "") -> StudentWords:
    """Keep what a student sent through their link, and book the time they chose; all or nothing, once.

    Raises LinkRefused when the link opens no more, and TimeTaken or StudentBusy when the time is gone: then the link
    still opens.
    """
    words = words_of(links.redeem(token, PURPOSE, client))
    for name in ("well", "hard", "talk", "wellbeing"):
        setattr(words, name, getattr(said, name))
    words.written_at = clock.now()
    words.save(update_fields=["well", "hard", "talk", "wellbeing", "written_at"])
    if said.slot is not None:
        if said.slot.tutor_id != words.asked_by_id:
            raise PermissionDenied
        book_time(said.slot, words.student, by=BY_LINK)
    details = {"link": words.link_id, "booked": said.slot is not None}
    record.record(BY_LINK, choices.STUDENT_WROTE, "student", words.student_id, details=details)
    return words


def use_words(meeting: Meeting) -> None:
    """What a student wrote beforehand belongs to the one-to-one that is logged next. Called when it is logged."""
    rows = StudentWords.objects.filter(student=meeting.student_id, asked_by=meeting.written_by_id, meeting=None)
    rows.exclude(written_at=None).update(meeting=meeting)


def agreed_targets(meeting: Meeting) -> list[Target]:
    """The targets that were set in a one-to-one, or looked at there and still open."""
    told = Q(set_at=meeting) | Q(reviews__meeting=meeting)
    return list(Target.objects.open().filter(told, student=meeting.student_id).distinct().order_by("due_on", "pk"))


@transaction.atomic
def send_agreed(meeting: Meeting, *, by: "By") -> Mail:
    """Mail the student their targets and the next date, and nothing else of the one-to-one. The same version goes once."""
    student = meeting.student
    mine = by.pk in (meeting.written_by_id, meeting.led_by_id)
    if not mine or not student.email or not rules.may_log_meeting(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    context = {
        "name": student.given_name,
        "tutor": by.formal_name,
        "targets": agreed_targets(meeting),
        "next_on": meeting.next_on,
    }
    words = mail_words("interventions/mail/agreed", context)
    key = agreed_key(meeting)
    if not Mail.objects.filter(key=key).exists():
        record.record(by, choices.SENT_AGREED, "meeting", meeting.pk, details={"student": student.pk})
    return queue_mail(key=key, to=student.email, subject="What we agreed", by=by, **words)


def agreed_key(meeting: Meeting) -> str:
    """What tells this version's mail from any other."""
    return f"agreed:{meeting.public_id}:{meeting.version}"
