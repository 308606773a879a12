"""Remind whoever is to take a register that it was not taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from attendance import choices, rules
from attendance.errors import NotAllowed
from attendance.models import SiteSettings
from attendance.queries.registers.missing import reminder_key, reminders_of, takers_of
from attendance.queries.registers.registers import RegisterLine, missing_registers
from attendance.sittings import Sitting
from audit import record
from core import clock, wording
from core.actors import SystemActor
from core.outbox import address_of, queue_mail

SYSTEM_REMINDERS = SystemActor("attendance-reminders", "A register was not taken in time")
REMIND_AFTER = 15  # minutes, where a site has decided nothing
TEXT = """{greeting}

The register of {title} on {day} has not been taken{since}.

Open this register:
{link}

If you are not with this group today, tell whoever is, or the attendance officer.
"""


@dataclass(frozen=True)
class Reminded:
    """What came of pressing the button."""

    sent: int = 0
    before: int = 0
    nobody: int = 0


def remind_now(*, by: User, days: Sequence[Any], keys: Collection[str] | None = None) -> Reminded:
    """Remind whoever takes the missing registers of some days, by mail, once by hand for each register.

    `keys` are those of the registers meant; without them all that the person sees missing. For whoever sees missing registers.
    """
    if not by.has_perm(rules.VIEW_MISSING):
        raise NotAllowed("You don't see missing registers.")
    lines = [line for line in missing_registers(by, days) if not line.is_taken]
    wanted = [line.sitting for line in lines if keys is None or reminder_key(line.sitting) in keys]
    with transaction.atomic():
        done = _by_hand(by, wanted)
        if done.sent:
            record.record(by, choices.REGISTERS_REMINDED, "registers", "", details={"mails": done.sent})
    return done


def _by_hand(by: User, wanted: Sequence[Sitting]) -> Reminded:
    before, takers = reminders_of(wanted), takers_of(wanted)
    fresh = [each for each in wanted if not any(found.by_hand for found in before.get(each.key, []))]
    sent = [each for each in fresh if each.key in takers]
    for sitting in sent:
        _mail(sitting, takers[sitting.key], by, by_hand=True)
    return Reminded(len(sent), len(wanted) - len(fresh), len(fresh) - len(sent))


@transaction.atomic
def remind_of_missing(by: SystemActor = SYSTEM_REMINDERS) -> int:
    """Remind of today's registers that were not taken so many minutes after they should have been begun; gives the mails queued.

    One mail a register, by the key in the outbox; none where somebody pressed the button already, none for a site whose
    registers are taken in the MIS or that wants no reminders, none once the lesson or session is over. Run again it
    mails nothing.
    """
    due = [line.sitting for line in _overdue()]
    before, takers = reminders_of(due), takers_of(due)
    fresh = [sitting for sitting in due if sitting.key not in before and sitting.key in takers]
    for sitting in fresh:
        _mail(sitting, takers[sitting.key], by)
    if fresh:
        record.record(by, choices.REGISTERS_REMINDED, "registers", "", details={"mails": len(fresh)})
    return len(fresh)


def _overdue() -> list[RegisterLine]:
    now = clock.now()
    after = dict(SiteSettings.objects.values_list("site_id", "remind_after_minutes"))
    found = []
    for line in missing_registers(None, [clock.today()]):
        minutes = after.get(line.sitting.site_id, REMIND_AFTER)
        if minutes is None or line.is_taken:
            continue
        if line.sitting.starts_at + timedelta(minutes=minutes) <= now <= line.sitting.ends_at:
            found.append(line)
    return found


def _mail(sitting: Sitting, person: User, by: Any, *, by_hand: bool = False) -> None:
    """No student is named: the mail says which register, and its link opens exactly that one."""
    key: str = reminder_key(sitting, by_hand=by_hand)
    queue_mail(
        key=key,
        to=person.email,
        to_person_id=person.pk,
        subject=f"Register not taken: {sitting.title}",
        text=TEXT.format(
            greeting=f"{person.formal_name},",
            title=sitting.title,
            day=wording.day(sitting.date),
            since=f". It began at {wording.time_of_day(sitting.starts_at)}"
            + (f" in {sitting.room}" if sitting.room else ""),
            link=address_of(
                "attendance:register_detail", group_id=sitting.public_id, day=sitting.date, slug=sitting.slug
            ),
        ),
        by=by,
    )
