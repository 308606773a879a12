"""What changes in attendance: registers, single marks, codes for many, the summary."""

from attendance.actions.bulk import set_code_for_many
from attendance.actions.marks import amend_mark
from attendance.actions.planned import change_plan, plan_absence, withdraw_plans
from attendance.actions.registers import mark_register
from attendance.actions.summary import rebuild_summary

__all__ = [
    "change_plan",
    "plan_absence",
    "withdraw_plans",
    "amend_mark",
    "mark_register",
    "rebuild_summary",
    "set_code_for_many",
]
