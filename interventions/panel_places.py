"""What panels add to lists of students, the student page, My work and the navigation."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from caseload.registries import columns
from caseload.registries.columns import BulkAction
from core import clock
from core.pages import cards, due, menu
from core.pages.cards import TimelineSource
from core.pages.due import Harm, Item, Source
from core.pages.menu import MenuEntry
from core.wording import day
from interventions.choices_panels import HOLD
from interventions.models import PanelAction, PanelMeeting
from interventions.querysets_panels import VIEW


def actions_to_do(user: Any) -> QuerySet[PanelAction]:
    """Agreed actions that are this person's and open, of students with whom they work."""
    rows: QuerySet[PanelAction] = PanelAction.objects.all().visible_to(user).open().filter(owner=user)
    return rows


def load_actions(user: Any, limit: int) -> list[Item]:
    """The first of them, the first day first; one click says that it is done. One query."""
    today = clock.today()
    return [
        Item(
            action.what,
            min(action.due_on, today),
            reverse("caseload:student_detail", args=[action.student.public_id]),
            "Student",
            about=action.student_id,
            note=f"{action.panel.title}, by {day(action.due_on)}",
            done_url=reverse("interventions:panel_action_settle", args=[action.public_id]),
            done="Done",
        )
        for action in actions_to_do(user).select_related("student", "panel").order_by("due_on", "pk")[:limit]
    ]


def load_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """What panels agreed about a student."""
    rows = PanelAction.objects.all().visible_to(user, HOLD).filter(student=student)
    if before is not None:
        rows = rows.filter(agreed_at__lt=before)
    # What was agreed is read by more people than the panel's own page.
    panels_read = PanelMeeting.objects.visible_to(user, HOLD).filter(pk=OuterRef("panel"))
    rows = rows.annotate(panel_opens=Exists(panels_read))
    return [
        {
            "when": row.agreed_at,
            "kind": "panels",
            "icon": "people",
            "title": f"{row.panel.title}: {row.what}",
            "text": f"{row.owner.formal_name}, by {day(row.due_on)}{'; done' if row.done_at and not row.dropped else ''}",
            "who": row.agreed_by.formal_name,
            "url": reverse("interventions:panel_detail", args=[row.panel.public_id]) if row.panel_opens else "",
        }
        for row in rows.select_related("panel", "owner", "agreed_by").order_by("-agreed_at", "-pk")[:limit]
    ]


TO_DO = "SELECT FROM interventions_panelaction WHERE owner_id = %(me)s AND done_at IS NULL"


def register() -> None:
    """Offer all of it."""
    columns.register_action(
        BulkAction("panel", "Call a panel", "interventions:panel_new", HOLD, 15, "people", takes_filter=True)
    )
    cards.register_timeline(TimelineSource("panels", "Panels", 36, HOLD, load_entries, shows=(PanelAction,)))
    menu.register(MenuEntry("Meetings", "Panels", "interventions:panel_list", HOLD, 20, "", "people"))
    due.register(Source("panel_action", "Agreed in panels", Harm.PROMISE, VIEW, load_actions, actions_to_do, 30, TO_DO))
