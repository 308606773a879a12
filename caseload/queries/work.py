"""My work: what waits for a person, with the students whom it is about; and the contacts to follow up among it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from caseload.models import ContactLogEntry, Student
from caseload.queries.students import student_rows
from caseload.querysets import learn_reach, looked_after, reached
from caseload.rules.students import LOG_CONTACT, VIEW
from core import clock
from core.pages import due
from core.pages.due import Item, Line, Waiting

HANDFUL = 5


@dataclass(frozen=True)
class WorkLine:
    """One thing that is due, with the student whom it is about, if any."""

    item: Item
    kind: str
    student: dict[str, Any] | None

    @property
    def late(self) -> int:
        """For how many days it has waited."""
        return (clock.today() - self.item.since).days


@dataclass
class Work:
    """What the page shows: the first lines in order, and the kinds to choose between."""

    waiting: Waiting
    lines: list[WorkLine] = field(default_factory=list)


def my_work(user: Any, kind: str = "", limit: int = due.SHOWN) -> Work:
    """What waits for somebody, oldest harm first, each with the student's name; of one kind, or of all."""
    _learn(user)
    waiting = due.waiting(user, kind, limit)
    people = _people(user, waiting.lines)
    return Work(
        waiting,
        [WorkLine(line.item, line.source.label, people.get(line.item.about or 0)) for line in waiting.lines],
    )


def work_count(user: Any) -> int:
    """The number in the top bar. A query more to read whom a tutor reaches spares many times its cost in the count."""
    return due.due_count(user, _learn)


def _learn(user: Any) -> None:
    learn_reach(user, [source.permission for source in due.sources_for(user)])


def _people(user: Any, lines: list[Line]) -> dict[int, dict[str, Any]]:
    wanted = {line.item.about for line in lines if line.item.about}
    if not wanted:
        return {}
    return {row["id"]: row for row in student_rows(Student.objects.visible_to(user, VIEW).filter(pk__in=wanted))}


def follow_ups_of(user: Any) -> QuerySet[ContactLogEntry]:
    """Contacts to follow up by today: about students whom somebody looks after, and those that they wrote down themselves."""
    rows = ContactLogEntry.objects.filter(followed_up_at=None, follow_up_on__lte=clock.today())
    mine = Q(student__in=looked_after(user, LOG_CONTACT))
    return rows.filter(mine | Q(logged_by=user, student__in=reached(user, LOG_CONTACT)))


def load_follow_ups(user: Any, limit: int) -> list[Item]:
    """The first of them. One query; one click says that it was followed up."""
    rows = follow_ups_of(user).order_by("follow_up_on", "pk")
    fields = ("student_id", "student__public_id", "pk", "public_id", "summary", "follow_up_on")
    return [
        Item(
            f"Follow up: {summary}",
            due_on,
            f"{reverse('caseload:contact_log', args=[student_public_id])}?next={reverse('caseload:my_work')}&answers=follow_up:{pk}",
            "Log a contact",
            about=student,
            done_url=reverse("caseload:contact_follow_up", args=[public_id]),
            done="Followed up",
        )
        for student, student_public_id, pk, public_id, summary, due_on in rows.values_list(*fields)[:limit]
    ]
