"""The adults around a student and the log of being in touch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import formal_name
from caseload import choices
from caseload.models import ContactLogEntry, Student
from caseload.needs import Need
from caseload.registries.answering import OpenReason
from caseload.registries.columns import Reason
from caseload.subjects import About
from core import clock
from core.id_lists import array
from core.reading import read_rows
from core.wording import day as in_words

LOG_LIMIT = 200
_RELATIONSHIPS = dict(choices.Relationship.choices)
LONG_DAYS = 7
STALE_DAYS = 60  # nobody rings back after two months; it wants clearing up, not doing today


_CONTACT = (
    "id", "public_id", "title", "given_name", "family_name", "phone", "other_phone", "email", "address", "postcode",
    "language", "needs_interpreter",
)  # fmt: skip
_LINK = (
    "relationship", "priority", "parental_responsibility", "lives_with", "is_emergency", "no_contact", "no_contact_reason",
)  # fmt: skip
# Written out, as every page of a student asks it.
_CONTACTS = f"""
    SELECT s.id, {", ".join(f"c.{name}" for name in _CONTACT)}, {", ".join(f"s.{name}" for name in _LINK)}
    FROM caseload_studentcontact AS s JOIN caseload_contact AS c ON c.id = s.contact_id
    WHERE s.student_id = %s AND s.ended_on IS NULL AND c.ended_on IS NULL ORDER BY s.no_contact, s.priority, s.id"""


def contacts_of(student: Student) -> list[dict[str, Any]]:
    """The present contacts of a student in order of priority, with what must be known before ringing. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [student.pk])
        rows = [dict(zip(("link_id", *_CONTACT, *_LINK), row, strict=True)) for row in cursor.fetchall()]
    return [_contact(row) for row in rows]


def contact_log(student: Student, before: datetime | None = None, limit: int = LOG_LIMIT) -> list[dict[str, Any]]:
    """What is in a student's contact log, the latest first."""
    rows = ContactLogEntry.objects.filter(student=student)
    if before is not None:
        rows = rows.filter(at__lt=before)
    found = rows.order_by("-at", "-pk").values(
        "public_id",
        "channel",
        "direction",
        "at",
        "summary",
        "note",
        "outcome",
        "follow_up_on",
        "followed_up_at",
        "logged_by_id",
        "logged_by__given_name",
        "logged_by__family_name",
        "logged_by__title",
        "contact__given_name",
        "contact__family_name",
        "contact__title",
    )[:limit]
    channels = dict(choices.Channel.choices)
    return [_log_entry(dict(row), channels) for row in found]


_SINCE = """
    SELECT e.summary, e.outcome, e.channel, e.at, u.title, u.given_name, u.family_name FROM caseload_contactlogentry AS e
    JOIN accounts_user AS u ON u.id = e.logged_by_id WHERE e.student_id = %s AND e.at >= %s ORDER BY e.at DESC, e.id DESC LIMIT %s"""


def contacts_since(student: Student, since: datetime, limit: int) -> list[dict[str, Any]]:
    """What was said with home since a moment, the latest first: summary, outcome, channel in words, when, who. One query."""
    channels = dict(choices.Channel.choices)
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [student.pk, since, limit])
        rows = cursor.fetchall()
    return [
        {"summary": summary, "outcome": outcome, "channel": channels[channel], "at": at, "who": formal_name(*names)}
        for summary, outcome, channel, at, *names in rows
    ]


_TO_FOLLOW_UP = """
    SELECT student_id, min(follow_up_on) FROM caseload_contactlogentry
    WHERE followed_up_at IS NULL AND follow_up_on <= %s AND student_id IN (SELECT unnest(%s::bigint[])) GROUP BY 1
"""


def follow_up_reasons(student_ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Who is waiting to be called back, for lists of students: overdue, and due today. One query."""
    today = clock.today()
    found = read_rows(_TO_FOLLOW_UP, [today, array(student_ids)])
    return {pk: [_follow_up(due, (today - due).days)] for pk, due in found}


def open_follow_ups(student_ids: Sequence[int]) -> list[OpenReason]:
    """Contacts that are due to be followed up, as what a support may answer. One query."""
    rows = ContactLogEntry.objects.filter(
        student_id__in=student_ids, followed_up_at=None, follow_up_on__lte=clock.today()
    ).order_by("follow_up_on", "pk")
    return [
        OpenReason(student, pk, f"To follow up: {summary}", About.CONTACT, due)
        for student, pk, summary, due in rows.values_list("student_id", "pk", "summary", "follow_up_on")
    ]


def _follow_up(due: Any, late: int) -> Reason:
    if late == 0:
        return Reason("Follow up a contact today", Need.CONTACT_TODAY, "follow_up")
    words = f"Contact not followed up, due {in_words(due)}"
    long = Need.CONTACT_STALE if late > STALE_DAYS else Need.CONTACT_LONG_OVERDUE
    return Reason(words, long if late > LONG_DAYS else Need.CONTACT_OVERDUE, "follow_up")


def _contact(row: dict[str, Any]) -> dict[str, Any]:
    named = _name(row["title"], row["given_name"], row["family_name"])
    return row | {"name": named, "relationship_words": _RELATIONSHIPS.get(row["relationship"], row["relationship"])}


def _log_entry(row: dict[str, Any], channels: dict[str, str]) -> dict[str, Any]:
    contact = _name(row["contact__title"], row["contact__given_name"], row["contact__family_name"], "")
    incoming = row["direction"] == "in"
    return row | {
        "who": _name(row["logged_by__title"], row["logged_by__given_name"], row["logged_by__family_name"]),
        "contact": contact,
        "channel_words": channels.get(row["channel"], row["channel"]),
        "direction_words": "from" if incoming else "to",
        "due": row["follow_up_on"] is not None and row["followed_up_at"] is None,
        "late": bool(row["follow_up_on"] and not row["followed_up_at"] and row["follow_up_on"] < clock.today()),
    }


def _name(title: str | None, given: str | None, family: str | None, nobody: str = "(no name recorded)") -> str:
    return " ".join(part for part in (title, given, family) if part) or nobody
