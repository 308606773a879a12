"""Action plans that addresses point at."""

from datetime import timedelta
from typing import Any

from tests.college import College
from tests.project.things.making import once


@once
def plan_row(college: College) -> Any:
    """Ada's plan at the last stage, which Ms Okafor made: something in it is hers to do, nothing is Ms Mendes's."""
    from interventions.models import ActionPlan, PlanAction, PlanStage

    day = college.today + timedelta(days=14)
    plan = ActionPlan.objects.create(
        student=college.student("Ada"), title="Back to full days", aims="In every day", stage=PlanStage.objects.get(number=4),
        owner=college.okafor, made_by=college.okafor, stage_by=college.okafor, review_on=day, approval="waiting",
    )  # fmt: skip
    PlanAction.objects.create(plan=plan, position=1, what="Ring home", owner=college.okafor, due_on=day)
    return plan


def plan(college: College) -> Any:
    """That plan."""
    return plan_row(college).public_id


def plan_action(college: College) -> Any:
    """What Ms Okafor has to do in it."""
    row = plan_row(college)
    return {"plan_id": row.public_id, "action_id": row.actions.get().public_id}


@once
def plan_copy(college: College) -> Any:
    """A signed copy of it."""
    from core.private.files import save_file
    from interventions.models import PlanCopy

    row = plan_row(college)
    file = save_file(b"%PDF-1.7", "signed.pdf", "application/pdf")
    copy = PlanCopy.objects.create(plan=row, file=file, signed_on=college.today, attached_by=college.okafor)
    return {"plan_id": row.public_id, "copy_id": copy.public_id}


def plan_stage(college: College) -> Any:
    """The first stage of plans."""
    from interventions.models import PlanStage

    return PlanStage.objects.get(number=1).public_id


def barrier(college: College) -> Any:
    """Something that stands in the way."""
    from interventions.models import Barrier

    row = Barrier.objects.first()
    assert row is not None
    return row.public_id


def bank_plan(college: College) -> Any:
    """A model plan of the bank."""
    from interventions.models import BankItem

    row = BankItem.objects.plans().first()
    assert row is not None
    return row.public_id
