"""Who was told, what the head's emergency access covers, and the telephone numbers."""

from typing import TYPE_CHECKING

from core import clock
from safeguarding.choices import Audience
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


def telephone_numbers() -> list[tuple[str, str]]:
    """The numbers on record, each with whose it is."""
    kept = emergency_settings()
    return [(label, getattr(kept, name)) for name, label in LABELS.items() if getattr(kept, name)]


def told_of(concern: Concern) -> dict[str, Told]:
    """Who was told of a concern, by audience, with when it was first."""
    return {row.audience: row for row in Told.objects.filter(concern=concern)}


def needs_numbers(concern: Concern, told: dict[str, Told]) -> bool:
    """Whether the reporter is shown telephone numbers: the student is not safe, or nobody of the team was told."""
    return concern.safe_now == "no" or Audience.TEAM not in told


def glass_of(user: "User") -> Glass | None:
    """The emergency access that somebody has now."""
    return Glass.objects.filter(person=user, ended_at=None, until_at__gt=clock.now()).first()


def glass_now() -> list[Glass]:
    """Who has emergency access now, for the team to see."""
    return list(Glass.objects.filter(ended_at=None, until_at__gt=clock.now()).select_related("person"))
