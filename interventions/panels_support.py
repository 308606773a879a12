"""What support plans and referrals add to the student page, the timeline, lists of students and the navigation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from caseload.registries import columns
from caseload.registries.columns import BulkAction, Filter, Reason, ReasonSource, StudentAction
from core import clock
from core.pages import cards, menu
from core.pages.cards import Card, TimelineSource
from core.pages.menu import MenuEntry
from interventions.choices_referrals import REFER, SET_UP
from interventions.choices_support import PROVISION, READ, WRITE, Worked
from interventions.models import Referral, SupportPlan, SupportReview
from interventions.queries import referrals
from interventions.queries import support as queries

PANEL_ROWS = 5
TEACH = "caseload.view_teaching_group"


def load_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The open support plan: need and review for pastoral staff, what staff do and exam access for all; left out without one."""
    found = queries.in_class(user, student.pk)
    if found is None:
        return None
    whole = SupportPlan.objects.visible_to(user, READ).filter(public_id=found["public_id"]).first()
    access = queries.access_words(found["exam_access"], found["exam_access_words"])
    return {"found": found, "access": access, "whole": whole}


def load_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Support plans made, reviewed and ended, without the words of the need."""
    entries = [*_plans(student), *_reviews(student)]
    kept = [entry for entry in entries if before is None or entry["when"] < before]
    return sorted(kept, key=lambda entry: entry["when"], reverse=True)[:limit]


def _plans(student: Any) -> list[dict[str, Any]]:
    rows = list(SupportPlan.objects.filter(student=student).select_related("made_by", "ended_by"))
    made = [_entry(row, row.made_at, "Support plan made", row.needs_words, row.made_by) for row in rows]
    return made + [
        _entry(row, clock.at(row.ended_on, 16), "Support plan ended", row.ended_because, row.ended_by)
        for row in rows
        if row.ended_on
    ]


def _reviews(student: Any) -> list[dict[str, Any]]:
    rows = SupportReview.objects.filter(plan__student=student).select_related("plan", "reviewed_by")
    return [
        _entry(row.plan, row.reviewed_at, "Support plan reviewed", Worked(row.worked).label, row.reviewed_by)
        for row in rows
    ]


def _entry(plan: SupportPlan, when: datetime, title: str, text: str, who: Any) -> dict[str, Any]:
    return {
        "when": when,
        "kind": "support",
        "icon": "heart-pulse",
        "title": title,
        "text": text,
        "who": who.formal_name,
        "url": reverse("interventions:support_detail", args=[plan.public_id]),
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Support plans whose review date has come."""
    return queries.reviews_due(ids, user)


def load_referrals(user: Any, student: Any) -> dict[str, Any] | None:
    """The referrals of which this person may know; left out when there are none."""
    rows = referrals.of_student(user, student.pk, PANEL_ROWS)
    return {"rows": rows} if rows else None


def register() -> None:
    """Offer all of it."""
    cards.register(
        Card(
            "student",
            "support",
            "Support",
            8,
            PROVISION,
            "interventions/_support_card.html",
            load_panel,
            (SupportPlan,),
        )
    )
    cards.register_timeline(TimelineSource("support", "Support plans", 37, READ, load_entries, shows=(SupportPlan,)))
    columns.register_reasons(ReasonSource("support", WRITE, load_reasons, order=57))
    columns.register_filter(Filter("support", "Support review due", 57, WRITE))
    columns.register_student_action(
        StudentAction("support", "Support plan", "interventions:support_new", WRITE, 55, "heart-pulse")
    )
    menu.register(MenuEntry("Support", "Support plans", "interventions:support_list", READ, 10, "g e", "heart-pulse"))
    cards.register(
        Card(
            "student",
            "referrals",
            "Referrals",
            38,
            REFER,
            "interventions/_referrals_card.html",
            load_referrals,
            (Referral,),
        )
    )
    columns.register_student_action(
        StudentAction("referral", "Refer", "interventions:referral_for", REFER, 57, "arrow-right-circle")
    )
    columns.register_action(
        BulkAction("referral", "Refer", "interventions:referral_new", REFER, 20, "arrow-right-circle")
    )
    menu.register(
        MenuEntry("Support", "Support in class", "interventions:support_classes", TEACH, 12, "", "heart-pulse")
    )
    menu.register(
        MenuEntry("Support", "Referrals", "interventions:referral_list", REFER, 15, "g o", "arrow-right-circle")
    )
    menu.register(MenuEntry("Settings", "Services", "interventions:service_list", SET_UP, 58, "", "arrow-right-circle"))
