"""Break glass: the head reads the team's concerns for four hours; and the numbers for when a concern cannot wait."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import SAFEGUARDING_TEAM
from audit import record
from caseload.rules.grants import CHAIR, holders_of
from core import clock
from core.wording import time_of_day
from safeguarding import choices, rules
from safeguarding.actions.faults import AlreadyEnded, GlassIntact
from safeguarding.actions.telling import announce_glass
from safeguarding.actions.writing import note_read, write_entry
from safeguarding.choices import Audience, EntryKind
from safeguarding.models import Concern, EmergencySettings, Entry, Glass
from safeguarding.models.emergency import ONLY
from safeguarding.queries.emergency import glass_of

if TYPE_CHECKING:
    from uuid import UUID


@transaction.atomic
def break_glass(by: User, reason: str) -> Glass:
    """Give the head four hours in which they can read the team's concerns. Those of the team who are here and the chair are
    told by email; which of the two there were stays with it, so that pages say who was told."""
    rules.require_permission(by, rules.GLASS)
    open_now = glass_of(by)
    if open_now is not None:
        return open_now
    circle = glass_circle(by)
    glass = Glass(person=by)
    glass.seal_words(reason=reason, told=list(circle))
    Glass.objects.bulk_create([glass])
    glass = Glass.objects.get(pk=glass.pk)  # the times are the database's
    record.record(by, choices.GLASS_BROKEN, choices.GLASS, glass.pk, walled=True)
    told = {person.pk: person for people in circle.values() for person in people}
    announce_glass(glass.pk, list(told.values()))
    return glass


def glass_circle(by: User) -> dict[str, list[User]]:
    """Who is told that somebody breaks glass, as of today: the team and the chair of governors, without the person themselves."""
    people = {Audience.TEAM: holders_of(SAFEGUARDING_TEAM), Audience.CHAIR: holders_of(CHAIR)}
    others = {str(audience): [one for one in held if one.pk != by.pk] for audience, held in people.items()}
    return {audience: held for audience, held in others.items() if held}


@transaction.atomic
def end_glass(by: User, glass_id: "UUID") -> None:
    """End emergency access before its time: the head their own, the team anybody's."""
    if not by.has_perm(rules.TRIAGE) and not by.has_perm(rules.GLASS):
        raise PermissionDenied(rules.GLASS)
    if not Glass.objects.filter(pk=glass_id, ended_at=None).update(ended_at=clock.now(), ended_by=by):
        raise AlreadyEnded
    record.record(by, choices.GLASS_ENDED, choices.GLASS, glass_id, walled=True)


@transaction.atomic
def open_by_glass(by: User, concern: Concern) -> Glass:
    """Note that the head reads a concern by emergency access, before the page is drawn: in the audit log each time, in the
    chronology once. Its reporter is told that it was read."""
    rules.require(by, rules.GLASS, concern)
    glass = glass_of(by)
    if glass is None:
        raise GlassIntact
    record.record(by, choices.GLASS_READ, choices.CONCERN, concern.pk, details={"glass": glass.pk}, walled=True)
    seen = Entry.objects.filter(concern=concern, kind=EntryKind.GLASS, by=by)
    if not any(entry.words.get("glass") == str(glass.pk) for entry in seen):
        words = f"Opened by breaking glass until {time_of_day(glass.until_at)}"
        write_entry(concern, EntryKind.GLASS, by, text=words, glass=str(glass.pk))
    note_read(concern)
    return glass


@transaction.atomic
def set_emergency(by: User, **values: Any) -> EmergencySettings:
    """Set the telephone numbers, and how often the team is told of a student who is not safe."""
    rules.require_permission(by, rules.EMERGENCY)
    row, _ = EmergencySettings.objects.update_or_create(
        pk=ONLY, defaults=values | {"changed_by": by, "changed_at": clock.now()}
    )
    changed = sorted(values)
    record.record(by, choices.EMERGENCY_SET, "safeguarding.emergency", row.pk, details={"fields": changed}, walled=True)
    return row
