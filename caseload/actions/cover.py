"""Hand a caseload over from one day to another, end that early, and decide who may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from audit.record import record
from caseload import verbs
from caseload.actions.grants import AlreadyEnded, Impossible, period_of, save_once
from caseload.choices import Capacity
from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, CoverNote, CoverPolicy
from caseload.queries.grants import last_day_of
from caseload.rules.cover import may_arrange_for
from caseload.rules.structure import manages_college
from caseload.rules.students import require
from core import clock, wording
from core.outbox import address_of, mail_words, queue_mail


@dataclass(frozen=True)
class Handover:
    """What is handed over: the caseload, to whom, from the first day to the last, with what they need to know."""

    caseload: Caseload
    to: User
    starts_on: date
    last_day: date
    note: str
    reason: str = ""
    lines: Mapping[int, str] = field(default_factory=dict)  # what to look after, by student


@transaction.atomic
def arrange_cover(wanted: Handover, *, by: User) -> CaseloadGrant:
    """Hand a caseload to a colleague for some days. They are told by mail, without any name; it ends by itself.

    Sent twice it is arranged once. Raises NotAllowed, Impossible (which field, and why), AlreadyHeld (they hold it
    already, or somebody else covers it on one of the days).
    """
    require(may_arrange_for(by, wanted.caseload))
    _check(wanted)
    period = period_of(wanted.starts_on, wanted.last_day)
    same = CaseloadGrant.objects.filter(
        user=wanted.to, content_object=wanted.caseload, capacity=Capacity.COVER, period=period, given_by=by
    ).first()
    if same is not None:
        return same
    grant = CaseloadGrant(
        user=wanted.to,
        role=Group.objects.get(name="tutor"),
        content_object=wanted.caseload,
        capacity=Capacity.COVER,
        period=period,
        reason=wanted.reason,
        handover_note=wanted.note,
        given_by=by,
    )
    save_once(grant)
    members = CaseloadMembership.objects.filter(group=wanted.caseload, period__contains=clock.today())
    inside = set(members.values_list("student_id", flat=True))
    CoverNote.objects.bulk_create(
        CoverNote(grant=grant, student_id=student, text=text)
        for student, text in sorted(wanted.lines.items())
        if text and student in inside
    )
    details = {
        "user": wanted.to.pk,
        "caseload": wanted.caseload.pk,
        "from": wanted.starts_on.isoformat(),
        "last_day": wanted.last_day.isoformat(),
    }
    record(by, verbs.COVER_ARRANGED, "grant.caseload", grant.pk, details=details)
    _tell(grant, wanted, by)
    return grant


def _check(wanted: Handover) -> None:
    today = clock.today()
    if not wanted.to.works_here or not wanted.to.is_active:
        raise Impossible("to", "This person does not work here. Choose a colleague who does.")
    if wanted.starts_on < today:
        raise Impossible("starts_on", "That day has passed. Cover begins today or later.")
    if wanted.last_day < wanted.starts_on:
        raise Impossible("last_day", "The last day is before the first. Choose the same day or a later one.")
    ends_on = wanted.caseload.year.ends_on
    if wanted.last_day > ends_on:
        raise Impossible(
            "last_day", f"{wanted.caseload.name} is a group of the year that ends on {wording.day(ends_on)}."
        )


def _tell(grant: CaseloadGrant, wanted: Handover, by: User) -> None:
    """Mail whoever covers: from when to when, and a link; no student's name and no word of the note."""
    days = f"from {wording.day(wanted.starts_on)} to {wording.day(wanted.last_day)}"
    if wanted.starts_on == wanted.last_day:
        days = f"on {wording.day(wanted.starts_on)}"
    context = {
        "by": by.formal_name,
        "caseload": wanted.caseload.name,
        "days": days,
        "url": address_of("caseload:cover_detail", public_id=grant.public_id),
    }
    queue_mail(
        key=f"cover:{grant.public_id}",
        to=wanted.to.email,
        to_person_id=wanted.to.pk,
        subject="You cover a caseload",
        by=by,
        **mail_words("caseload/mail/cover", context),
    )


@transaction.atomic
def end_cover(grant: CaseloadGrant, *, by: User) -> CaseloadGrant:
    """End cover from this moment; what has not begun is taken back. Raises NotAllowed, AlreadyEnded."""
    stored = CaseloadGrant.objects.select_for_update().get(pk=grant.pk, capacity=Capacity.COVER)
    require(may_arrange_for(by, stored.content_object))
    today, last = clock.today(), last_day_of(stored.period)
    if last is None or last < today:
        raise AlreadyEnded
    stored.period = DateRange(stored.period.lower, max(today, stored.period.lower))
    stored.ended_by, stored.ended_at = by, clock.now()
    stored.save(update_fields=["period", "ended_by", "ended_at"])
    details = {"user": stored.user_id, "caseload": stored.content_object_id}
    record(by, verbs.COVER_ENDED, "grant.caseload", stored.pk, details=details)
    return stored


@transaction.atomic
def set_cover_policy(by: User, *, tutors_arrange: bool) -> CoverPolicy:
    """Decide whether tutors hand over their own caseload."""
    require(manages_college(by))
    values = {"tutors_arrange": tutors_arrange}
    row, _ = CoverPolicy.objects.update_or_create(pk=1, defaults=values | {"changed_by": by, "changed_at": clock.now()})
    record(by, verbs.COVER_POLICY_SET, "cover_policy", 1, details=values)
    return row
