"""Be in touch with the adults around a student, and keep who they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction

from audit import record
from caseload import verbs
from caseload.models import Contact, ContactLogEntry, Student, StudentContact
from caseload.registries import answering
from caseload.registries.answering import Through
from caseload.rules.students import LOG_CONTACT, MANAGE_STUDENTS, reaches, require
from core import clock
from core.actors import SystemActor

if TYPE_CHECKING:
    from accounts.models import User

CONTACT_FIELDS = (
    "title",
    "given_name",
    "family_name",
    "phone",
    "other_phone",
    "email",
    "address",
    "postcode",
    "language",
    "needs_interpreter",
)
LINK_FIELDS = (
    "relationship",
    "priority",
    "parental_responsibility",
    "lives_with",
    "is_emergency",
    "no_contact",
    "no_contact_reason",
    "another_person",
)


class AlreadyFollowedUp(Exception):
    """Somebody has followed this up already."""


class NotToBeContacted(Exception):
    """This contact must not be contacted about this student."""


@transaction.atomic
def log_contact(
    by: "User",
    student: Student,
    *,
    contact: Contact | None = None,
    key: UUID | None = None,
    answers: Sequence[str] = (),
    **entry: Any,
) -> ContactLogEntry:
    """Write down that we were in touch about a student. The student's timeline and contact log gain an entry.

    The open reasons named by `answers` are cleared through it.
    The same `key` twice (a double click) is one entry.
    """
    require(reaches(by, LOG_CONTACT, student))
    if contact is not None and entry.get("direction") == "out":
        _stop_if_barred(student, contact)
    values = {**entry, "student": student, "contact": contact, "logged_by_id": by.pk}
    row, is_new = ContactLogEntry.objects.get_or_create(public_id=key or uuid4(), defaults=values)
    if not is_new:
        require(row.student_id == student.pk and row.logged_by_id == by.pk)
        return row
    answering.clear(
        answers, [student.pk], by=by, through=Through(row.get_channel_display(), "contact_log_entry", row.pk)
    )
    record.record(by, verbs.CONTACT_LOGGED, "contact_log_entry", row.pk, details={"student": student.pk})
    return row


@transaction.atomic
def add_to_contact_entry(by: "User", entry: ContactLogEntry, words: str) -> ContactLogEntry:
    """Add to an entry of the contact log: a correction or what came later, dated and named. Nothing written is changed."""
    require(reaches(by, LOG_CONTACT, entry.student))
    stored = ContactLogEntry.objects.select_for_update().get(pk=entry.pk)
    line = f"Added {moment_in_full()} by {by.full_name}: {words.strip()}"
    stored.note = f"{stored.note}\n\n{line}".strip()
    stored.save(update_fields=["note"])
    record.record(by, verbs.CONTACT_ADDED_TO, "contact_log_entry", stored.pk, details={"student": stored.student_id})
    return stored


@transaction.atomic
def follow_up_contact(by: "User", entry: ContactLogEntry) -> ContactLogEntry:
    """Say that a contact was followed up. The reason on the caseload page goes."""
    require(reaches(by, LOG_CONTACT, entry.student))
    changed = ContactLogEntry.objects.filter(pk=entry.pk, followed_up_at=None).exclude(follow_up_on=None)
    if not changed.update(followed_up_at=clock.now()):
        raise AlreadyFollowedUp
    record.record(by, verbs.CONTACT_FOLLOWED_UP, "contact_log_entry", entry.pk, details={"student": entry.student_id})
    entry.refresh_from_db(fields=["followed_up_at"])
    return entry


@transaction.atomic
def answer_follow_ups(numbers: Sequence[int], by: "User", through: Through) -> list[int]:
    """Contacts are followed up by the support just given; gives which. The caller has asked for reach (`caseload.registries.answering`)."""
    rows = ContactLogEntry.objects.filter(pk__in=numbers, followed_up_at=None).exclude(follow_up_on=None)
    found = list(rows.select_for_update().order_by("pk").values_list("pk", "student_id"))
    ContactLogEntry.objects.filter(pk__in=[pk for pk, _ in found]).update(followed_up_at=through.at)
    for pk, student in found:
        details = {"student": student, "through": through.kind, "through_id": through.number}
        record.record(by, verbs.CONTACT_FOLLOWED_UP, "contact_log_entry", pk, details=details)
    return [pk for pk, _ in found]


@transaction.atomic
def make_due_again(numbers: Sequence[int], by: "User", at: datetime) -> list[int]:
    """Contacts that a save at this moment said were followed up are due again; gives which. The caller has asked for reach."""
    rows = ContactLogEntry.objects.filter(pk__in=numbers, followed_up_at=at)
    found = list(rows.select_for_update().order_by("pk").values_list("pk", "student_id"))
    ContactLogEntry.objects.filter(pk__in=[pk for pk, _ in found]).update(followed_up_at=None)
    for pk, student in found:
        record.record(by, verbs.CONTACT_DUE_AGAIN, "contact_log_entry", pk, details={"student": student})
    return [pk for pk, _ in found]


@transaction.atomic
def add_contact(by: "User | SystemActor", student: Student, **values: Any) -> StudentContact:
    """Add an adult around a student."""
    require(reaches(by, MANAGE_STUDENTS, student))
    contact = Contact.objects.create(**{name: values[name] for name in CONTACT_FIELDS if name in values})
    link = StudentContact.objects.create(
        student=student, contact=contact, **{name: values[name] for name in LINK_FIELDS if name in values}
    )
    record.record(by, verbs.CONTACT_PERSON_ADDED, "contact", contact.pk, details={"student": student.pk})
    return link


@transaction.atomic
def correct_contact(by: "User | SystemActor", link: StudentContact, **values: Any) -> StudentContact:
    """Correct who a contact is and how they stand to the student; the database keeps every earlier version."""
    require(reaches(by, MANAGE_STUDENTS, link.student))
    contact = Contact.objects.select_for_update().get(pk=link.contact_id)
    own = [name for name in CONTACT_FIELDS if name in values and getattr(contact, name) != values[name]]
    held = [name for name in LINK_FIELDS if name in values and getattr(link, name) != values[name]]
    for row, names in ((contact, own), (link, held)):
        for name in names:
            setattr(row, name, values[name])
        if names:
            row.save(update_fields=[*names, "sort_key"] if row is contact else names)
    record.record(by, verbs.CONTACT_PERSON_CORRECTED, "contact", contact.pk, details={"fields": own + held})
    return link


def moment_in_full() -> str:
    """The present moment with its date, since “today” would be wrong tomorrow."""
    return f"{clock.local(clock.now()):%-d %b %Y, %H:%M}"


def _stop_if_barred(student: Student, contact: Contact) -> None:
    if StudentContact.objects.filter(student=student, contact=contact, no_contact=True, ended_on=None).exists():
        raise NotToBeContacted
