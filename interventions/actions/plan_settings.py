"""Setting action plans up: barriers, and the stages."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from interventions import choices_plans as choices
from interventions import rules_plans as rules
from interventions.models import Barrier, PlanStage

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def save_barrier(by: "User", barrier: Barrier | None, *, name: str, position: int, active: bool) -> Barrier:
    """Add a barrier or change one. Plans that name it show what it is called now."""
    if not rules.may_set_up_plans(by):
        raise PermissionDenied
    row = barrier or Barrier()
    row.name, row.position, row.active = name, position, active
    row.save()
    record.record(by, choices.BARRIER_SAVED, "barrier", row.pk, details={"name": name})
    return row


@transaction.atomic
def save_plan_stage(by: "User", stage: PlanStage, **values: Any) -> PlanStage:
    """Change a stage of plans. Plans that stand at it go on with what it says now; an approval given stays given."""
    if not rules.may_set_up_plans(by):
        raise PermissionDenied
    for name, value in values.items():
        setattr(stage, name, value)
    stage.save(update_fields=list(values))
    record.record(by, choices.PLAN_STAGE_SAVED, "plan_stage", stage.pk, details={"number": stage.number})
    return stage
