"""The lists beside what is due: one-to-ones of the coming week, those not seen for a while, drafts, one's latest."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from caseload.models import Student
from caseload.queries.students import student_rows
from caseload.querysets import looked_after
from core import clock
from interventions.choices import REVIEW_SOON_DAYS
from interventions.models import Meeting, MeetingDraft
from interventions.queries.students import LOG, last_seen, next_meetings, weeks_unseen

ROWS = 100
LATEST = 30


@dataclass
class DueLists:
    """The lists of the page, each cut to what one can read, with how many there are in all."""

    students: int
    coming: list[dict[str, Any]] = field(default_factory=list)
    unseen: list[dict[str, Any]] = field(default_factory=list)
    recent: list[Meeting] = field(default_factory=list)
    drafts: list[MeetingDraft] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def my_students(user: Any) -> QuerySet[Student]:
    """The students somebody looks after: their own caseloads, or for those without one everybody they hold one-to-ones with."""
    reached = Student.objects.visible_to(user, LOG)
    own = looked_after(user, LOG)
    return reached.filter(pk__in=own) if own else reached.on_roll()


def due_lists(user: Any) -> DueLists:
    """The lists of this person's students. The same number of queries for any number."""
    people = {row["id"]: row for row in student_rows(my_students(user))}
    held = Meeting.objects.visible_to(user).filter(Q(led_by=user) | Q(written_by=user))
    drafts = MeetingDraft.objects.visible_to(user)
    coming, unseen = _coming(people, user), _unseen(people, user)
    return DueLists(
        len(people),
        coming[:ROWS],
        unseen[:ROWS],
        list(
            held.select_related("student", "type")
            .annotate(set_then=Count("targets_set"))
            .order_by("-held_at", "-pk")[:LATEST]
        ),
        list(drafts.select_related("student")[:LATEST]),
        {
            "coming": len(coming),
            "unseen": len(unseen),
            "recent": held.count(),
            "drafts": drafts.count(),
        },
    )


def _coming(people: dict[int, dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """One-to-ones of the coming week; those whose day has come stand on My work."""
    today = clock.today()
    soon = today + timedelta(days=REVIEW_SOON_DAYS)
    due = [(day, people[pk]["sort_key"], pk) for pk, day in next_meetings(list(people), user).items()]
    return [{"student": people[pk], "on": day} for day, _, pk in sorted(due) if today < day <= soon]


def _unseen(people: dict[int, dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """Students whom nobody has seen for too long, the longest first."""
    ids = list(people)
    seen = last_seen(ids, user)
    weeks = [(-number, people[pk]["sort_key"], pk) for pk, number in weeks_unseen(ids, user).items()]
    return [{"student": people[pk], "weeks": -number, "last": seen.get(pk)} for number, _, pk in sorted(weeks)]
