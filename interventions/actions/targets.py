"""Setting, changing and reviewing targets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit import record
from caseload.models import Course, Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from core.actors import SystemActor
from interventions import choices, choices_bank, rules
from interventions.choices import Audience, Figure, Outcome, TargetState
from interventions.models import BankItem, Meeting, Target, TargetCount, TargetReview, TargetStep
from progress.models import ScaleGrade

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


class TargetChanged(Exception):
    """Somebody else changed the target meanwhile; nothing was saved."""

    def __init__(self, target: Target) -> None:
        super().__init__(str(target))
        self.target = target


class TargetClosed(Exception):
    """The target was closed already, so there is nothing to review."""

    def __init__(self, target: Target) -> None:
        super().__init__(str(target))
        self.target = target


@dataclass(frozen=True)
class TargetSaid:
    """A target as it is set: what and by when; the rest if somebody gave it."""

    what: str
    due_on: date
    measure: str = ""
    figure: str = ""
    figure_goal: Decimal | None = None
    figure_grade: ScaleGrade | None = None
    achievable: str = ""
    relevant: str = ""
    student_words: str = ""
    supported_by: str = ""
    course: Course | None = None
    audience: str = Audience.TEACHERS
    bank_item: BankItem | None = None
    steps: tuple[str, ...] = field(default=())

    def columns(self) -> dict[str, Any]:
        """What goes on the target's own row."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "steps"}


@dataclass(frozen=True)
class ReviewSaid:
    """What a review found. A new date keeps a target open that was partly or not met; new words go with “changed”."""

    target: Target
    outcome: str
    line: str = ""
    new_what: str = ""
    new_due_on: date | None = None

    @property
    def state_after(self) -> TargetState:
        """Where the target stands after this review."""
        if self.outcome in (Outcome.PARTLY, Outcome.NOT_MET) and self.new_due_on:
            return TargetState.AT_RISK
        return {
            Outcome.MET: TargetState.MET,
            Outcome.PARTLY: TargetState.PARTLY_MET,
            Outcome.NOT_MET: TargetState.NOT_MET,
            Outcome.CHANGED: TargetState.SET,
            Outcome.DROPPED: TargetState.DROPPED,
        }.get(self.outcome) or TargetState(self.outcome)  # type: ignore[call-overload]  # on track and at risk are states


@transaction.atomic
def set_target(
    student: Student,
    said: TargetSaid,
    *,
    by: "By",
    meeting: Meeting | None = None,
    token: UUID | None = None,
    answers: Sequence[str] = (),
) -> Target:
    """Set a target for a student, in a one-to-one or by itself. It stands on the student page and in the tutor's lists.

    The same form (`token`) sent twice makes one target; the open reasons named by `answers` are cleared through it.
    """
    if not rules.may_set_target(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    set_on = clock.local(meeting.held_at).date() if meeting else clock.today()
    try:
        with transaction.atomic():
            target = Target.objects.create(
                student=student, set_at=meeting, set_on=set_on, set_by=by, changed_by=by, batch=token, **said.columns()
            )
    except IntegrityError:
        return _set_before(student, token, by)
    if said.steps:
        _write_steps(target, said.steps)
    answering.clear(answers, [student.pk], by=by, through=Through("Target", "target", target.pk))
    details = {"student": student.pk} | ({"bank_item": said.bank_item.pk} if said.bank_item else {})
    record.record(by, choices.SET_TARGET, "target", target.pk, details=details)
    return target


def _set_before(student: Student, token: UUID | None, by: "User") -> Target:
    """The target that the first press of the same button made."""
    target: Target | None = Target.objects.filter(student=student, batch=token, set_by=by).first() if token else None
    if target is None:
        raise PermissionDenied
    return target


@transaction.atomic
def set_target_for_many(
    students: Sequence[Student], said: TargetSaid, *, token: UUID, by: "By", answers: Sequence[str] = ()
) -> list[Target]:
    """Set the same target for each of these students, all or none; each is then that student's to change and review."""
    return [set_target(student, said, by=by, token=token, answers=answers) for student in students]


@transaction.atomic
def count_once(target: Target, *, token: UUID, by: "By") -> int:
    """Tick one more time off towards a target of a number of times, and give how many there are. Sent twice it counts once."""
    now = _counting(target, by)
    if isinstance(by, SystemActor):
        raise PermissionDenied
    _, made = TargetCount.objects.get_or_create(form_token=token, defaults={"target": now, "by": by})
    if made:
        record.record(by, choices_bank.COUNTED_TARGET, "target", now.pk, details={"student": now.student_id})
    return now.counts.count()


@transaction.atomic
def take_count_back(target: Target, *, by: "By") -> int:
    """Take the last of the times away again, and give how many are left."""
    now = _counting(target, by)
    last = now.counts.order_by("-pk").first()
    if last is not None:
        last.delete()
        details = {"student": now.student_id, "taken_back": 1}
        record.record(by, choices_bank.COUNTED_TARGET, "target", now.pk, details=details)
    return now.counts.count()


def _counting(target: Target, by: "By") -> Any:
    """The target, held for this change: open, counted, and reviewed by this person."""
    if not rules.may_review_target(by, target) or isinstance(by, SystemActor):
        raise PermissionDenied
    now = Target.objects.select_for_update().get(pk=target.pk)
    if not now.is_open or now.figure != Figure.COUNT:
        raise TargetClosed(now)
    return now


def _write_steps(target: Target, steps: tuple[str, ...]) -> None:
    """Put the steps as they are now; a step whose words stay keeps its tick."""
    done = {step.text: (step.done_on, step.done_by_id) for step in target.steps.all()}
    target.steps.all().delete()
    TargetStep.objects.bulk_create(
        TargetStep(
            target=target,
            position=place,
            text=text,
            done_on=done.get(text, (None, None))[0],
            done_by_id=done.get(text, (None, None))[1],
        )
        for place, text in enumerate(steps, start=1)
    )


@transaction.atomic
def change_target(target: Target, version: int, said: TargetSaid, *, by: "By") -> Target:
    """Change an open target's words, date or the rest. Earlier words are kept; a second person at it is told."""
    if not rules.may_review_target(by, target) or isinstance(by, SystemActor):
        raise PermissionDenied
    now = Target.objects.select_for_update().get(pk=target.pk)
    if not now.is_open:
        raise TargetClosed(now)
    if _says(now, said):
        return now  # nothing to save, so nobody who has it open is told of a change
    if now.version != version:
        raise TargetChanged(now)
    for name, value in said.columns().items():
        setattr(now, name, value)
    _save(now, by, [*said.columns()])
    _write_steps(now, said.steps)
    record.record(by, choices.CHANGED_TARGET, "target", now.pk, details={"student": now.student_id})
    return now


def _says(target: Target, said: TargetSaid) -> bool:
    """Whether the target says this already."""
    same = all(getattr(target, name) == value for name, value in said.columns().items())
    return same and tuple(said.steps) == tuple(target.steps.order_by("position").values_list("text", flat=True))


def _save(target: Target, by: "User", fields: list[str]) -> None:
    target.version += 1
    target.changed_by, target.changed_at = by, clock.now()
    target.save(update_fields=[*fields, "version", "changed_by", "changed_at"])


@transaction.atomic
def review_target(said: ReviewSaid, *, by: "By", meeting: Meeting | None = None) -> TargetReview:
    """Review a target, in a one-to-one or between two. Met, not met and dropped close it; a new date keeps it open."""
    if not rules.may_review_target(by, said.target) or isinstance(by, SystemActor):
        raise PermissionDenied
    target = Target.objects.select_for_update().get(pk=said.target.pk)
    if not target.is_open:
        raise TargetClosed(target)
    target.state = said.state_after
    target.what = said.new_what or target.what
    target.due_on = said.new_due_on or target.due_on
    target.drop_reason = said.line if said.outcome == Outcome.DROPPED else ""
    day = clock.local(meeting.held_at).date() if meeting else clock.today()
    target.closed_on = None if target.is_open else day
    _save(target, by, ["state", "what", "due_on", "drop_reason", "closed_on"])
    review = TargetReview.objects.create(
        target=target,
        meeting=meeting,
        outcome=said.outcome,
        line=said.line,
        state_after=target.state,
        due_on_after=target.due_on,
        reviewed_by=by,
        reviewed_at=meeting.held_at if meeting else clock.now(),
    )
    details = {"student": target.student_id, "outcome": said.outcome}
    record.record(by, choices.REVIEWED_TARGET, "target", target.pk, details=details)
    return review


@transaction.atomic
def tick_step(step: TargetStep, done: bool, *, by: "By") -> TargetStep:
    """Tick a step off, or take the tick away again."""
    if not rules.may_review_target(by, step.target) or isinstance(by, SystemActor):
        raise PermissionDenied
    step.done_on, step.done_by = (clock.today(), by) if done else (None, None)
    step.save(update_fields=["done_on", "done_by"])
    return step
