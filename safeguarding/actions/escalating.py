"""Remind those who should know of what nobody has acknowledged, and tell more people the longer nobody opens it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F

from accounts.models import User
from audit import record
from core import clock
from core.actors import SystemActor
from safeguarding import choices
from safeguarding.actions.telling import circle_for, remind, tell_handler
from safeguarding.actions.writing import write_entry
from safeguarding.choices import MOST_REMINDERS, EntryKind
from safeguarding.models import Concern, ConcernCase
from safeguarding.queries.emergency import emergency_settings

SYSTEM_ESCALATION = SystemActor("safeguarding-escalation", "reminds the team of concerns that nobody has acknowledged")


@dataclass(frozen=True)
class Waiting:
    """A concern that nobody has acknowledged, as far as the reminder may know."""

    pk: UUID
    received_at: datetime
    reminded_at: datetime | None
    times: int
    unsafe: bool
    opened: bool
    untold: bool = False  # those who should know of it today were never told of it

    def due(self, wait: timedelta, urgent: timedelta) -> datetime | None:
        """When the next reminder is due. A student who is not safe: every few minutes until somebody opened it, then as the
        first reminder of others; others: after twice as long each time, and no more after the eighth. At once when those who
        should know of it today were never told: the head when the team is empty, a new team."""
        if self.untold:
            return self.received_at
        if self.unsafe:
            return (self.reminded_at or self.received_at) + (wait if self.opened else urgent)
        if self.times >= MOST_REMINDERS:
            return None
        return self.reminded_at + wait * 2 ** (self.times - 1) if self.reminded_at else self.received_at + wait


def remind_of_unacknowledged(by: SystemActor = SYSTEM_ESCALATION) -> int:
    """Remind the team of each concern that waits too long; from the second reminder on the head too, then the chair.

    Counted from the last reminder, so that one which was old already when first seen (the worker had stopped) brings
    one reminder and not eight at once. Gives the number of concerns. The chronology of each gains an entry.
    """
    moment, wait = clock.now(), timedelta(minutes=settings.SAFEGUARDING_REMIND_MINUTES)
    urgent = timedelta(minutes=emergency_settings().urgent_minutes)
    reminded = 0
    for row in _waiting():
        due = row.due(wait, urgent)
        if due is None or due > moment:
            continue
        claimed = ConcernCase.objects.unacknowledged().filter(pk=row.pk, reminded_times=row.times)
        if claimed.update(reminded_at=moment, reminded_times=F("reminded_times") + 1):
            _remind(row, row.times + 1, by)
            reminded += 1
    return reminded


def _waiting() -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM safeguarding_waiting()")
        return [Waiting(*row) for row in cursor.fetchall()]


def _remind(row: Waiting, times: int, by: SystemActor) -> None:
    circle = circle_for(row.pk, times, opened=row.opened)
    remind(row.pk, circle, times, urgent=row.unsafe and not row.opened)
    if times <= MOST_REMINDERS:  # every ten minutes through a night would bury the chronology; the case counts them all
        told = [str(audience) for audience in circle]
        write_entry(Concern(pk=row.pk), EntryKind.REMINDED, by, times=times, told=told)
    details = {"times": times, "told": [str(audience) for audience in circle]}
    record.record(by, choices.TEAM_REMINDED, choices.CONCERN, row.pk, details=details, walled=True)


def remind_of_adults(by: SystemActor = SYSTEM_ESCALATION) -> int:
    """Remind the head, or the chair, of each concern about an adult that nobody has opened; each time after twice as long."""
    moment, wait = clock.now(), timedelta(minutes=settings.SAFEGUARDING_REMIND_MINUTES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM safeguarding_adults_waiting()")
        rows = [(Waiting(row[0], row[1], row[2], row[3], False, False), row[4]) for row in cursor.fetchall()]
    reminded = 0
    for row, handlers in rows:
        due = row.due(wait, wait)
        if due is not None and due <= moment and _claim_adult(row, moment):
            tell_handler(row.pk, list(User.objects.filter(pk__in=handlers).order_by("pk")), row.times + 1)
            details = {"times": row.times + 1}
            record.record(by, choices.ADULT_REMINDED, choices.ADULT_CONCERN, row.pk, details=details, walled=True)
            reminded += 1
    return reminded


def _claim_adult(row: Waiting, moment: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT safeguarding_adult_reminded(%s, %s, %s)", [row.pk, row.times, moment])
        return bool(cursor.fetchone()[0])
