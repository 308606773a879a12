"""Support plans: made, changed, reviewed (which begins the next round), and ended with a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import record
from caseload.models import Student
from caseload.registries import answering
from caseload.registries.answering import Through
from core.forms import merging
from core.forms.merging import Texts
from interventions import choices_support as choices
from interventions.models import SupportPlan, SupportReview
from interventions.rules import may_write_support


class SupportPlanChanged(Exception):
    """Somebody changed, reviewed or ended the plan while it was open in a form; `plan` is what stands now, `fields` are those that both changed."""

    def __init__(self, plan: SupportPlan, fields: Sequence[str] = ()) -> None:
        super().__init__("changed meanwhile")
        self.plan, self.fields = plan, fields


class PlanThere(Exception):
    """The student has an open support plan already; `plan` is it."""

    def __init__(self, plan: SupportPlan) -> None:
        super().__init__("there is one already")
        self.plan = plan


@dataclass(frozen=True)
class SupportSaid:
    """A support plan as it was typed. Codes are those of `choices_support`; an empty one is not known."""

    need: str
    need_words: str
    provision: str
    owner: User
    assessed_on: date
    review_on: date
    planned_on: date | None = None
    started_on: date | None = None
    second_need: str = ""
    wanted: str = ""
    views: str = ""
    eal_stage: str = ""
    exam_access: tuple[str, ...] = ()
    exam_access_words: str = ""

    def values(self) -> dict[str, Any]:
        """As the model's fields."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return kept | {"exam_access": list(self.exam_access)}


@dataclass(frozen=True)
class ReviewSaid:
    """A review as it was typed: what was found, and what the next round provides from when to when."""

    worked: str
    found: str
    reviewed_on: date
    provision: str
    review_on: date
    planned_on: date | None = None
    started_on: date | None = None


@transaction.atomic
def make_plan(
    by: User, student: Student, said: SupportSaid, *, token: UUID, answers: Collection[str] = ()
) -> SupportPlan:
    """Make a student's support plan; their open reasons named by `answers` are cleared through it.

    The same form sent twice makes one. Raises PlanThere when the student has an open one, PermissionDenied out of reach.
    """
    _require_reach(by, student.pk)
    try:
        with transaction.atomic():
            plan = SupportPlan.objects.create(
                student=student, made_by=by, changed_by=by, form_token=token, **said.values()
            )
    except IntegrityError:
        there = SupportPlan.objects.filter(form_token=token, student=student, made_by=by).first()
        if there is None:
            raise PlanThere(SupportPlan.objects.open().get(student=student)) from None
        return there
    answering.clear(answers, [student.pk], by=by, through=Through("Support plan", "support_plan", plan.pk))
    record.record(by, choices.PLAN_MADE, "support_plan", plan.pk, details={"student": student.pk})
    return plan


@transaction.atomic
def change_plan(by: User, plan: SupportPlan, before: Texts, said: SupportSaid) -> bool:
    """Change what a support plan says: what the writer changed since they saw it (`before`: `seen_of`). Says whether anything is.

    Raises SupportPlanChanged when it has ended, or when somebody else changed the same to something else.
    """
    _require_reach(by, plan.student_id)
    row = _held(plan)
    if row.ended_on is not None:
        raise SupportPlanChanged(row)
    values = said.values()
    merged = merging.merge(before, seen_of(row), merging.texts_of(values))
    if merged.clashes:
        raise SupportPlanChanged(row, merged.clashes)
    if not merged.taken:
        return False
    for name in merged.taken:
        setattr(row, name, values[name])
    _save(row, by, *merged.taken)
    record.record(by, choices.PLAN_CHANGED, "support_plan", row.pk, details={"student": row.student_id})
    return True


def seen_of(plan: SupportPlan) -> dict[str, str]:
    """What a form shows of a plan, field by field."""
    return merging.texts_of({name: getattr(plan, name) for name in SupportSaid.__dataclass_fields__})


@transaction.atomic
def review_plan(by: User, plan: SupportPlan, version: int, said: ReviewSaid) -> SupportPlan:
    """Write down what the review found, which ends this round, and begin the next: the review is its assessment.

    Raises SupportPlanChanged, so that the same form sent twice makes one review.
    """
    row = _locked(by, plan, version)
    SupportReview.objects.create(
        plan=row, round=row.round, assessed_on=row.assessed_on, planned_on=row.planned_on, started_on=row.started_on,
        due_on=row.review_on, reviewed_on=said.reviewed_on, worked=said.worked, found=said.found, next_on=said.review_on,
        reviewed_by=by,
    )  # fmt: skip
    row.round += 1
    row.assessed_on, row.planned_on, row.started_on = said.reviewed_on, said.planned_on, said.started_on
    row.review_on, row.provision = said.review_on, said.provision
    _save(row, by, "round", "assessed_on", "planned_on", "started_on", "review_on", "provision")
    details = {"student": row.student_id, "round": row.round}
    record.record(by, choices.PLAN_REVIEWED, "support_plan", row.pk, details=details)
    return row


@transaction.atomic
def end_plan(by: User, plan: SupportPlan, version: int, *, because: str, ended_on: date) -> SupportPlan:
    """End a support plan on a day, with the reason. Raises SupportPlanChanged."""
    row = _locked(by, plan, version)
    row.ended_on, row.ended_because, row.ended_by = ended_on, because, by
    _save(row, by, "ended_on", "ended_because", "ended_by")
    record.record(by, choices.PLAN_ENDED, "support_plan", row.pk, details={"student": row.student_id})
    return row


def _require_reach(by: User, student_id: int) -> None:
    if not may_write_support(by, student_id):
        raise PermissionDenied


def _locked(by: User, plan: SupportPlan, version: int) -> SupportPlan:
    """The row, locked, if this person may write it and it is as they saw it."""
    _require_reach(by, plan.student_id)
    row = _held(plan)
    if row.version != version or row.ended_on is not None:
        raise SupportPlanChanged(row)
    return row


def _held(plan: SupportPlan) -> SupportPlan:
    rows = SupportPlan.objects.select_for_update(of=("self",)).select_related("student", "changed_by", "owner")
    return rows.get(pk=plan.pk)


def _save(row: SupportPlan, by: User, *fields: str) -> None:
    row.version += 1
    row.changed_by = by
    row.save(update_fields=[*fields, "version", "changed_by"])
