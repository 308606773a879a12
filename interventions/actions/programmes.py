"""Interventions: started for students, changed, reviewed and ended; students who join and leave; sessions that were held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from audit import record
from caseload.models import Course, Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from interventions import choices_programmes as choices
from interventions.actions.impact import explain_choice
from interventions.choices_programmes import RUN
from interventions.models import (
    Intervention,
    InterventionMember,
    InterventionReview,
    InterventionSession,
    InterventionType,
    Programme,
    SessionAttendance,
)

if TYPE_CHECKING:
    By = User


class InterventionChanged(Exception):
    """Somebody changed or ended it meanwhile."""

    def __init__(self, intervention: Intervention) -> None:
        super().__init__("changed meanwhile")
        self.intervention = intervention


class SessionHeldThen(Exception):
    """A session at that time is logged already."""


@dataclass(frozen=True)
class InterventionSaid:
    """An intervention as it was typed. Costs in pounds; an empty goal or cost is not known."""

    type: InterventionType
    title: str
    area: str
    intended: str
    figure: str
    led_by: User
    starts_on: date
    review_on: date
    ends_on: date | None = None
    figure_goal: Decimal | None = None
    course: Course | None = None
    cost_per_hour: Decimal | None = None
    other_cost: Decimal = Decimal(0)
    programme: str = ""

    def values(self) -> dict[str, Any]:
        """As the model's fields, but for the programme, which is typed as a name."""
        return {name: getattr(self, name) for name in names_of(self) if name != "programme"}


def names_of(said: InterventionSaid) -> tuple[str, ...]:
    """The names of what was typed."""
    return tuple(said.__dataclass_fields__)


@dataclass(frozen=True)
class SessionSaid:
    """A session as it was logged: when, for how long, who led it, who of those in it came."""

    held_at: datetime
    minutes: int
    staff: tuple[int, ...]
    came: frozenset[int]
    note: str = ""


@transaction.atomic
def start_intervention(
    by: "By",
    said: InterventionSaid,
    students: Sequence[Student],
    *,
    token: UUID,
    answers: Collection[str] = (),
    chosen_for: str = "",
) -> Intervention:
    """Start an intervention for these students; their open reasons named by `answers` are cleared through it.

    `chosen_for` says whether there was a reason for choosing them that their figures don't hold; empty leaves it to be asked.

    The same form sent twice starts one. Raises PermissionDenied when a student is out of reach.
    """
    _reach(by, students)
    try:
        with transaction.atomic():
            programme = _programme(by, said.programme)
            row = Intervention.objects.create(**said.values(), programme=programme, made_by=by, form_token=token)
    except IntegrityError:
        return Intervention.objects.get(form_token=token, made_by=by)
    _join(row, students, row.starts_on)
    ids = [student.pk for student in students]
    answering.clear(answers, ids, by=by, through=Through("Intervention", "intervention", row.pk))
    if chosen_for:
        explain_choice(by, chosen_for, intervention=row)
    record.record(by, choices.INTERVENTION_STARTED, "intervention", row.pk, details={"students": ids})
    return row


@transaction.atomic
def change_intervention(by: "By", intervention: Intervention, version: int, said: InterventionSaid) -> Intervention:
    """Change what an intervention is. Raises InterventionChanged when somebody else did so since, or ended it."""
    row = _open(by, intervention, version)
    for name, value in said.values().items():
        setattr(row, name, value)
    row.version += 1
    row.programme = _programme(by, said.programme)
    row.save(update_fields=[*said.values(), "programme", "version"])
    record.record(by, choices.INTERVENTION_CHANGED, "intervention", row.pk)
    return row


def _programme(by: "By", name: str) -> Programme | None:
    """The programme of this name, however it is written; the first who types a name makes it."""
    if not name.strip():
        return None
    there = Programme.objects.filter(name__iexact=name.strip()).first()
    if there is None:
        there = Programme.objects.create(name=name.strip(), made_by=by)
        record.record(by, choices.PROGRAMME_NAMED, "programme", there.pk)
    return there


@transaction.atomic
def add_students(
    by: "By", intervention: Intervention, students: Sequence[Student], day: date, answers: Collection[str] = ()
) -> int:
    """Let students take part from a day on; those who do already are passed over. Gives how many joined."""
    _reach(by, students)
    row = _open(by, intervention)
    inside = set(row.members.now().values_list("student_id", flat=True))
    new = [student for student in students if student.pk not in inside]
    _join(row, new, max(day, row.starts_on))
    ids = [student.pk for student in new]
    answering.clear(
        answers, [one.pk for one in students], by=by, through=Through("Intervention", "intervention", row.pk)
    )
    if ids:
        record.record(by, choices.INTERVENTION_JOINED, "intervention", row.pk, details={"students": ids})
    return len(new)


@transaction.atomic
def remove_student(by: "By", member: InterventionMember, last_day: date, because: str) -> None:
    """Let a student take part no longer after a day. Whoever was put in by mistake and never took part is taken out."""
    row = _open(by, member.intervention)
    member = InterventionMember.objects.select_for_update().get(pk=member.pk)
    end = last_day + timedelta(days=1)
    attended = SessionAttendance.objects.filter(session__intervention=row, student_id=member.student_id, came=True)
    if end <= member.period.lower:
        if attended.exists():
            end = member.period.lower + timedelta(days=1)
        else:
            member.delete()
    if member.pk is not None:
        member.period = DateRange(member.period.lower, end)
        member.left_because = because
        member.save(update_fields=["period", "left_because"])
    details = {"student": member.student_id}
    record.record(by, choices.INTERVENTION_LEFT, "intervention", row.pk, details=details)


@transaction.atomic
def log_session(by: "By", intervention: Intervention, said: SessionSaid) -> InterventionSession:
    """Log a session that was held, with who came of those who take part on that day.

    Raises SessionHeldThen when one at that time is logged already (as when the form is sent twice).
    """
    row = _open(by, intervention)
    day = clock.local(said.held_at).date()
    inside = row.members.filter(period__contains=day).values_list("student_id", flat=True)
    try:
        with transaction.atomic():
            session = InterventionSession.objects.create(
                intervention=row, held_at=said.held_at, minutes=said.minutes, note=said.note, logged_by=by
            )
    except IntegrityError:
        raise SessionHeldThen from None
    session.staff.set(said.staff)
    SessionAttendance.objects.bulk_create(
        SessionAttendance(session=session, student_id=student, came=student in said.came) for student in sorted(inside)
    )
    record.record(by, choices.SESSION_LOGGED, "intervention", row.pk, details={"session": session.pk})
    return session


@transaction.atomic
def review_intervention(
    by: "By",
    intervention: Intervention,
    version: int,
    found: str,
    *,
    next_on: date | None,
    ended_on: date | None = None,
) -> Intervention:
    """Write down what a review found, and either when the next one is or that the intervention ended on a day.

    Ending it ends everybody's part in it. Raises InterventionChanged when somebody else changed or ended it since.
    """
    row = _open(by, intervention, version)
    InterventionReview.objects.create(intervention=row, found=found, next_on=next_on, reviewed_by=by)
    if ended_on is not None:
        row.ended_on, row.outcome = ended_on, found
        _end_parts(row, ended_on)
    elif next_on is not None:
        row.review_on = next_on
    row.version += 1
    row.save(update_fields=["ended_on", "outcome", "review_on", "version"])
    verb = choices.INTERVENTION_ENDED if ended_on else choices.INTERVENTION_REVIEWED
    record.record(by, verb, "intervention", row.pk)
    return row


@transaction.atomic
def save_kind(by: "By", kind: InterventionType | None, *, name: str, area: str, active: bool) -> InterventionType:
    """Add a kind of intervention or change one. Whoever calls it has asked for the permission to set up kinds."""
    if not by.has_perm(choices.MANAGE_KINDS):
        raise PermissionDenied
    row = kind or InterventionType()
    row.name, row.area, row.active = name, area, active
    row.save()
    record.record(by, choices.KIND_SAVED, "intervention_type", row.pk, details={"name": name})
    return row


def _reach(by: "By", students: Sequence[Student]) -> None:
    ids = {student.pk for student in students}
    if not ids or Student.objects.visible_to(by, RUN).filter(pk__in=ids).count() < len(ids):
        raise PermissionDenied


def _open(by: "By", intervention: Intervention, version: int | None = None) -> Intervention:
    """The row, locked, if this person may run it and it still goes on."""
    if not Intervention.objects.all().visible_to(by, RUN).filter(pk=intervention.pk).exists():
        raise PermissionDenied
    row = Intervention.objects.select_for_update().get(pk=intervention.pk)
    if row.ended_on is not None or (version is not None and row.version != version):
        raise InterventionChanged(row)
    return row


def _join(row: Intervention, students: Sequence[Student], day: date) -> None:
    InterventionMember.objects.bulk_create(
        InterventionMember(intervention=row, student=student, period=DateRange(day, None)) for student in students
    )


def _end_parts(row: Intervention, last_day: date) -> None:
    end = last_day + timedelta(days=1)
    parts = row.members.filter(period__contains=last_day)
    for member in parts.select_for_update():
        InterventionMember.objects.filter(pk=member.pk).update(period=DateRange(member.period.lower, end))
    # Whoever was to join only later never did.
    row.members.filter(period__startswith__gt=last_day).delete()
