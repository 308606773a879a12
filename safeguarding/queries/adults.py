"""Concerns about adults as their readers see them."""

from typing import TYPE_CHECKING

from safeguarding.models import AdultConcern, AdultEntry
from safeguarding.querysets import ADULT, OWN

if TYPE_CHECKING:
    from accounts.models import User


def adult_concerns(user: "User") -> list[AdultConcern]:
    """Those that come to this person, newest first."""
    return list(
        AdultConcern.objects.visible_to(user, ADULT).select_related("reporter", "subject").order_by("-recorded_at")
    )


def adult_entries(user: "User", concern: AdultConcern) -> list[AdultEntry]:
    """What was written down about one of them."""
    reached = AdultConcern.objects.visible_to(user, ADULT).filter(pk=concern.pk)
    return list(AdultEntry.objects.filter(concern__in=reached).select_related("by").order_by("recorded_at"))


def own_adult_concerns(user: "User") -> list[AdultConcern]:
    """Those that somebody raised, with nothing that was added later."""
    return list(AdultConcern.objects.visible_to(user, OWN).order_by("-recorded_at"))
