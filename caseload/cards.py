"""What caseload puts on the student page: contacts, courses and groups, and their part of the timeline."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from caseload.models import (
    ContactLogEntry,
    CoverNote,
    Student,
)
from caseload.queries.contacts import contact_log, contacts_of
from caseload.queries.cover import cover_of_student
from caseload.queries.students import enrolments_of, memberships_of, teaching_groups_of
from caseload.rules.students import VIEW, VIEW_CASELOAD, VIEW_CONTACTS
from core import clock
from core.pages.cards import Card, TimelineSource, register, register_timeline

CHANNEL_ICONS = {
    "call": "telephone",
    "email": "envelope",
    "letter": "envelope-paper",
    "text": "chat-dots",
    "meeting": "people",
    "visit": "house",
}
PRESENT = 1


def register_cards() -> None:
    """Offer caseload's cards and timeline sources to the student page."""
    register(Card("student", "contacts", "Contacts", 60, VIEW_CONTACTS, "caseload/cards/contacts.html", contacts_card))
    register(Card("student", "cover", "Cover", 5, VIEW_CASELOAD, "caseload/cards/cover.html", cover_card, (CoverNote,)))
    register(Card("student", "courses", "Courses and groups", 70, VIEW, "caseload/cards/courses.html", courses_card))
    register_timeline(
        TimelineSource("contact", "Contacts", 40, VIEW_CONTACTS, contact_entries, shows=(ContactLogEntry,))
    )
    register_timeline(TimelineSource("place", "Groups and courses", 90, VIEW, place_entries))


def contacts_card(user: Any, student: Student) -> dict[str, Any]:
    """The adults around the student, in order of priority, and who must not be contacted."""
    home = student.home_name if student.home_name != student.full_name else ""
    return {
        "contacts": contacts_of(student),
        "home_name": home,
        "home_pronouns": student.home_pronouns,
        "more": reverse("caseload:contact_list", args=[student.public_id]),
    }


def cover_card(user: Any, student: Student) -> dict[str, Any] | None:
    """What was handed over about the student while their tutor is away; left out when nothing was."""
    notes = cover_of_student(student)
    return {"notes": notes} if notes else None


def courses_card(user: Any, student: Student) -> dict[str, Any] | None:
    """The present courses, and the teaching groups of today."""
    enrolments, groups = enrolments_of(student), teaching_groups_of(student)
    if not enrolments and not groups:
        return None
    return {
        "present": [row for row in enrolments if row["status"] == PRESENT],
        "past": [row for row in enrolments if row["status"] != PRESENT],
        "groups": groups,
    }


def contact_entries(user: Any, student: Student, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Times that somebody was in touch."""
    page = reverse("caseload:contact_list", args=[student.public_id])
    return [
        {
            "when": row["at"],
            "kind": "contact",
            "icon": CHANNEL_ICONS.get(row["channel"], "chat"),
            "title": f"{row['channel_words']} {row['direction_words']} {row['contact'] or 'home'}: {row['summary']}",
            "text": row["outcome"],
            "who": row["who"],
            "url": f"{page}#entry-{row['public_id']}",
        }
        for row in contact_log(student, before, limit)
    ]


def place_entries(user: Any, student: Student, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """When the student came into groups and courses, and left them. What is to come is left out."""
    entries = [_entry(*change) for change in _changes(student) if change[0] <= clock.today()]
    return sorted((e for e in entries if before is None or e["when"] < before), key=lambda e: e["when"], reverse=True)[
        :limit
    ]


_CAME = {
    "site": "On roll at {}",
    "yeargroup": "Joined {}",
    "house": "Joined {} house",
    "caseload": "Joined {}",
}
_LEFT = {
    "site": "Left {}",
    "yeargroup": "Left {}",
    "house": "Left {} house",
    "caseload": "Left {}",
}


def _changes(student: Student) -> Iterable[tuple[date, str, str]]:
    """Every coming and going. Staying in a group of the same name from one year to the next is neither."""
    places = memberships_of(student)
    came = {(place.kind, place.name, place.period.lower) for place in places}
    left = {(place.kind, place.name, place.period.upper) for place in places if place.period.upper is not None}
    for kind, name, start in sorted(came - left):
        yield start, _CAME[kind].format(name), ""
    for kind, name, end in sorted(left - came):
        if kind != "yeargroup":
            yield end, _LEFT[kind].format(name), ""
    for row in enrolments_of(student):
        yield row["started_on"], f"Started {row['course__title']}", row["course__qualification"]
        if row["ended_on"]:
            yield row["ended_on"], f"{row['course__title']}: {row['status_words'].lower()}", ""


def _entry(day: date, title: str, text: str) -> dict[str, Any]:
    return {"when": clock.at(day, 0), "kind": "place", "icon": "signpost", "title": title, "text": text, "url": ""}
