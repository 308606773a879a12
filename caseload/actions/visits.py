"""Home visits: plan one, check in, say that it takes longer, check out, call it off, say what was found, write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from audit import record
from caseload import verbs
from caseload.actions.contacts import NotToBeContacted, log_contact
from caseload.actions.visit_alerts import first_alert_at, tell_all_is_well, tell_watcher
from caseload.choices import VISITS_TO_LOG, WATCHED_VISITS, VisitFound, VisitState, VisitStepKind
from caseload.models import Contact, ContactLogEntry, Student, StudentContact, Visit, VisitPolicy, VisitStep
from caseload.queries.visits import visit_policy
from caseload.rules.structure import manages_college
from caseload.rules.students import LOG_CONTACT, reaches, require
from caseload.rules.visits import goes_along, may_call_off
from core import clock

if TYPE_CHECKING:
    By = User


class VisitMoved(Exception):
    """Somebody else did something with this visit meanwhile, so this can't be done any more."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("moved meanwhile")
        self.visit = visit


@dataclass(frozen=True)
class VisitSaid:
    """A visit as it was typed. Times are moments; `phone` is where whoever goes can be rung."""

    place: str
    purpose: str
    goes: User
    phone: str
    watcher: User
    planned_for: datetime
    back_by: datetime
    contact: Contact | None = None
    companions: tuple[User, ...] = ()
    others: str = ""


@transaction.atomic
def plan_visit(by: "By", student: Student, said: VisitSaid, *, token: UUID) -> Visit:
    """Plan a home visit. Whoever watches is told by mail; a missed check-out is said from then on.

    The same form sent twice plans one. Raises NotToBeContacted for a contact who must not be contacted.
    """
    require(reaches(by, LOG_CONTACT, student) and reaches(said.goes, LOG_CONTACT, student))
    require(said.goes.pk != said.watcher.pk and said.watcher not in said.companions)
    if said.contact is not None:
        links = StudentContact.objects.filter(student=student, contact=said.contact, no_contact=True, ended_on=None)
        if links.exists():
            raise NotToBeContacted
    values = {name: getattr(said, name) for name in said.__dataclass_fields__ if name != "companions"}
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                student=student, made_by=by, form_token=token, next_alert_at=first_alert_at(said.back_by), **values
            )
    except IntegrityError:
        return Visit.objects.get(form_token=token, made_by=by)
    visit.companions.set(said.companions)
    _note(visit, VisitStepKind.PLANNED, by, verbs.VISIT_PLANNED)
    tell_watcher(visit, by)
    return visit


@transaction.atomic
def check_in(by: "By", visit: Visit) -> Visit:
    """The visit begins. When its end is past already, it gets as long as one press adds. An alert ends."""
    require(goes_along(by, visit))
    now = clock.now()
    back_by = visit.back_by if visit.back_by > now else now + timedelta(minutes=visit_policy().extend_minutes)
    moved = _move(
        visit, (VisitState.PLANNED,), state=VisitState.OUT, checked_in_at=now, back_by=back_by,
        next_alert_at=first_alert_at(back_by), alert_level=0,
    )  # fmt: skip
    step = _note(moved, VisitStepKind.IN, by, verbs.VISIT_CHECKED_IN)
    tell_all_is_well(visit, step, by)
    return moved


@transaction.atomic
def extend_visit(by: "By", visit: Visit, version: int) -> Visit:
    """It takes longer: one press adds the minutes of the policy to the time expected back, counted from now if that is past.

    An alert ends, and who was told hears so. Raises VisitMoved when somebody pressed meanwhile.
    """
    require(goes_along(by, visit))
    minutes = timedelta(minutes=visit_policy().extend_minutes)
    back_by = max(visit.back_by, clock.now()) + minutes
    values = {"back_by": back_by, "next_alert_at": first_alert_at(back_by), "alert_level": 0}
    moved = _move(visit, WATCHED_VISITS, version=version, **values)
    step = _note(moved, VisitStepKind.EXTENDED, by, verbs.VISIT_EXTENDED)
    tell_all_is_well(visit, step, by)
    return moved


@transaction.atomic
def check_out(by: "By", visit: Visit) -> Visit:
    """Back from the visit. An alert ends, and who was told hears so."""
    require(goes_along(by, visit))
    moved = _move(visit, (VisitState.OUT,), state=VisitState.BACK, checked_out_at=clock.now(), alert_level=0)
    step = _note(moved, VisitStepKind.OUT, by, verbs.VISIT_CHECKED_OUT)
    tell_all_is_well(visit, step, by)
    return moved


@transaction.atomic
def call_off(by: "By", visit: Visit) -> Visit:
    """The visit does not take place. Only while nobody has checked in. An alert ends."""
    require(may_call_off(by, visit))
    moved = _move(visit, (VisitState.PLANNED,), state=VisitState.CANCELLED, alert_level=0)
    step = _note(moved, VisitStepKind.CANCELLED, by, verbs.VISIT_CANCELLED)
    tell_all_is_well(visit, step, by)
    return moved


@transaction.atomic
def settle_visit(by: "By", visit: Visit, found: str, words: str) -> Visit:
    """Say what one found who followed up a missed check-out. No more alerts come, and who was told hears so."""
    require(Visit.objects.all().visible_to(by, LOG_CONTACT).filter(pk=visit.pk).exists())
    label = VisitFound(found).label
    moved = _move(visit, WATCHED_VISITS, state=VisitState.SETTLED, alert_level=0)
    said = f"{label}. {words.strip()}"[:400]
    step = _note(moved, VisitStepKind.FOUND, by, verbs.VISIT_SETTLED, words=said, found=found)
    tell_all_is_well(visit, step, by)
    return moved


@transaction.atomic
def write_down_visit(by: "By", visit: Visit, *, answers: Sequence[str] = (), **entry: Any) -> ContactLogEntry:
    """Write a visit into the contact log, with what came of it and when to follow up. Sent twice it is one entry."""
    row = Visit.objects.select_for_update().get(pk=visit.pk)
    require(goes_along(by, row))
    if row.log_entry is not None:
        return row.log_entry
    if row.state not in VISITS_TO_LOG or row.checked_in_at is None:
        raise VisitMoved(row)
    written = log_contact(
        by, row.student, key=row.form_token, answers=answers, channel="visit", direction="out", at=row.checked_in_at,
        **entry,
    )  # fmt: skip
    Visit.objects.filter(pk=row.pk).update(log_entry=written, version=F("version") + 1)
    _note(row, VisitStepKind.LOGGED, by, verbs.VISIT_LOGGED, entry=written.pk)
    return written


@transaction.atomic
def set_visit_policy(by: "By", *, people: Sequence[User], **minutes: int) -> VisitPolicy:
    """Decide after how many minutes a missed check-out is said, and who hears it after the watcher."""
    require(manages_college(by))
    values = minutes | {"changed_by": by, "changed_at": clock.now()}
    row, _ = VisitPolicy.objects.update_or_create(pk=1, defaults=values)
    row.people.set(people)
    details = minutes | {"people": sorted(person.pk for person in people)}
    record.record(by, verbs.VISIT_POLICY_SET, "visit_policy", 1, details=details)
    return row


def _move(visit: Visit, was: Sequence[str], version: int | None = None, **values: Any) -> Visit:
    """Change the row only if it is still in the state that it was in; VisitMoved says how it is now."""
    rows = Visit.objects.filter(pk=visit.pk, state__in=was)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(**values, version=F("version") + 1):
        raise VisitMoved(Visit.objects.get(pk=visit.pk))
    return Visit.objects.select_related("goes", "watcher").get(pk=visit.pk)


def _note(visit: Visit, kind: str, by: "By", verb: str, words: str = "", **details: Any) -> VisitStep:
    details |= {"student": visit.student_id}
    record.record(by, verb, "visit", visit.pk, details=details)
    return VisitStep.objects.create(visit=visit, kind=kind, by=by, words=words, back_by=visit.back_by)
