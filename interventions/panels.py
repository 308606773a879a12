"""What one-to-ones and targets add to the student page and to lists of students."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from caseload.registries import columns
from caseload.registries.columns import BulkAction, Column, Filter, Reason, ReasonSource, StudentAction
from core import clock, wording
from core.pages import cards
from core.pages.cards import Card, TimelineSource
from interventions import queries
from interventions.choices import REVIEW_OUTCOMES
from interventions.models import Case, Meeting, Note, Target
from interventions.queries import record
from interventions.queries.cases import case_reasons

READ = "interventions.view_teacher_note"
PASTORAL = "interventions.view_pastoral_note"  # a teacher reads too few one-to-ones to say when the last one was
LOG = "interventions.log_meeting"
SET = "interventions.set_target"
REACH = "caseload.view_student"
PANEL_ROWS = 5
OUTCOMES = dict(REVIEW_OUTCOMES)


def load_targets(user: Any, student: Any) -> dict[str, Any]:
    """The open targets, the first due first, and how many are overdue."""
    targets = queries.open_targets_of(user, student)
    overdue = sum(1 for target in targets if target.is_overdue)
    more = reverse("interventions:target_list", args=[student.public_id])
    figure = {
        "label": "Targets open",
        "value": str(len(targets)),
        "of": f"{overdue} overdue" if overdue else "none overdue",
        "tone": "concern" if overdue else "",
        "url": more,
    }
    return {"targets": targets[:PANEL_ROWS], "others": len(targets) - PANEL_ROWS, "figures": [figure], "more": more}


def load_last_meeting(user: Any, student: Any) -> dict[str, Any]:
    """The last one-to-one that this person may read, whether there was a later one, and when the next is due."""
    last, held = record.last_meeting(user, student)
    unread = held if held and (last is None or held > last.held_at) else None
    figure = {"label": "Last one-to-one", "value": wording.ago(held) if held else "none that you may read"}
    if unread:
        figure |= {"of": f"{wording.day(unread)}, for others to read"}
    elif last:
        figure |= {
            "of": wording.day(last.held_at),
            "url": reverse("interventions:meeting_detail", args=[last.public_id]),
        }
    late = bool(last and not unread and last.next_on and last.next_on < clock.today())
    return {"last": last, "unread": unread, "late": late, "figures": [figure]}


def load_meeting_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """One-to-ones, to those whom their audience lets read them."""
    return [
        {
            "when": row.held_at,
            "kind": "meetings",
            "icon": "chat-left-text",
            "title": row.type,
            "text": shortened(row.notes or row.student_words or row.tutor_actions),
            "who": row.who,
            "url": reverse("interventions:meeting_detail", args=[row.public_id]),
        }
        for row in record.meetings_of(user, student, before, limit)
    ]


def load_target_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Targets as they were set, and what reviews found."""
    entries = [_target_entry(row) for row in record.target_stages_of(user, student, before, limit)]
    kept = [entry for entry in entries if before is None or entry["when"] < before]
    return sorted(kept, key=lambda entry: entry["when"], reverse=True)[:limit]


def _target_entry(row: record.TargetStage) -> dict[str, Any]:
    return {
        "when": row.moment or clock.at(row.set_on, 12),
        "kind": "targets",
        "icon": "check2-circle" if row.outcome else "bullseye",
        "title": f"{OUTCOMES.get(row.outcome, 'Target set')}: {shortened(row.what, 120)}",
        "text": shortened(row.line) if row.outcome else f"By {wording.day(row.due_on)}",
        "who": row.who,
        "url": reverse("interventions:target_detail", args=[row.public_id]),
    }


def load_note_entries(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Quick notes, to those whom their audience lets read them."""
    return [
        {
            "when": row.written_at,
            "kind": "notes",
            "icon": "sticky",
            "title": f"Note: {row.kind_words.lower()}",
            "text": shortened(row.text),
            "who": row.who,
            "url": reverse("interventions:note_detail", args=[row.public_id]),
        }
        for row in record.notes_of(user, student, before, limit)
    ]


def shortened(text: str, length: int = 240) -> str:
    """The beginning of a text, cut at a space where there is one."""
    if len(text) <= length:
        return text
    cut = text[:length].rsplit(" ", 1)[0] if " " in text[:length] else text[:length]
    return f"{cut}…"


def load_targets_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """Targets open and overdue."""
    return {
        student: {
            "text": f"{found.open} / {found.overdue}",
            "sort": found.overdue * 1000 + found.open,
            "tone": "concern" if found.overdue else "",
            "title": f"{found.open} open, {found.overdue} overdue",
        }
        for student, found in queries.targets_open_overdue(ids, user).items()
    }


def load_seen_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """The last one-to-one."""
    return {
        student: {"text": wording.day(moment, weekday=False), "sort": moment.timestamp(), "title": wording.ago(moment)}
        for student, moment in queries.last_seen(ids, user).items()
    }


def load_next_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """The next one-to-one or target date."""
    today = clock.today()
    return {
        student: {
            "text": wording.day(due.on, weekday=False),
            "sort": due.on.toordinal(),
            "tone": "concern" if due.on < today else "",
            "title": f"{due.what}, {wording.ago(due.on)}",
        }
        for student, due in queries.next_due(ids, user).items()
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Overdue targets and reviews, and those not seen for a while."""
    return queries.reasons(ids, user)


def load_cases(user: Any, student: Any) -> dict[str, Any] | None:
    """Staged processes that are going on, and those that ended; left out when there are none."""
    rows = Case.objects.filter(student=student).select_related("process", "stage").order_by("-opened_on", "-pk")[:10]
    return {"cases": list(rows)} if rows else None


def register() -> None:
    """Offer all of it."""
    cards.register(Card("student", "targets", "Targets", 10, READ, "interventions/_targets_card.html", load_targets))
    cards.register(
        Card(
            "student",
            "last_meeting",
            "Last one-to-one",
            12,
            READ,
            "interventions/_meeting_card.html",
            load_last_meeting,
        )
    )
    cards.register_timeline(
        TimelineSource("meetings", "One-to-ones", 10, REACH, load_meeting_entries, shows=(Meeting,))
    )
    cards.register_timeline(TimelineSource("targets", "Targets", 20, READ, load_target_entries, shows=(Target,)))
    cards.register_timeline(TimelineSource("notes", "Notes", 30, REACH, load_note_entries, shows=(Note,)))
    columns.register_column(
        Column("targets", "Targets", 50, READ, load_targets_column, title="Open / overdue", first="desc", phone="b")
    )
    columns.register_column(Column("seen", "Last seen", 60, PASTORAL, load_seen_column, title="The last one-to-one"))
    columns.register_column(
        Column("next", "Next", 70, READ, load_next_column, title="The next one-to-one or target date")
    )
    columns.register_reasons(ReasonSource("interventions", READ, load_reasons, order=50))
    columns.register_filter(Filter("overdue", "Targets overdue", 50, READ))
    columns.register_filter(Filter("review_due", "Review overdue", 51, READ))
    columns.register_filter(Filter("not_seen", "Not seen lately", 52, LOG))
    columns.register_student_action(
        StudentAction("meeting", "One-to-one", "interventions:meeting_new", LOG, 10, "chat-left-text", "n o")
    )
    columns.register_action(BulkAction("target", "Target", "interventions:target_many", SET, 30, "bullseye"))
    columns.register_student_action(
        StudentAction("target", "Target", "interventions:target_new", SET, 20, "bullseye", "n t")
    )
    cards.register(
        Card("student", "cases", "Staged processes", 40, "interventions.manage_case", "interventions/_cases_card.html", load_cases, (Case,))
    )  # fmt: skip
    columns.register_reasons(ReasonSource("case", "interventions.manage_case", case_reasons, order=60))
    columns.register_filter(Filter("case", "Process review due", 60, "interventions.manage_case"))
    columns.register_student_action(
        StudentAction(
            "case", "Staged process", "interventions:case_new", "interventions.manage_case", 60, "signpost-split"
        )
    )
    columns.register_action(
        BulkAction(
            "case", "Start stage process", "interventions:case_many", "interventions.manage_case", 25, "signpost-split"
        )
    )
    columns.register_action(
        BulkAction("letter", "Letter home", "interventions:letter_new", "interventions.send_letter")
    )
    columns.register_student_action(
        StudentAction(
            "letter", "Write home", "interventions:letter_for", "interventions.write_home", 45, "envelope-paper"
        )
    )
    columns.register_student_action(
        StudentAction("book", "Book a time", "interventions:student_book", LOG, 35, "calendar-plus")
    )
    columns.register_student_action(
        StudentAction("note", "Quick note", "interventions:note_new", LOG, 30, "sticky", "n n")
    )
