"""Action plans: made, changed, looked at again, moved between stages, approved by another, ticked off, signed, ended."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import record
from caseload.models import Student
from caseload.registries import answering as reasons
from caseload.registries.answering import Through
from core import clock
from core.forms import merging
from core.forms.merging import Texts
from core.outbox import address_of, mail_words, queue_mail
from core.private.files import save_file
from interventions import choices_plans as choices
from interventions import rules_plans as rules
from interventions.choices_plans import Approval, PlanStepKind
from interventions.models import ActionPlan, BankItem, Barrier, PlanAction, PlanCopy, PlanStage, PlanStep
from interventions.queries.plans import staff_around

WRITTEN = ("title", "aims", "reasons", "owner", "agreed_with", "agreed_words", "starts_on", "review_on")


class PlanChanged(Exception):
    """Somebody changed, moved or ended the plan while it was open in a form; nothing was saved. `plan` is as it stands now, `fields` are
    those that both changed."""

    def __init__(self, plan: ActionPlan, fields: Sequence[str] = ()) -> None:
        super().__init__("changed meanwhile")
        self.plan, self.fields = plan, fields


class NotYours(Exception):
    """It needs somebody else: the words say whom."""


@dataclass(frozen=True)
class ActionSaid:
    """One action as it was typed: what, by when, and who: one of the staff, or somebody in words. `key` names an earlier row."""

    what: str
    due_on: date
    owner: User | None = None
    owner_words: str = ""
    key: UUID | None = None


@dataclass(frozen=True)
class PlanSaid:
    """A plan as it was typed."""

    title: str
    aims: str
    stage: PlanStage
    owner: User
    starts_on: date
    review_on: date
    actions: tuple[ActionSaid, ...]
    reasons: str = ""
    barriers: tuple[Barrier, ...] = ()
    agreed_with: tuple[str, ...] = ()
    agreed_words: str = ""

    def columns(self) -> dict[str, Any]:
        """As the plan's fields; the stage is moved by a review and not by changing words."""
        found = {name: getattr(self, name) for name in WRITTEN}
        return found | {"agreed_with": list(self.agreed_with)}


@dataclass(frozen=True)
class ReviewSaid:
    """What a review of a plan found: at which stage it goes on, whose it is then, and when it is looked at again."""

    stage: PlanStage
    owner: User
    review_on: date
    note: str = ""


@transaction.atomic
def make_plan(
    by: User, student: Student, said: PlanSaid, *, token: UUID, bank_item: BankItem | None = None,
    answers: Collection[str] = (),
) -> ActionPlan:  # fmt: skip
    """Make an action plan for a student; whoever has something to do in it is told, without the student's name.

    A stage that asks for approval waits for it. The open reasons named by `answers` are cleared through the plan. The same form
    sent twice makes one plan.
    """
    if not rules.may_make_plan(by, student):
        raise PermissionDenied
    _check_people(student, [said.owner, *(one.owner for one in said.actions)])
    try:
        with transaction.atomic():
            plan = ActionPlan.objects.create(
                student=student, stage=said.stage, bank_item=bank_item, made_by=by, stage_by=by, form_token=token,
                approval=Approval.WAITING if said.stage.approver_role else Approval.NONE, **said.columns(),
            )  # fmt: skip
    except IntegrityError:
        found = ActionPlan.objects.filter(form_token=token, made_by=by, student=student).first()
        if found is None:
            raise
        return found
    plan.barriers.set(said.barriers)
    PlanAction.objects.bulk_create(_row(plan, number, one) for number, one in enumerate(said.actions, 1))
    _step(by, plan, PlanStepKind.MADE, "", plan.review_on)
    _tell(by, plan, said.owner, said.actions)
    reasons.clear(answers, [student.pk], by=by, through=Through("Action plan", "action_plan", plan.pk))
    details = {"student": student.pk, "stage": plan.stage.number}
    record.record(by, choices.PLAN_MADE, "action_plan", plan.pk, details=details)
    return plan


@transaction.atomic
def change_plan(by: User, plan: ActionPlan, before: Texts, said: PlanSaid) -> bool:
    """Change what a plan says: what the writer changed since they saw it (`before`: `seen_of`). Says whether anything is.

    What is done already stays as it is; who newly has something to do is told. At a stage that asks for approval the
    changed plan waits for it again. Raises PlanChanged when it has ended, or where somebody else changed the same.
    """
    if not rules.may_manage_plan(by, plan):
        raise PermissionDenied
    row = _locked_row(plan)
    if not row.is_open:
        raise PlanChanged(row)
    stored, columns = seen_of(row), said.columns()
    typed = {str(one.key): one for one in said.actions if one.key}
    new = [one for one in said.actions if str(one.key) not in {**before, **stored}]
    keys = {*_keys(before), *(key for key in typed if key in stored)}
    texts = _texts(columns, said.barriers) | {key: _action_text(typed.get(key)) for key in sorted(keys)}
    merged = merging.merge(before, stored, texts)
    if merged.clashes:
        raise PlanChanged(row, merged.clashes)
    if not merged.taken and not new:
        return False
    fields = [name for name in WRITTEN if name in merged.taken]
    changed = [typed[key] for key in merged.taken if key in typed]
    _check_people(row.student, [said.owner if "owner" in fields else None, *(one.owner for one in [*changed, *new])])
    for name in fields:
        setattr(row, name, columns[name])
    row.changed_at = clock.now()
    approval = _ask(row, by) if row.stage.approver_role else ()
    _save(row, *fields, "changed_at", *approval)
    if "barriers" in merged.taken:
        row.barriers.set(said.barriers)
    told = _sync(row, changed, new, removed=[key for key in merged.taken if key in before and not texts[key]])
    _step(by, row, PlanStepKind.CHANGED, "", row.review_on)
    _tell(by, row, said.owner if "owner" in fields else None, told)
    record.record(by, choices.PLAN_CHANGED, "action_plan", row.pk, details={"student": row.student_id})
    return True


def seen_of(plan: ActionPlan) -> dict[str, str]:
    """What a form shows of a plan, field by field, and each action that is still to do by its key."""
    texts = _texts({name: getattr(plan, name) for name in WRITTEN}, list(plan.barriers.all()))
    to_do = plan.actions.filter(done_on=None).select_related("owner")
    return texts | {
        str(row.public_id): _action_text(ActionSaid(row.what, row.due_on, row.owner, row.owner_words)) for row in to_do
    }


def _texts(columns: Mapping[str, Any], barriers: Collection[Barrier]) -> dict[str, str]:
    return merging.texts_of({**columns, "barriers": list(barriers)})


def _action_text(said: ActionSaid | None) -> str:
    return (
        "\n".join(merging.text_of(value) for value in (said.what, said.due_on, said.owner, said.owner_words))
        if said
        else ""
    )


def _keys(before: Texts) -> list[str]:
    """The keys of the actions among what was seen."""
    return [name for name in before if name not in WRITTEN and name != "barriers"]


@transaction.atomic
def review_plan(by: User, plan: ActionPlan, version: int, said: ReviewSaid) -> ActionPlan:
    """Look at a plan again: it stays at its stage, goes up or steps down, with its next date. Raises PlanChanged.

    A higher stage that asks for approval waits for it.
    """
    row = _locked(by, plan, version)
    _check_people(row.student, [said.owner])
    before, owner = row.stage.number, row.owner_id
    row.stage, row.owner, row.review_on = said.stage, said.owner, said.review_on
    fields: tuple[str, ...] = ("stage", "owner", "review_on")
    kind = PlanStepKind.REVIEWED
    if said.stage.number != before:
        up = said.stage.number > before
        kind = PlanStepKind.MOVED_UP if up else PlanStepKind.STEPPED_DOWN
        row.stage_by = by
        fields += ("stage_by", *_ask(row, by, needed=up and bool(said.stage.approver_role)))
    _save(row, *fields)
    _step(by, row, kind, said.note, row.review_on)
    _tell(by, row, said.owner if said.owner.pk != owner else None, ())
    details = {"student": row.student_id, "kind": str(kind), "stage": said.stage.number}
    record.record(by, choices.PLAN_REVIEWED, "action_plan", row.pk, details=details)
    return row


@transaction.atomic
def close_plan(by: User, plan: ActionPlan, version: int, outcome: str, note: str = "") -> ActionPlan:
    """End a plan with what came of it; what was not done stays so. Raises PlanChanged."""
    row = _locked(by, plan, version)
    row.outcome, row.outcome_note, row.closed_on, row.closed_by = outcome, note, clock.today(), by
    _save(row, "outcome", "outcome_note", "closed_on", "closed_by")
    _step(by, row, PlanStepKind.CLOSED, note)
    details = {"student": row.student_id, "outcome": outcome}
    record.record(by, choices.PLAN_CLOSED, "action_plan", row.pk, details=details)
    return row


@transaction.atomic
def approve_plan(by: User, plan: ActionPlan, version: int, note: str = "") -> ActionPlan:
    """Approve the stage that a plan has reached: by somebody in the role it names, never by whoever made or moved it.

    Raises NotYours, PlanChanged.
    """
    row = _for_approval(by, plan, version)
    row.approval, row.approved_by, row.approved_at = Approval.GIVEN, by, clock.now()
    _save(row, "approval", "approved_by", "approved_at")
    _step(by, row, PlanStepKind.APPROVED, note)
    _record_answer(by, choices.PLAN_APPROVED, row)
    return row


@transaction.atomic
def send_back(by: User, plan: ActionPlan, version: int, note: str) -> ActionPlan:
    """Send a plan back with what has to be changed before it is approved; changed, it waits again. Raises NotYours, PlanChanged."""
    row = _for_approval(by, plan, version)
    row.approval = Approval.SENT_BACK
    _save(row, "approval")
    _step(by, row, PlanStepKind.SENT_BACK, note)
    _record_answer(by, choices.PLAN_SENT_BACK, row)
    return row


@transaction.atomic
def tick_action(by: User, action: PlanAction, done: bool) -> PlanAction:
    """Tick an action of a plan off, or take the tick away; done twice it is done once. Raises PlanChanged when the plan has ended."""
    if not rules.may_tick_action(by, action):
        raise PermissionDenied
    plan = ActionPlan.objects.select_for_update().get(pk=action.plan_id)
    if not plan.is_open:
        raise PlanChanged(plan)
    row = PlanAction.objects.select_for_update().get(pk=action.pk)
    if (row.done_on is not None) != done:
        row.done_on, row.done_by = (clock.today(), by) if done else (None, None)
        row.save(update_fields=["done_on", "done_by"])
        details = {"plan": plan.pk, "student": plan.student_id, "done": done}
        record.record(by, choices.PLAN_ACTION_TICKED, "plan_action", row.pk, details=details)
    return row


@transaction.atomic
def attach_signed(
    by: User, plan: ActionPlan, content: bytes | BinaryIO, content_type: str, signed_on: date, *, token: UUID
) -> PlanCopy:
    """Keep a signed copy with a plan, in the private store. Earlier copies stay; the same form sent twice keeps one."""
    if not rules.may_manage_plan(by, plan):
        raise PermissionDenied
    ActionPlan.objects.select_for_update().get(pk=plan.pk)
    there = PlanCopy.objects.filter(form_token=token, plan=plan).first()
    if there is not None:
        return there
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[content_type]
    name = f"Signed plan {plan.public_id.hex[:8]} {signed_on.isoformat()}.{ending}"
    file = save_file(content, name, content_type, note=f"action_plan {plan.pk}")
    copy = PlanCopy.objects.create(plan=plan, file=file, signed_on=signed_on, attached_by=by, form_token=token)
    _step(by, plan, PlanStepKind.SIGNED, "")
    record.record(by, choices.PLAN_SIGNED, "action_plan", plan.pk, details={"student": plan.student_id})
    return copy


def _check_people(student: Student, people: Iterable[User | None]) -> None:
    """Only those who work with the student and may read the plan are given anything to do in it."""
    wanted = {user.pk for user in people if user is not None}
    if not wanted <= {user.pk for user in staff_around(student).staff}:
        raise PermissionDenied


def _locked(by: User, plan: ActionPlan, version: int) -> ActionPlan:
    if not rules.may_manage_plan(by, plan):
        raise PermissionDenied
    return _held(plan, version)


def _held(plan: ActionPlan, version: int) -> ActionPlan:
    row = _locked_row(plan)
    if row.version != version or not row.is_open:
        raise PlanChanged(row)
    return row


def _locked_row(plan: ActionPlan) -> ActionPlan:
    rows = ActionPlan.objects.select_for_update(of=("self",)).select_related("stage", "student", "owner")
    return rows.get(pk=plan.pk)


def _for_approval(by: User, plan: ActionPlan, version: int) -> ActionPlan:
    if not ActionPlan.objects.all().visible_to(by).filter(pk=plan.pk).exists():
        raise PermissionDenied
    row = _held(plan, version)
    if not row.waits:
        raise PlanChanged(row)
    if not rules.may_approve_plan(by, row):
        raise NotYours(
            f"This stage is approved by {rules.approved_by_words(row)}, and not by whoever made or moved the plan."
        )
    return row


def _ask(row: ActionPlan, by: User, needed: bool = True) -> tuple[str, ...]:
    """Let the plan wait for approval anew, or need none; gives the fields that changed."""
    row.approval = Approval.WAITING if needed else Approval.NONE
    row.approved_by, row.approved_at, row.stage_by = None, None, by
    return ("approval", "approved_by", "approved_at", "stage_by")


def _save(row: ActionPlan, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*dict.fromkeys(fields), "version"])


def _row(plan: ActionPlan, number: int, said: ActionSaid) -> PlanAction:
    return PlanAction(
        plan=plan, position=number, what=said.what, owner=said.owner, owner_words=said.owner_words, due_on=said.due_on
    )


def _sync(
    plan: ActionPlan, changed: Sequence[ActionSaid], new: Sequence[ActionSaid], removed: Sequence[str]
) -> list[ActionSaid]:
    """Bring the actions into line with what was typed. Gives what somebody newly has to do."""
    there = {str(row.public_id): row for row in plan.actions.select_for_update(of=("self",))}
    for key in removed:
        if key in there and there[key].done_on is None:
            there.pop(key).delete()
    again = [one for one in changed if str(one.key) not in there]  # taken out by somebody else, and wanted all the same
    told = [*new, *again]
    last = max((row.position for row in there.values()), default=0)
    PlanAction.objects.bulk_create(_row(plan, number, one) for number, one in enumerate(told, last + 1))
    for one in changed:
        row = there.get(str(one.key))
        if row is None or row.done_on is not None:
            continue
        if one.owner is not None and one.owner.pk != row.owner_id:
            told.append(one)
        row.what, row.due_on, row.owner, row.owner_words = one.what, one.due_on, one.owner, one.owner_words
        row.save(update_fields=["what", "due_on", "owner", "owner_words"])
    return told


def _step(by: User, plan: ActionPlan, kind: str, note: str, review_on: date | None = None) -> None:
    PlanStep.objects.create(plan=plan, kind=kind, stage=plan.stage, by=by, note=note.strip(), review_on=review_on)


def _record_answer(by: User, verb: str, plan: ActionPlan) -> None:
    details = {"student": plan.student_id, "stage": plan.stage.number}
    record.record(by, verb, "action_plan", plan.pk, details=details)


def _tell(by: User, plan: ActionPlan, owner: User | None, actions: Sequence[ActionSaid]) -> None:
    """Mail whose plan it now is and who has something to do, but whoever does it themselves: no student's name, a link."""
    days: dict[User, list[date]] = {}
    for one in actions:
        if one.owner is not None:
            days.setdefault(one.owner, []).append(one.due_on)
    if owner is not None:
        days.setdefault(owner, [])
    for user, dates in sorted(days.items(), key=lambda pair: pair[0].pk):
        if user.pk == by.pk or not user.is_active:
            continue
        context = {
            "by": by.formal_name,
            "owns": owner is not None and owner.pk == user.pk,
            "number": len(dates),
            "first": min(dates, default=None),
            "url": address_of("interventions:plan_detail", plan_id=plan.public_id),
        }
        words = mail_words("interventions/mail/plan", context)
        key = f"plan:{plan.public_id}:{plan.version}:{user.pk}"
        queue_mail(key=key, to=user.email, to_person_id=user.pk, subject="An action plan", by=by, **words)
