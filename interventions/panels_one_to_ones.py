"""What booking, asking students, notes for many and coverage add to lists and to the left column."""

from typing import Any

from caseload.registries import columns, leaving
from caseload.registries.columns import BulkAction
from core.pages import cards, menu
from core.pages.cards import Card
from core.pages.menu import MenuEntry
from interventions.actions.leaving import FOLLOWER
from interventions.models import Booking, HandoverNote, MeetingDraft, Note, StudentWords
from interventions.queries.handovers import last_note_of
from interventions.querysets import PASTORAL_NOTE

LOG = "interventions.log_meeting"
OFFER = "interventions.offer_slots"
PLACES = (
    MenuEntry("Meetings", "Times", "interventions:slot_list", OFFER, 20, "g b", "calendar3-week"),
    MenuEntry("Meetings", "Handover", "interventions:handover_list", LOG, 28, "", "arrow-left-right"),
    MenuEntry("Meetings", "Coverage", "interventions:coverage_list", "interventions.view_coverage", 30, "", "people"),
    MenuEntry(
        "Meetings", "Workload", "interventions:workload_list", "interventions.view_workload", 35, "", "bar-chart-steps"
    ),
    MenuEntry(
        "Settings",
        "Kinds of one-to-one",
        "interventions:meeting_type_list",
        "interventions.manage_meeting_types",
        50,
        "",
        "chat-left-text",
        "Kinds",
    ),
)


def load_handover(user: Any, student: Any) -> dict[str, Any] | None:
    """What the tutor before handed over about the student; left out when nothing was."""
    note = last_note_of(user, student)
    return {"note": note} if note else None


def register() -> None:
    """Offer all of it."""
    cards.register(
        Card(
            "student",
            "handover",
            "Handed over",
            13,
            PASTORAL_NOTE,
            "interventions/_handover_card.html",
            load_handover,
            (HandoverNote,),
        )
    )
    leaving.register_follower(FOLLOWER)
    cards.ask_too("student", Booking, MeetingDraft, Note, StudentWords)
    columns.register_action(BulkAction("note", "Quick note", "interventions:note_new_many", LOG, 20, "sticky"))
    columns.register_action(BulkAction("ask", "Ask to write", "interventions:student_ask", OFFER, 70, "envelope"))
    for place in PLACES:
        menu.register(place)
