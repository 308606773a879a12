"""What is due for somebody's students: one-to-ones, overdue targets, those not seen for a while."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from caseload.models import CaseloadMembership, Student
from caseload.queries.students import student_rows
from caseload.querysets import containers
from core import clock
from interventions.choices import REVIEW_SOON_DAYS, Audience
from interventions.models import Meeting, MeetingDraft, Target
from interventions.queries.students import LOG, last_seen, next_meetings, weeks_unseen

ROWS = 100
LATEST = 30


@dataclass
class DueLists:
    """The lists of the page, each cut to what one can read, with how many there are in all."""

    students: int
    reviews: list[dict[str, Any]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    unseen: list[dict[str, Any]] = field(default_factory=list)
    recent: list[Meeting] = field(default_factory=list)
    drafts: list[MeetingDraft] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def my_students(user: Any) -> QuerySet[Student]:
    """The students somebody looks after: their own caseloads, or for those without one everybody they hold one-to-ones with."""
    reached = Student.objects.visible_to(user, LOG)
    caseloads = containers(user, LOG).get("caseload", [])
    return reached.filter(pk__in=_members(caseloads)) if caseloads else reached.on_roll()


def _members(caseloads: list[int]) -> QuerySet[Any]:
    return CaseloadMembership.objects.filter(group__in=caseloads, period__contains=clock.today()).values("student")


def due_lists(user: Any) -> DueLists:
    """Everything that is due for this person's students, what is latest first. The same number of queries for any number."""
    people = {row["id"]: row for row in student_rows(my_students(user))}
    targets = Target.objects.visible_to(user).overdue().filter(student__in=list(people))
    held = Meeting.objects.visible_to(user).filter(Q(led_by=user) | Q(written_by=user))
    drafts = MeetingDraft.objects.visible_to(user)
    reviews, unseen = _reviews(people, user), _unseen(people, user)
    return DueLists(
        len(people),
        reviews[:ROWS],
        list(targets.select_related("student", "course").order_by("due_on", "student__sort_key", "pk")[:ROWS]),
        unseen[:ROWS],
        list(
            held.select_related("student", "type")
            .annotate(set_then=Count("targets_set"))
            .order_by("-held_at", "-pk")[:LATEST]
        ),
        list(drafts.select_related("student")[:LATEST]),
        {
            "reviews": len(reviews),
            "targets": targets.count(),
            "unseen": len(unseen),
            "recent": held.count(),
            "drafts": drafts.count(),
        },
    )


def _reviews(people: dict[int, dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """One-to-ones whose day is past or in the coming week."""
    today = clock.today()
    soon = today + timedelta(days=REVIEW_SOON_DAYS)
    due = [(day, people[pk]["sort_key"], pk) for pk, day in next_meetings(list(people), user).items() if day <= soon]
    return [{"student": people[pk], "on": day, "days": (today - day).days} for day, _, pk in sorted(due)]


def _unseen(people: dict[int, dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """Students whom nobody has seen for too long, the longest first."""
    ids = list(people)
    seen = last_seen(ids, user)
    weeks = [(-number, people[pk]["sort_key"], pk) for pk, number in weeks_unseen(ids, user).items()]
    return [{"student": people[pk], "weeks": -number, "last": seen.get(pk)} for number, _, pk in sorted(weeks)]


def due_count(user: Any) -> int:
    """How much is overdue in somebody's own caseloads: targets past their date and one-to-ones past theirs. One query."""
    caseloads = containers(user, LOG).get("caseload", [])
    if not caseloads:
        return 0
    mine = _members(caseloads)
    # Whoever holds a caseload reads everything pastoral about it; only what is for named people is another's.
    readable = Meeting.objects.exclude(~Q(written_by=user), audience=Audience.NAMED).order_by()
    later = Meeting.objects.filter(student=OuterRef("student"), held_at__gt=OuterRef("held_at"))
    targets = Target.objects.overdue().filter(student__in=mine).order_by().values("pk")
    reviews = readable.filter(student__in=mine, next_on__lt=clock.today()).exclude(Exists(later))
    return targets.union(reviews.values("pk"), all=True).count()
