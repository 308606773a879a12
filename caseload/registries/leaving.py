"""What the apps above do when students leave the roll: they end or cancel what they had planned for later.

`caseload` is below them and does not import them; each registers here. `caseload.actions.leaving` tells them in its own
transaction, and asks them first whether a student was ever here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gone:
    """These students are on no roll from this day on."""

    student_ids: frozenset[int]
    from_day: date


@dataclass(frozen=True)
class Follower:
    """One app's part: `end(by, gone)` ends what is planned for later and gives how many things that were.

    `seen(student_id, since)` gives a day since then on which the student was seen here, or nothing.
    """

    name: str
    end: Callable[[Any, Gone], int]
    seen: Callable[[int, date], date | None] | None = None


_followers: dict[str, Follower] = {}


def register_follower(follower: Follower) -> None:
    """Be told of every student who leaves. Registering again replaces it, so that reloading an app does no harm."""
    _followers[follower.name] = follower


def tell(by: Any, gone: Gone) -> dict[str, int]:
    """Tell every follower that students have gone; gives how many things each of them ended."""
    if not gone.student_ids:
        return {}
    return {name: follower.end(by, gone) for name, follower in _followers.items()}


def seen_since(student_id: int, since: date) -> date | None:
    """A day since then on which somebody recorded that the student was here."""
    days = [follower.seen(student_id, since) for follower in _followers.values() if follower.seen]
    return max((day for day in days if day), default=None)
