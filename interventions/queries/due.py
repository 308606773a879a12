"""What is due for somebody's students: one-to-ones, overdue targets, those not seen for a while."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from caseload.models import CaseloadMembership, Student
from caseload.queries.students import student_rows
from caseload.querysets import containers
from core import clock
from interventions.choices import REVIEW_SOON_DAYS
from interventions.models import Meeting, MeetingDraft, Target
from interventions.queries.students import last_seen, next_meetings, weeks_unseen

LOG = "interventions.log_meeting"
ROWS = 100


@dataclass
class DueLists:
    """The lists of the page: each a list of dicts with the student's row, the words and the address."""

    students: int
    reviews: list[dict[str, Any]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    unseen: list[dict[str, Any]] = field(default_factory=list)
    recent: list[Meeting] = field(default_factory=list)
    drafts: list[MeetingDraft] = field(default_factory=list)


def my_students(user: Any) -> QuerySet[Student]:
    """The students somebody looks after: their own caseloads, or for those without one everybody they hold one-to-ones with."""
    reached = Student.objects.visible_to(user, LOG)
    caseloads = containers(user, LOG).get("caseload", [])
    return reached.filter(pk__in=_members(caseloads)) if caseloads else reached.on_roll()


def _members(caseloads: list[int]) -> QuerySet[Any]:
    return CaseloadMembership.objects.filter(group__in=caseloads, period__contains=clock.today()).values("student")


def due_lists(user: Any) -> DueLists:
    """Everything that is due for this person's students, what is latest first. The same number of queries for any number."""
    today = clock.today()
    people = {row["id"]: row for row in student_rows(my_students(user))}
    ids = list(people)
    found = DueLists(len(people))
    soon = today + timedelta(days=REVIEW_SOON_DAYS)
    due = {student: day for student, day in next_meetings(ids, user).items() if day <= soon}
    found.reviews = [
        {"student": people[student], "on": day, "days": (today - day).days}
        for student, day in sorted(due.items(), key=lambda item: (item[1], people[item[0]]["sort_key"]))
    ]
    overdue = Target.objects.visible_to(user).overdue().filter(student__in=ids).select_related("student", "course")
    found.targets = list(overdue.order_by("due_on", "student__sort_key", "pk")[:ROWS])
    seen = last_seen(ids, user)
    unseen = sorted(weeks_unseen(ids, user).items(), key=lambda item: (-item[1], people[item[0]]["sort_key"]))
    found.unseen = [
        {"student": people[student], "weeks": weeks, "last": seen.get(student)} for student, weeks in unseen
    ]
    recent = (
        Meeting.objects.visible_to(user).filter(Q(led_by=user) | Q(written_by=user)).select_related("student", "type")
    )
    found.recent = list(recent.annotate(set_then=Count("targets_set")).order_by("-held_at", "-pk")[:30])
    found.drafts = list(MeetingDraft.objects.visible_to(user).select_related("student")[:30])
    return found


def due_count(user: Any) -> int:
    """How much is overdue in somebody's own caseloads: targets past their date and one-to-ones past theirs. One query."""
    caseloads = containers(user, LOG).get("caseload", [])
    if not caseloads:
        return 0
    mine = _members(caseloads)
    later = Meeting.objects.filter(student=OuterRef("student"), held_at__gt=OuterRef("held_at"))
    targets = Target.objects.overdue().filter(student__in=mine).order_by().values("pk")
    reviews = Meeting.objects.filter(student__in=mine, next_on__lt=clock.today()).exclude(Exists(later)).order_by()
    return targets.union(reviews.values("pk"), all=True).count()
