"""What progress adds to the student page and to lists of students."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from caseload.registries import columns
from caseload.registries.columns import Column, Filter, Reason, ReasonSource
from core import clock
from core.pages import cards
from core.pages.cards import Card, TimelineSource
from progress import queries
from progress.models import Grade

VIEW = "progress.view_grades"


def load_card(user: Any, student: Any) -> dict[str, Any]:
    """Subjects with target, current and predicted grade, and how many are below target."""
    subjects = queries.latest_by_subject([student.pk], effort=False).get(student.pk, [])
    compared = [subject for subject in subjects if subject.steps is not None]
    below = sum(1 for subject in compared if subject.steps is not None and subject.steps < 0)
    url = reverse("progress:student_progress", args=[student.public_id])
    figure = {
        "label": "Below target",
        "value": str(below),
        "of": f"of {len(compared)} {'subject' if len(compared) == 1 else 'subjects'}",
        "tone": "concern" if below * 2 > len(compared) else ("watch" if below else ""),
        "url": url,
    }
    return {"subjects": subjects, "figures": [figure] if compared else [], "more": url}


def load_timeline(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """One entry for each assessment point at which the student got a grade."""
    url = reverse("progress:student_progress", args=[student.public_id])
    found: list[dict[str, Any]] = [
        {
            "when": clock.at(on_date, 12),
            "kind": "grades",
            "title": f"Grades: {name}",
            "text": f"{subjects} {'subject' if subjects == 1 else 'subjects'}",
            "url": url,
            "icon": "bar-chart-steps",
        }
        for name, on_date, subjects in queries.points_of(user, student, before, limit + 1)
    ]
    return [entry for entry in found if before is None or entry["when"] < before][:limit]


def load_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """Below target in how many of how many subjects."""
    return {
        student: {
            "text": f"{found.below} of {found.of}",
            "sort": found.below * 100 + 100 * found.below // found.of,
            "tone": "" if not found.below else ("concern" if found.below * 2 > found.of else "watch"),
        }
        for student, found in queries.below_target_counts(ids).items()
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Below target in some subjects."""
    return queries.reasons(ids)


def register() -> None:
    """Offer all of it."""
    cards.register(Card("student", "progress", "Progress", 30, VIEW, "progress/_card.html", load_card))
    cards.register_timeline(TimelineSource("grades", "Grades", 40, VIEW, load_timeline, shows=(Grade,)))
    columns.register_column(
        Column(
            "below_target", "Below target", 40, VIEW, load_column,
            title="Subjects in which the current grade is lower than the minimum target", first="desc",
        )
    )  # fmt: skip
    columns.register_reasons(ReasonSource("progress", VIEW, load_reasons, order=40, most=queries.HEAVIEST))
    columns.register_filter(Filter("below_target", "Below target", 40, VIEW))
