"""What interventions add to the student page, the timeline, lists of students and the navigation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from caseload import columns
from caseload.columns import BulkAction, Filter, Reason, ReasonSource, StudentAction
from core import clock, navigation, panels
from core.navigation import Place
from core.panels import Panel, TimelineSource
from interventions.choices_programmes import IMPACT, MANAGE_KINDS, RUN
from interventions.models import InterventionMember, SessionAttendance
from interventions.queries import programmes as queries

PANEL_ROWS = 5


def load_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The interventions in which a student takes or took part; left out when there are none."""
    rows = queries.of_student(user, student.pk)
    return {"interventions": rows[:PANEL_ROWS], "others": max(len(rows) - PANEL_ROWS, 0)} if rows else None


def load_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """When a student began to take part, and the sessions."""
    entries = [*_parts(student), *_sessions(student, before, limit)]
    kept = [entry for entry in entries if before is None or entry["when"] < before]
    return sorted(kept, key=lambda entry: entry["when"], reverse=True)[:limit]


def _parts(student: Any) -> list[dict[str, Any]]:
    parts = InterventionMember.objects.filter(student=student, period__startswith__lte=clock.today())
    return [
        {
            "when": clock.at(one.period.lower, 8),
            "kind": "interventions",
            "icon": "life-preserver",
            "title": f"Intervention began: {one.intervention.title}",
            "text": one.intervention.intended[:240],
            "who": one.intervention.led_by.formal_name,
            "url": reverse("interventions:intervention_detail", args=[one.intervention.public_id]),
        }
        for one in parts.select_related("intervention", "intervention__led_by")
    ]


def _sessions(student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    rows = SessionAttendance.objects.filter(student=student)
    if before is not None:
        rows = rows.filter(session__held_at__lt=before)
    rows = rows.select_related("session", "session__intervention", "session__logged_by")
    return [
        {
            "when": one.session.held_at,
            "kind": "interventions",
            "icon": "life-preserver",
            "title": f"{one.session.intervention.title}: {'came' if one.came else 'did not come'}",
            "text": "",
            "who": one.session.logged_by.formal_name,
            "url": reverse("interventions:intervention_detail", args=[one.session.intervention.public_id]),
        }
        for one in rows.order_by("-session__held_at")[:limit]
    ]


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Interventions whose review date has come."""
    return queries.reviews_due(ids, user)


def register() -> None:
    """Offer all of it."""
    panels.register(
        Panel(
            "student",
            "interventions",
            "Interventions",
            35,
            RUN,
            "interventions/_interventions_panel.html",
            load_panel,
            (InterventionMember,),
        )
    )
    panels.register_timeline(
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
    navigation.register(
        Place("Support", "Interventions", "interventions:intervention_list", RUN, 20, "g i", "life-preserver")
    )
    navigation.register(Place("Reports", "Impact", "interventions:impact_list", IMPACT, 40, "", "graph-up"))
    navigation.register(
        Place("Settings", "Interventions", "interventions:kind_list", MANAGE_KINDS, 57, "", "life-preserver")
    )
