"""Panels as pages show them: the list, the students in order, what was agreed, and who can own an action."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from caseload.models import Student
from caseload.queries.lists import in_order_of_need
from core.names import fold
from interventions.models import PanelAction, PanelMeeting, PanelPack
from interventions.querysets_panels import VIEW

PANELS = 60
ACTIONS = 200


@dataclass
class AgendaItem:
    """A student of a panel: the number of their place, who they are, why they stand there, and what was agreed."""

    number: int
    person: dict[str, Any]
    why: list[Any]
    actions: list[PanelAction] = field(default_factory=list)


@dataclass
class Students:
    """The students of a panel in order, as far as this person reaches them."""

    places: list[AgendaItem]
    hidden: int

    @property
    def ids(self) -> list[int]:
        """The students' numbers."""
        return [place.person["id"] for place in self.places]


def panels_of(user: Any) -> list[PanelMeeting]:
    """The panels that this person leads, called or attends, the latest first, with how many students and open actions. One query."""
    rows = PanelMeeting.objects.all().visible_to(user).select_related("chair")
    counted = rows.annotate(
        students=Count("places", distinct=True), to_do=Count("actions", filter=Q(actions__done_at=None), distinct=True)
    )
    return list(counted.order_by("-held_on", "-pk")[:PANELS])


def students_of(user: Any, panel: PanelMeeting) -> Students:
    """The students of a panel in its order, each with their reasons and what was agreed about them."""
    places = list(panel.places.values_list("pk", "student_id"))
    reached = Student.objects.visible_to(user, VIEW).filter(pk__in=[pk for _, pk in places])
    people = {
        row["id"]: row for row in in_order_of_need(user, list(reached.values_list("pk", flat=True)), permission=VIEW)
    }
    actions: dict[int, list[PanelAction]] = {}
    agreed = PanelAction.objects.all().visible_to(user).filter(panel=panel).select_related("owner", "done_by")
    for action in agreed.order_by("due_on", "pk"):
        actions.setdefault(action.student_id, []).append(action)
    shown = [
        AgendaItem(number, people[pk], people[pk]["first_why"], actions.get(pk, []))
        for number, pk in places
        if pk in people
    ]
    return Students(shown, len(places) - len(shown))


def actions_of(user: Any) -> list[PanelAction]:
    """What panels agreed and this person has to do, the first day first. One query."""
    rows = PanelAction.objects.all().visible_to(user).filter(owner=user).open()
    return list(rows.select_related("student", "panel").order_by("due_on", "pk")[:ACTIONS])


def latest_pack(user: Any, panel: PanelMeeting) -> PanelPack | None:
    """The pack that this person asked for last."""
    return PanelPack.objects.all().visible_to(user).filter(panel=panel).select_related("file").first()


def owners_by_label(people: Iterable[User]) -> dict[str, User]:
    """Everybody who can own an action under the name by which they are chosen; whoever shares a name adds their position."""
    found: dict[str, list[User]] = {}
    for person in people:
        found.setdefault(person.full_name, []).append(person)
    labels: dict[str, User] = {}
    for name, several in found.items():
        for person in several:
            extra = person.position or person.email.split("@")[0]
            labels[name if len(several) == 1 else f"{name} ({extra})"] = person
    return labels


def owner_named(text: str, labels: dict[str, User]) -> User | None:
    """The one person meant: by the name offered, or as students know them, however it is written."""
    wanted = fold(text)
    exact = [person for label, person in labels.items() if fold(label) == wanted]
    formal = [person for person in labels.values() if fold(person.formal_name) == wanted]
    for some in (exact, formal):
        if len(some) == 1:
            return some[0]
    return None
