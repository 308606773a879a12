"""What the apps above do when a site closes on days, or opens on them again.

`caseload` is below attendance and does not import it; attendance registers here what becomes of its registers' codes. The
actions that set and remove closures call `tell` in their own transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class ClosedDays:
    """A closure as it stands or stood: no site is every site."""

    closure_id: int
    site_id: int | None
    kind: str
    name: str
    starts_on: date
    ends_on: date


Follower = Callable[[Any, ClosedDays | None, ClosedDays | None], object]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Be told of every closure that is set, changed or removed: by whom, what it was, what it is now."""
    if follower not in _followers:
        _followers.append(follower)


def days_of(closure: Any) -> ClosedDays:
    """A stored closure as its days."""
    return ClosedDays(
        closure.pk, closure.site_id, closure.kind, closure.name, closure.starts_on, closure.ends_on
    )  # fmt: skip


def tell(by: Any, before: ClosedDays | None, after: ClosedDays | None) -> None:
    """Tell every follower that a closure was set (nothing before), changed, or removed (nothing after)."""
    for follower in _followers:
        follower(by, before, after)
