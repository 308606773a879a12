"""Open, move, approve, review and close cases of staged processes; set the processes up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import BY_CODE
from audit import record
from caseload.models import Student
from caseload.queries.school_days import school_day_from, sites_of
from caseload.querysets import holds_role_over
from caseload.registries import answering
from caseload.registries.answering import Through
from core import clock
from interventions import choices
from interventions.choices import StepKind
from interventions.models import Case, CaseStep, ProcessStage, StagedProcess
from interventions.queries.case_triggers import alert_of_stage, answered_alert, opening_alerts

MANAGE, SET_UP = "interventions.manage_case", "interventions.manage_processes"


class CaseChanged(Exception):
    """Somebody moved or closed the case meanwhile."""


class AlreadyOpen(Exception):
    """The student has an open case of this process; `case` is it."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


class NotYours(Exception):
    """It needs somebody else: the words say whom."""


@dataclass(frozen=True)
class Move:
    """A step of a case as it was typed."""

    stage: ProcessStage
    note: str = ""
    review_on: date | None = None


@transaction.atomic
def open_case(
    by: User, student: Student, stage: ProcessStage, *, reason: str, owner: User | None = None,
    review_on: date | None = None, answers: Sequence[str] = (),
) -> Case:  # fmt: skip
    """Begin a staged process with a student, at one of its stages. Open reasons that are ticked are cleared through it, and
    an alert among them is remembered as what opened the case.

    Raises AlreadyOpen when one is going on. Nothing goes home by this.
    """
    _require_reach(by, student)
    Student.objects.select_for_update().get(pk=student.pk)
    running = Case.objects.open().filter(student=student, process=stage.process).first()
    if running is not None:
        raise AlreadyOpen(running)
    case = _opened(by, student.pk, stage, reason, review_on or _review(stage, [student.pk]))
    case.owner, case.alert = owner or by, answered_alert(by, student.pk, stage, answers)
    case.save()
    _step(by, case, StepKind.OPENED, reason, case.review_on)
    answering.clear(answers, [student.pk], by=by, through=Through(stage.process.name, "case", case.pk))
    record.record(by, choices.CASE_OPENED, "case", case.pk, details={"student": student.pk, "stage": stage.number})
    return case


def _opened(by: User, student_id: int, stage: ProcessStage, reason: str, review_on: date) -> Case:
    return Case(
        student_id=student_id, process=stage.process, stage=stage, owner=by, opened_by=by, reason=reason.strip(),
        review_on=review_on, awaits_approval=bool(stage.approver_role),
    )  # fmt: skip


@transaction.atomic
def open_cases(
    by: User, students: Sequence[Student], stage: ProcessStage, *, reason: str, review_on: date | None = None
) -> list[Case]:
    """Start a stage process for many students at once, each case this person's own. Nothing goes home and no reason is cleared.
    Each case remembers the open alert for which it begins.

    A student who is in the process already is passed over, so that pressing twice starts nothing twice.
    """
    ids = sorted({student.pk for student in students})
    if Student.objects.visible_to(by, MANAGE).filter(pk__in=ids).count() < len(ids):
        raise PermissionDenied
    list(Student.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    there = Case.objects.open().filter(student__in=ids, process=stage.process)
    running = set(there.values_list("student_id", flat=True))
    day = review_on or _review(stage, ids)
    new = [_opened(by, pk, stage, reason, day) for pk in ids if pk not in running]
    alerts = opening_alerts(by, [case.student_id for case in new], stage)
    for case in new:
        case.alert = alerts.get(case.student_id)
    made = Case.objects.bulk_create(new)
    CaseStep.objects.bulk_create(
        CaseStep(case=case, kind=StepKind.OPENED, stage=stage, by=by, note=case.reason, review_on=case.review_on)
        for case in made
    )
    details = {case.pk: {"student": case.student_id, "stage": stage.number} for case in made}
    record.record_each(by, choices.CASE_OPENED, "case", details)
    return made


@transaction.atomic
def move_case(by: User, case: Case, move: Move, *, version: int) -> Case:
    """Move a case up a stage or step it down. A stage that asks for approval waits for it. Raises CaseChanged.

    A stage with a rule of its own is what the case is measured by from then on.
    """
    stage = move.stage
    if stage.process_id != case.process_id:
        raise PermissionDenied
    locked = _locked(by, case, version)
    if stage.pk == locked.stage_id:
        return review_case(by, case, move, version=version)
    up = stage.number > locked.stage.number
    locked.stage, locked.review_on = stage, move.review_on or _review(stage, [locked.student_id])
    locked.awaits_approval = up and bool(stage.approver_role)
    if stage.alert_rule_id:
        locked.alert = alert_of_stage(by, locked.student_id, stage)
    _save(locked, "stage", "alert", "review_on", "awaits_approval")
    _step(by, locked, StepKind.MOVED_UP if up else StepKind.STEPPED_DOWN, move.note, locked.review_on)
    return locked


@transaction.atomic
def review_case(by: User, case: Case, move: Move, *, version: int) -> Case:
    """Look at a case again: it stays at its stage, with a new date. Raises CaseChanged."""
    locked = _locked(by, case, version)
    locked.review_on = move.review_on or _review(locked.stage, [locked.student_id])
    _save(locked, "review_on")
    _step(by, locked, StepKind.REVIEWED, move.note, locked.review_on)
    return locked


@transaction.atomic
def approve_case(by: User, case: Case, *, version: int) -> Case:
    """Approve the stage that a case has reached: by somebody in the role it names, who did not move it there.

    Raises NotYours, CaseChanged.
    """
    locked = _locked(by, case, version)
    role = locked.stage.approver_role
    moved_by = CaseStep.objects.filter(case=locked, stage=locked.stage).order_by("at", "pk").last()
    if not holds_role_over(by, role, locked.student_id) or (moved_by is not None and moved_by.by_id == by.pk):
        label = BY_CODE[role].label.lower() if role in BY_CODE else role
        raise NotYours(f"This stage is approved by the {label}, and not by whoever moved the case there.")
    locked.awaits_approval = False
    _save(locked, "awaits_approval")
    _step(by, locked, StepKind.APPROVED, "")
    return locked


@transaction.atomic
def close_case(by: User, case: Case, outcome: str, *, version: int) -> Case:
    """Close a case with what came of it. Raises CaseChanged."""
    locked = _locked(by, case, version)
    locked.closed_on, locked.closed_by, locked.outcome = clock.today(), by, outcome.strip()
    locked.awaits_approval = False
    _save(locked, "closed_on", "closed_by", "outcome", "awaits_approval")
    _step(by, locked, StepKind.CLOSED, outcome)
    record.record(by, choices.CASE_CLOSED, "case", locked.pk, details={"student": locked.student_id})
    return locked


def _require_reach(by: User, student: Student) -> None:
    if not Student.objects.visible_to(by, MANAGE).filter(pk=student.pk).exists():
        raise PermissionDenied


def _locked(by: User, case: Case, version: int) -> Case:
    _require_reach(by, case.student)
    locked = Case.objects.select_for_update(of=("self",)).select_related("stage", "process").get(pk=case.pk)
    if locked.version != version or locked.closed_on is not None:
        raise CaseChanged
    return locked


def _save(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def _step(by: User, case: Case, kind: str, note: str, review_on: date | None = None) -> None:
    CaseStep.objects.create(case=case, kind=kind, stage=case.stage, by=by, note=note.strip(), review_on=review_on)
    details = {"student": case.student_id, "kind": str(kind), "stage": case.stage.number}
    record.record(by, choices.CASE_STEP, "case", case.pk, details=details)


def _review(stage: ProcessStage, student_ids: Sequence[int]) -> date:
    """When cases are looked at where nobody says: as their stage says, on a school day of the students' sites."""
    return school_day_from(clock.today() + timedelta(days=stage.review_after_days), sites_of(student_ids))


@transaction.atomic
def save_process(by: User, process: StagedProcess | None, *, name: str, about: str, active: bool) -> StagedProcess:
    """Add a staged process, or change what it is called and whether it is offered."""
    if not by.has_perm(SET_UP):
        raise PermissionDenied
    if process is None:
        last = StagedProcess.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        process = StagedProcess.objects.create(code=f"process-{last + 1}", name=name, about=about, active=active)
    else:
        StagedProcess.objects.filter(pk=process.pk).update(name=name, about=about, active=active)
    record.record(by, choices.STAGE_SAVED, "staged_process", process.pk)
    return process


@transaction.atomic
def save_stage(by: User, process: StagedProcess, stage: ProcessStage | None, **values: Any) -> ProcessStage:
    """Add a stage at the end of a process, or change one. Cases that stand at it go on with what it says now."""
    if not by.has_perm(SET_UP):
        raise PermissionDenied
    if stage is None:
        StagedProcess.objects.select_for_update().get(pk=process.pk)
        last = ProcessStage.objects.filter(process=process).order_by("-number").first()
        try:
            stage = ProcessStage.objects.create(process=process, number=last.number + 1 if last else 1, **values)
        except IntegrityError:
            raise CaseChanged from None
    else:
        for name, value in values.items():
            setattr(stage, name, value)
        stage.save(update_fields=list(values))
    record.record(by, choices.STAGE_SAVED, "process_stage", stage.pk)
    return stage
