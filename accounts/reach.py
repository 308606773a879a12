"""What the app that owns the grants of reach tells accounts about them, so that accounts needn't know students' groups."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.roles import BY_CODE


@dataclass(frozen=True)
class Held:
    """A role that somebody holds over something, from one date to another (the last day included)."""

    role: str
    over: str
    starts_on: date | None
    last_day: date | None
    url: str = ""

    @property
    def label(self) -> str:
        """The role in words."""
        return BY_CODE[self.role].label if self.role in BY_CODE else self.role


@dataclass(frozen=True)
class ReachSource:
    """How to ask what people hold today, and how to end it all when they leave."""

    held_today: Callable[[Sequence[int]], dict[int, list[Held]]]
    end_all: Callable[[Any, date, Any], int]


_sources: list[ReachSource] = []


def register(source: ReachSource) -> None:
    """Name the app that owns the grants; there is one."""
    _sources[:] = [source]


def held_by(people: Iterable[int]) -> dict[int, list[Held]]:
    """What each of these people holds today, in one query or so."""
    ids = list(people)
    return _sources[0].held_today(ids) if _sources and ids else {}


def end_all(user: Any, last_day: date, by: Any) -> int:
    """End everything that somebody holds when they leave; says how many grants that were."""
    return _sources[0].end_all(user, last_day, by) if _sources else 0
