"""The places of this side in the left column."""

from typing import Any

from django.db import connection

from core import naming
from core.pages.menu import MenuEntry, register
from safeguarding.queries.emergency import told_count
from safeguarding.queries.triage import unacknowledged_count


def waiting(user: Any) -> int:
    """The number beside Triage. A page that tells of a broken transaction is drawn without it."""
    if naming.current() is None or connection.needs_rollback:
        return 0
    return unacknowledged_count(user)


def told_of_and_unopened(user: Any) -> int:
    """The number beside Emergency access: the concerns that the head was told of and nobody has opened."""
    if naming.current() is None or connection.needs_rollback:
        return 0
    return told_count(user)


def register_places() -> None:
    """Triage for the team, their own concerns for everybody, concerns about adults for whoever handles them."""
    group = "Safeguarding"
    triage = "safeguarding.triage_concern"
    register(
        MenuEntry(group, "Triage", "safeguarding:triage_list", triage, 10, "g w", "shield", phone=1, count=waiting)
    )
    register(
        MenuEntry(
            group,
            "My concerns",
            "safeguarding:concern_own_list",
            "safeguarding.view_own_concern",
            20,
            "",
            "shield-check",
        )
    )
    register(
        MenuEntry(
            group, "About adults", "safeguarding:adult_list", "safeguarding.view_adult_concern", 30, "", "shield-lock"
        )
    )
    register(
        MenuEntry(
            group,
            "Emergency access",
            "safeguarding:glass",
            "safeguarding.break_glass",
            40,
            "",
            "exclamation-triangle",
            count=told_of_and_unopened,
        )
    )
    register(
        MenuEntry("Settings", "Emergency numbers", "safeguarding:emergency_edit", "safeguarding.set_up_emergency", 17, "", "telephone")
    )  # fmt: skip
