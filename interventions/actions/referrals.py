"""Referrals: students referred to a service, accepted or declined by whoever takes them up, ended; and the services."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import record
from caseload.models import Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from core.outbox import address_of, mail_words, queue_mail
from interventions import choices_referrals as choices
from interventions.choices_referrals import REFER, SET_UP, ReferralState
from interventions.models import Referral, Service
from interventions.queries.readers import staff_in_role
from interventions.rules import may_take_up


class ReferralChanged(Exception):
    """Somebody answered, ended or took it back meanwhile."""


class AlreadyReferred(Exception):
    """The person has an open referral of one of these students to this service; `student` is the first of them."""

    def __init__(self, student: Student) -> None:
        super().__init__("referred already")
        self.student = student


@dataclass(frozen=True)
class ReferralSaid:
    """A referral as it was typed."""

    service: Service
    reason: str
    urgent: bool = False
    student_agrees: bool = False


@dataclass(frozen=True)
class EndSaid:
    """How a referral ended: the result, what the referrer is told, and what is for the service alone."""

    result: str
    told: str = ""
    outcome: str = ""


@transaction.atomic
def refer(
    by: User, said: ReferralSaid, students: Sequence[Student], *, token: UUID, answers: Collection[str] = ()
) -> list[Referral]:
    """Refer students to a service; their open reasons named by `answers` are cleared through it.

    Whoever takes the service's referrals up gets a mail without a name. The same form sent twice refers once.
    Raises PermissionDenied when a student is out of reach, AlreadyReferred.
    """
    ids = [student.pk for student in students]
    if not ids or Student.objects.visible_to(by, REFER).filter(pk__in=ids).count() < len(set(ids)):
        raise PermissionDenied
    before = list(Referral.objects.filter(form_token=token, referred_by=by))
    if before:
        return before
    made = [_refer(by, said, student, token) for student in students]
    through = Through(f"Referral to {said.service.name}", "referral", made[0].pk)
    if said.service.confidential:
        through = Through("Referral", "referral", made[0].pk)
    answering.clear(answers, ids, by=by, through=through)
    return made


def _refer(by: User, said: ReferralSaid, student: Student, token: UUID) -> Referral:
    try:
        with transaction.atomic():
            row = Referral.objects.create(
                student=student, service=said.service, reason=said.reason, urgent=said.urgent,
                student_agrees=said.student_agrees, referred_by=by, form_token=token,
            )  # fmt: skip
    except IntegrityError:
        twice = Referral.objects.filter(form_token=token, student=student, referred_by=by).first()
        if twice is None:
            raise AlreadyReferred(student) from None
        return twice
    record.record(by, choices.REFERRED, "referral", row.pk, details={"student": student.pk})
    _tell_takers(row, by)
    return row


def takers_of(referral: Referral) -> list[User]:
    """Who takes a referral up: those named in its service, and those who hold its role over the student."""
    named = list(referral.service.people.filter(is_active=True).order_by("sort_key", "pk"))
    if referral.service.role:
        named += staff_in_role(referral.student_id, referral.service.role)
    return list({user.pk: user for user in named}.values())


def _tell_takers(referral: Referral, by: User) -> None:
    subject = "An urgent referral waits for you" if referral.urgent else "A referral waits for you"
    for user in takers_of(referral):
        if user.pk != by.pk:
            _mail(referral, user, by, "referral_waits", subject)


def _mail(referral: Referral, user: User, by: User, template: str, subject: str) -> None:
    """A link, no name and no word of it."""
    url = address_of("interventions:referral_detail", referral_id=referral.public_id)
    words = mail_words(f"interventions/mail/{template}", {"url": url, "urgent": referral.urgent})
    key = f"{template}:{referral.public_id}:{referral.version}:{user.pk}"
    queue_mail(key=key, to=user.email, to_person_id=user.pk, subject=subject, by=by, **words)


@transaction.atomic
def accept_referral(by: User, referral: Referral, version: int, answer: str = "") -> Referral:
    """Take a referral up. The referrer is told. Raises ReferralChanged."""
    return _answer(by, referral, version, ReferralState.ACCEPTED, answer)


@transaction.atomic
def decline_referral(by: User, referral: Referral, version: int, answer: str) -> Referral:
    """Decline a referral, in words that say what would help instead. The referrer is told. Raises ReferralChanged."""
    return _answer(by, referral, version, ReferralState.DECLINED, answer)


def _answer(by: User, referral: Referral, version: int, state: ReferralState, answer: str) -> Referral:
    row = _locked(referral, version, ReferralState.ASKED)
    _require_taker(by, row)
    row.state, row.answer, row.taken_by, row.answered_at = state, answer, by, clock.now()
    if row.referred_by_id == by.pk and state == ReferralState.DECLINED:
        row.noted_at = clock.now()  # they know
    _save(row, "state", "answer", "taken_by", "answered_at", "noted_at")
    accepted = state == ReferralState.ACCEPTED
    _record(by, row, choices.REFERRAL_ACCEPTED if accepted else choices.REFERRAL_DECLINED)
    _tell_referrer(row, by)
    return row


@transaction.atomic
def close_referral(by: User, referral: Referral, version: int, said: EndSaid) -> Referral:
    """End a referral that was accepted, with what came of it. The referrer is told the result. Raises ReferralChanged."""
    row = _locked(referral, version, ReferralState.ACCEPTED)
    _require_taker(by, row)
    row.state, row.closed_at, row.closed_by = ReferralState.CLOSED, clock.now(), by
    row.result, row.told, row.outcome = said.result, said.told, said.outcome
    _save(row, "state", "closed_at", "closed_by", "result", "told", "outcome")
    _record(by, row, choices.REFERRAL_CLOSED)
    _tell_referrer(row, by)
    return row


@transaction.atomic
def take_back(by: User, referral: Referral, version: int) -> Referral:
    """Take back one's own referral that nobody has answered. Raises ReferralChanged."""
    row = _locked(referral, version, ReferralState.ASKED)
    _require_referrer(by, row)
    row.state = ReferralState.WITHDRAWN
    _save(row, "state")
    _record(by, row, choices.REFERRAL_TAKEN_BACK)
    return row


@transaction.atomic
def note_decline(by: User, referral: Referral) -> bool:
    """The referrer has taken note that it was declined, so that it waits on no list any more. Gives whether that is new."""
    _require_referrer(by, referral)
    row = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    if row.state != ReferralState.DECLINED or row.noted_at is not None:
        return False
    row.noted_at = clock.now()
    row.save(update_fields=["noted_at"])
    _record(by, row, choices.REFERRAL_NOTED)
    return True


def _tell_referrer(referral: Referral, by: User) -> None:
    if referral.referred_by_id != by.pk and referral.referred_by.is_active:
        _mail(referral, referral.referred_by, by, "referral_answered", "News of a referral of yours")


def _locked(referral: Referral, version: int, state: ReferralState) -> Referral:
    rows = Referral.objects.select_for_update(of=("self",)).select_related("service", "student", "referred_by")
    row: Referral = rows.get(pk=referral.pk)
    if row.version != version or row.state != state:
        raise ReferralChanged
    return row


def _require_taker(by: User, referral: Referral) -> None:
    if not may_take_up(by, referral):
        raise PermissionDenied


def _require_referrer(by: User, referral: Referral) -> None:
    if not Referral.objects.of(by).filter(pk=referral.pk).exists():
        raise PermissionDenied


def _save(row: Referral, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _record(by: User, row: Referral, verb: str) -> None:
    record.record(by, verb, "referral", row.pk, details={"student": row.student_id})


@transaction.atomic
def save_service(by: User, service: Service | None, *, people: Sequence[User], **values: Any) -> Service:
    """Add a service that students can be referred to, or change one. What was referred to it stays with it."""
    if not by.has_perm(SET_UP):
        raise PermissionDenied
    row = service or Service()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    row.people.set(people)
    record.record(by, choices.SERVICE_SAVED, "service", row.pk, details={"name": row.name})
    return row
