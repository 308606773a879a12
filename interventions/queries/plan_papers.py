"""What the printed copy of an action plan states."""

from typing import Any

from interventions.choices_plans import AgreedWith, Edition
from interventions.models import ActionPlan
from interventions.queries.plans import actions_of, approval_words

SIGN_AS = {
    AgreedWith.STUDENT: "Student",
    AgreedWith.PARENT: "Parent or carer",
    AgreedWith.TEACHER: "Teacher",
    AgreedWith.AGENCY: "Agency",
}


def usual_edition(plan: ActionPlan) -> Edition:
    """The copy for home where a parent or carer agreed and so signs, else the college's."""
    return Edition.HOME if AgreedWith.PARENT in plan.agreed_with else Edition.COLLEGE


def plan_facts(plan: ActionPlan, edition: Edition) -> dict[str, Any]:
    """The plan as it is printed, by plain values: in the name used at home for home, in the college's for the rest. Two queries."""
    home = edition == Edition.HOME
    name = plan.student.home_name if home else plan.student.full_name
    approval = approval_words(plan)
    # The name stands as the signers know it: a parent or carer signs the copy for home and no other.
    agreed = [code for code in AgreedWith.values if code in plan.agreed_with and code != "parent"]
    signing = list(dict.fromkeys(["student", *(["parent"] if home else []), *agreed]))
    lines = [{"as": SIGN_AS[AgreedWith(code)], "name": name if code == "student" else ""} for code in signing]
    lines.append({"as": "For the college", "name": plan.owner.formal_name})
    return {
        "name": name,
        "title": plan.title,
        "edition": ". ".join(part for part in (f"Copy {edition.label}", approval) if part),
        "stage": f"{plan.stage.number} {plan.stage.name}",
        "owner": plan.owner.formal_name,
        "starts_on": plan.starts_on,
        "review_on": plan.review_on,
        "barriers": [one.name for one in plan.barriers.all()],
        "reasons": plan.reasons,
        "aims": plan.aims,
        "actions": [
            {"what": one.what, "who": one.who, "due_on": one.due_on, "done_on": one.done_on} for one in actions_of(plan)
        ],
        "agreed": plan.agreed_labels,
        "agreed_words": plan.agreed_words,
        "sign": lines,
        "ended": plan.get_outcome_display() if plan.closed_on else "",
    }
