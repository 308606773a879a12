"""What interventions add to the student page, the timeline, lists of students and the navigation."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.models import formal_name
from caseload.registries import columns
from caseload.registries.columns import BulkAction, Filter, Reason, ReasonSource, StudentAction
from core import clock
from core.pages import cards, menu
from core.pages.cards import Card, TimelineSource
from core.pages.menu import MenuEntry
from interventions.choices_programmes import IMPACT, MANAGE_KINDS, RUN
from interventions.models import InterventionMember, SessionAttendance
from interventions.queries import programmes as queries

PANEL_ROWS = 5


def load_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The interventions in which a student takes or took part; left out when there are none."""
    rows = queries.of_student(student.pk)
    return {"interventions": rows[:PANEL_ROWS], "others": max(len(rows) - PANEL_ROWS, 0)} if rows else None


def load_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """When a student began to take part, and the sessions."""
    rows = queries.parts_and_sessions_of(student.pk, before, limit)
    entries = [_session_entry(*row[1:]) if row[0] else _part_entry(*row[1:]) for row in rows]
    kept = [entry for entry in entries if before is None or entry["when"] < before]
    return sorted(kept, key=lambda entry: entry["when"], reverse=True)[:limit]


def _part_entry(
    began: date, _held: Any, title: str, intended: str, _came: Any, intervention: Any, *led: str
) -> dict[str, Any]:
    return _entry(clock.at(began, 8), f"Intervention began: {title}", intended[:240], intervention, led)


def _session_entry(
    _began: Any, held: datetime, title: str, _intended: Any, came: bool, intervention: Any, *by: str
) -> dict[str, Any]:
    return _entry(held, f"{title}: {'came' if came else 'did not come'}", "", intervention, by)


def _entry(when: datetime, title: str, text: str, intervention: Any, who: Sequence[str]) -> dict[str, Any]:
    return {
        "when": when,
        "kind": "interventions",
        "icon": "life-preserver",
        "title": title,
        "text": text,
        "who": formal_name(*who),
        "url": reverse("interventions:intervention_detail", args=[intervention]),
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Interventions whose review date has come."""
    return queries.reviews_due(ids, user)


def register() -> None:
    """Offer all of it."""
    cards.register(
        Card(
            "student",
            "interventions",
            "Interventions",
            35,
            RUN,
            "interventions/_interventions_card.html",
            load_panel,
            (InterventionMember,),
        )
    )
    cards.register_timeline(
        TimelineSource(
            "interventions", "Interventions", 35, RUN, load_entries, shows=(InterventionMember, SessionAttendance)
        )
    )
    columns.register_reasons(ReasonSource("intervention_reviews", RUN, load_reasons, order=55))
    columns.register_filter(Filter("iv_review", "Intervention review due", 55, RUN))
    columns.register_action(
        BulkAction(
            "intervention",
            "Start intervention",
            "interventions:intervention_new",
            RUN,
            10,
            "life-preserver",
            takes_filter=True,
        )
    )
    columns.register_student_action(
        StudentAction("intervention", "Intervention", "interventions:intervention_for", RUN, 50, "life-preserver")
    )
    menu.register(
        MenuEntry("Support", "Interventions", "interventions:intervention_list", RUN, 20, "g i", "life-preserver")
    )
    menu.register(MenuEntry("Reports", "Impact", "interventions:impact_list", IMPACT, 40, "", "graph-up"))
    menu.register(
        MenuEntry("Settings", "Interventions", "interventions:kind_list", MANAGE_KINDS, 57, "", "life-preserver")
    )
