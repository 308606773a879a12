"""The words of action plans: with whom they are agreed, their approval, what came of them."""

from django.db import models


class AgreedWith(models.TextChoices):
    """Who agreed to a plan, and so signs it."""

    STUDENT = "student", "Student"
    PARENT = "parent", "Parent or carer"
    TEACHER = "teacher", "Teacher"
    AGENCY = "agency", "Agency"


class Approval(models.TextChoices):
    """How far the approval of a stage that asks for one has got."""

    NONE = "", "Not needed"
    WAITING = "waiting", "Waiting for approval"
    GIVEN = "given", "Approved"
    SENT_BACK = "sent_back", "Sent back"


class PlanOutcome(models.TextChoices):
    """What came of a plan when it ended."""

    MET = "met", "Aim met"
    PARTLY = "partly", "Partly met"
    NOT_MET = "not_met", "Not met"
    STOPPED = "stopped", "Stopped early"


class PlanStepKind(models.TextChoices):
    """What happened to a plan."""

    MADE = "made", "Made"
    CHANGED = "changed", "Changed"
    REVIEWED = "reviewed", "Reviewed"
    MOVED_UP = "moved_up", "Moved up a stage"
    STEPPED_DOWN = "stepped_down", "Stepped down"
    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"
    SIGNED = "signed", "Signed copy attached"
    CLOSED = "closed", "Ended"


class Edition(models.TextChoices):
    """For whom a plan is printed: the name on it differs."""

    COLLEGE = "college", "for the student and the college"
    HOME = "home", "for home"


OUTCOME_TONES = {
    PlanOutcome.MET: "good",
    PlanOutcome.PARTLY: "watch",
    PlanOutcome.NOT_MET: "concern",
    PlanOutcome.STOPPED: "plain",
}
VIEW_PLAN = "interventions.view_plan"
MANAGE_PLAN = "interventions.manage_plan"
SET_UP_PLANS = "interventions.set_up_plans"
SIGNED_MEGABYTES = 10

# Audit verbs.
PLAN_MADE = "plan_made"
PLAN_CHANGED = "plan_changed"
PLAN_REVIEWED = "plan_reviewed"
PLAN_CLOSED = "plan_closed"
PLAN_APPROVED = "plan_approved"
PLAN_SENT_BACK = "plan_sent_back"
PLAN_ACTION_TICKED = "plan_action_ticked"
PLAN_PRINTED = "plan_printed"
PLAN_SIGNED = "plan_signed"
PLAN_SIGNED_READ = "plan_signed_read"
PLAN_STAGE_SAVED = "plan_stage_saved"
BARRIER_SAVED = "barrier_saved"
