"""Who was told, what the head's emergency access covers, and the telephone numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from accounts.roles import SAFEGUARDING_TEAM
from core import clock
from core.pages.once import once
from safeguarding.choices import MOST_REMINDERS, Audience, PublicState
from safeguarding.models import Concern, EmergencySettings, Glass, Told

if TYPE_CHECKING:
    from accounts.models import User

LABELS = {
    "team_phone": "Safeguarding team",
    "head_phone": "Head, or whoever leads today",
    "authority_phone": "Children’s social care",
    "night_phone": "Children’s social care out of hours",
}


def emergency_settings() -> EmergencySettings:
    """What the college decided, or the defaults."""
    return EmergencySettings.objects.first() or EmergencySettings()


def telephone_numbers(here: "HereNow") -> list[tuple[str, str]]:
    """The numbers on record, each with whose it is; not the team's while nobody of the team is there to answer it."""
    kept = emergency_settings()
    names = [name for name in LABELS if here.team or name != "team_phone"]
    return [(LABELS[name], getattr(kept, name)) for name in names if getattr(kept, name)]


@dataclass(frozen=True)
class Heard:
    """When an audience was told of a concern: first, and last where that was another time."""

    first: datetime
    last: datetime | None


def told_of(concern: Concern) -> dict[str, Heard]:
    """Who was told of a concern, by audience, with when."""
    times: dict[str, list[datetime]] = {}
    for row in Told.objects.filter(concern=concern):
        times.setdefault(row.audience, []).append(row.told_at)
    return {audience: Heard(at[0], at[-1] if len(at) > 1 else None) for audience, at in times.items()}


@dataclass(frozen=True)
class HereNow:
    """Who is there at this moment and may be told of a concern, and whether anybody still will be."""

    team: bool
    head: bool
    chair: bool
    again: bool

    @property
    def next(self) -> str:
        """Who is told again first; nobody when no more reminder comes or nobody is there."""
        there = ((self.team, Audience.TEAM), (self.head, Audience.HEAD), (self.chair, Audience.CHAIR))
        return next((audience.label for is_there, audience in there if is_there and self.again), "")

    @property
    def nobody(self) -> bool:
        """Whether nobody at all is there who could be told."""
        return not (self.team or self.head or self.chair)


def here_now(concern: Concern) -> HereNow:
    """Who of the team, the head and the chair is there for a concern now, as its reporter may know. One query."""
    held = "EXISTS (SELECT FROM safeguarding_holders_for(%(concern)s, %({})s))"
    asked = ", ".join(held.format(name) for name in ("team", "head", "chair"))
    values = {"team": list(SAFEGUARDING_TEAM), "head": ["head"], "chair": ["chair_of_governors"]}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {asked}, safeguarding_told_again(%(concern)s, %(most)s)",
            values | {"concern": concern.pk, "most": MOST_REMINDERS},
        )
        return HereNow(*cursor.fetchone())


def needs_numbers(concern: Concern, here: HereNow) -> bool:
    """Whether the reporter is shown telephone numbers: the student is not safe, or nobody of the team is there to open it."""
    waits = concern.state in (PublicState.RECEIVED, PublicState.READ)
    return concern.is_open and (concern.safe_now == "no" or (waits and not here.team))


def told_count(user: "User") -> int:
    """How many concerns that nobody has opened the head or the chair was told of: a number alone. Asked once a page."""
    return once(("told of concerns", user.pk), _told_count)


def _told_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT safeguarding_told_count()")
        return int(cursor.fetchone()[0])


def glass_of(user: "User") -> Glass | None:
    """The emergency access that somebody has now."""
    return Glass.objects.filter(person=user, ended_at=None, until_at__gt=clock.now()).first()


def glass_now() -> list[Glass]:
    """Who has emergency access now, for the team to see."""
    return list(Glass.objects.filter(ended_at=None, until_at__gt=clock.now()).select_related("person"))
