"""Who may make, change, approve and tick off what stands in action plans."""

from typing import TYPE_CHECKING

from accounts.roles import BY_CODE
from caseload.models import Student
from caseload.querysets import holds_role_over
from core.actors import SystemActor
from interventions.choices_plans import MANAGE_PLAN, SET_UP_PLANS
from interventions.models import ActionPlan, PlanAction

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


def may_make_plan(by: "By", student: Student) -> bool:
    """The tutor, pastoral staff and learning support who reach the student."""
    if isinstance(by, SystemActor):
        return False
    return Student.objects.visible_to(by, MANAGE_PLAN).filter(pk=student.pk).exists()


def may_manage_plan(by: "By", plan: ActionPlan) -> bool:
    """Whoever may make plans for the student."""
    return may_make_plan(by, plan.student)


def may_tick_action(by: "By", action: PlanAction) -> bool:
    """Whoever has to do it, while they may read the plan, and whoever may change the plan."""
    if isinstance(by, SystemActor) or not ActionPlan.objects.all().visible_to(by).filter(pk=action.plan_id).exists():
        return False
    return action.owner_id == by.pk or may_manage_plan(by, action.plan)


def may_approve_plan(by: "By", plan: ActionPlan) -> bool:
    """Somebody in the role that the stage names, over this student, who neither made the plan nor brought it to its stage."""
    if isinstance(by, SystemActor) or not plan.waits or by.pk in (plan.made_by_id, plan.stage_by_id):
        return False
    return holds_role_over(by, plan.stage.approver_role, plan.student_id)


def approved_by_words(plan: ActionPlan) -> str:
    """Who approves the stage that a plan has reached: “the senior leader”."""
    role = plan.stage.approver_role
    label = BY_CODE[role].label if role in BY_CODE else role
    return f"the {label[:1].lower()}{label[1:]}" if label else ""


def may_set_up_plans(by: "By") -> bool:
    """Whoever looks after the college's barriers and stages."""
    return not isinstance(by, SystemActor) and by.has_perm(SET_UP_PLANS)
