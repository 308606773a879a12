"""Action plans as lists and pages show them, who works with a student, and what of plans is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import roles_carrying
from caseload.models import Student
from caseload.needs import Need
from caseload.queries.school_days import sites_of
from caseload.queries.tutors import tutor_groups_of
from caseload.querysets import among, reach_of, reached, reached_as
from caseload.registries.columns import Reason
from core import clock
from core.id_lists import array
from core.reading import read_rows
from interventions.choices_plans import MANAGE_PLAN, VIEW_PLAN, Approval
from interventions.models import ActionPlan, PlanAction, PlanStage, PlanStep
from interventions.queries.readers import AROUND

SHOWS = {
    "": "All open", "mine": "Mine", "approval": "Waiting for my approval", "due": "Review due", "closed": "Ended",
}  # fmt: skip
LATE_DAYS = 7


@dataclass
class Around:
    """Who works with a student today and may read plans: for choosing whose a plan or an action is."""

    staff: list[User] = field(default_factory=list)
    near: dict[str, list[User]] = field(default_factory=dict)  # by role, those nearest to the student first
    student_id: int = 0

    @cached_property
    def sites(self) -> frozenset[int]:
        """Where the student is on roll: the sites on whose school days dates are proposed."""
        return sites_of([self.student_id])

    def holding(self, role: str, by: User) -> User:
        """Somebody in this role: the one who asks if they hold it, else the nearest one, else the one who asks."""
        found = self.near.get(role, [])
        return by if by in found or not found else found[0]


def staff_around(student: Student) -> Around:
    """Who works with a student today in a role that reads plans. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"student": student.pk, "day": clock.today()})
        held = cursor.fetchall()
    reading = set(roles_carrying(VIEW_PLAN))
    ids = {user for user, role, _ in held if role in reading}
    people = {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).order_by("sort_key", "pk")}
    found = Around(list(people.values()), student_id=student.pk)
    place = {pk: number for number, pk in enumerate(people)}
    rows = [(wide, place[user], user, role) for user, role, wide in held if user in people]
    for _, _, user, role in sorted(rows):
        found.near.setdefault(role, []).append(people[user])
    return found


def stages(*, all_of_them: bool = False) -> list[PlanStage]:
    """The stages of plans in order: those in use, or all."""
    rows = PlanStage.objects.all() if all_of_them else PlanStage.objects.filter(active=True)
    return list(rows)


def for_approval(user: Any) -> QuerySet[ActionPlan]:
    """The plans that wait for this very person: in the role that their stage names, and not made or moved there by them."""
    held = Q(pk__in=[])
    for role in sorted({role for role, _, _ in reach_of(user)}):
        held |= Q(stage__approver_role=role, student__in=reached_as(user, role))
    rows: QuerySet[ActionPlan] = ActionPlan.objects.waiting().visible_to(user).filter(held)
    return rows.exclude(Q(made_by=user) | Q(stage_by=user))


def listed(user: Any, show: str = "", stage: int | None = None) -> QuerySet[ActionPlan]:
    """The plans of a list, those to be looked at first on top; `stage` is a stage's number."""
    rows: Any = for_approval(user) if show == "approval" else ActionPlan.objects.all().visible_to(user)
    rows = rows.exclude(closed_on=None) if show == "closed" else rows.open()
    if show == "mine":
        rows = rows.filter(Q(owner=user) | Q(pk__in=PlanAction.objects.filter(owner=user).values("plan")))
    elif show == "due":
        rows = rows.review_due()
    rows = rows.filter(stage__number=stage) if stage else rows
    order = ("-closed_on", "-pk") if show == "closed" else ("review_on", "pk")
    rows = rows.select_related("student", "stage", "owner").annotate(
        to_do=Count("actions"), done=Count("actions", filter=~Q(actions__done_on=None))
    )
    found: QuerySet[ActionPlan] = rows.order_by(*order)
    return found


def counts(user: Any) -> dict[str, int]:
    """How many stand in each list. Two queries."""
    rows = ActionPlan.objects.all().visible_to(user)
    mine = Q(owner=user) | Q(pk__in=PlanAction.objects.filter(owner=user).values("plan"))
    going = Q(closed_on=None)
    found: dict[str, int] = {
        "approval": for_approval(user).count(),
        **rows.aggregate(
            mine=Count("pk", filter=going & mine),
            due=Count("pk", filter=going & Q(review_on__lte=clock.today())),
            closed=Count("pk", filter=~going),
            all=Count("pk", filter=going),
        ),
    }
    return found | {"": found.pop("all")}


def list_rows(plans: Sequence[ActionPlan]) -> list[dict[str, Any]]:
    """Each with the tutor group of its student. One query."""
    groups = tutor_groups_of([plan.student_id for plan in plans])
    return [{"plan": plan, "group": groups.get(plan.student_id, "")} for plan in plans]


def actions_of(plan: ActionPlan) -> list[PlanAction]:
    """What is to be done, in order. One query."""
    rows = list(plan.actions.select_related("owner", "done_by"))
    for row in rows:
        row.plan = plan
    return rows


def steps_of(plan: ActionPlan) -> list[PlanStep]:
    """What happened, the latest first. One query."""
    return list(plan.steps.select_related("by", "stage"))


def wordings_of(plan: ActionPlan) -> list[Any]:
    """How the plan read before, newest first; changes of stage or date alone are left out. One query."""
    shown, kept = (plan.title, plan.aims, plan.reasons), []
    events: Any = plan
    for row in events.events.order_by("-pgh_created_at", "-pgh_id") if plan.version > 1 else ():
        words = (row.title, row.aims, row.reasons)
        if words != shown:
            kept.append(row)
            shown = words
    return kept


def of_student(user: Any, student: Student) -> list[ActionPlan]:
    """The plans of a student that this person may read, those that go on first, then the latest. One query."""
    rows = ActionPlan.objects.all().visible_to(user).filter(student=student).select_related("stage", "owner")
    found = rows.annotate(to_do=Count("actions"), done=Count("actions", filter=~Q(actions__done_on=None)))
    return sorted(found.order_by("-starts_on", "-pk"), key=lambda plan: not plan.is_open)


_DUE = """
    SELECT student_id, title, review_on FROM interventions_actionplan WHERE closed_on IS NULL AND review_on <= %s
        AND student_id IN (SELECT unnest(%s::bigint[])) AND student_id {reached} ORDER BY review_on, id
"""


def reviews_due(ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Students with a plan whose review has come, as reasons of lists. One query."""
    today = clock.today()
    condition, params = ("IS NOT NULL", []) if user is None else among(reached(user, MANAGE_PLAN))
    found: dict[int, list[Reason]] = {}
    for student, title, day in read_rows(_DUE.format(reached=condition), [today, array(ids), *params]):
        need = Need.PLAN_LONG_OVERDUE if (today - day).days > LATE_DAYS else Need.PLAN_OVERDUE
        found.setdefault(student, []).append(Reason(f"Action plan review due: {title}", need, "plan_review"))
    return found


def approval_words(plan: ActionPlan) -> str:
    """Where a plan stands with its approval, for the printed copy; empty where none is needed."""
    if plan.approval == Approval.GIVEN and plan.approved_by is not None and plan.approved_at is not None:
        return f"Approved by {plan.approved_by.formal_name}, {clock.local(plan.approved_at):%-d %B %Y}"
    return "Not approved yet" if plan.approval in (Approval.WAITING, Approval.SENT_BACK) else ""
