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
    """How to ask what people hold today, how to end it all when they leave, and what needs a second person."""

    held_today: Callable[[Sequence[int]], dict[int, list[Held]]]
    end_all: Callable[[Any, date, Any], int]
    is_protected: Callable[[int], bool]  # holds a protected role today or later
    second_persons: Callable[..., list[Any]]  # who could approve beside these people
    ask_to_leave: Callable[[Any, date, str, Any], None]  # person, last day, reason, who asks
    waiting_for: Callable[[int], Any]  # the request that somebody leaves, while it waits
    roles_over: Callable[[Sequence[int]], dict[int, date]]  # whose protected roles are all over, from which day


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


def is_protected(user_id: int) -> bool:
    """Whether somebody holds a protected role, today or from a later day."""
    return bool(_sources) and _sources[0].is_protected(user_id)


def second_persons(*besides: int) -> list[Any]:
    """Who could be the second person for whatever concerns the holder of a protected role, beside these."""
    return _sources[0].second_persons(*besides) if _sources else []


def ask_to_leave(user: Any, last_day: date, reason: str, by: Any) -> None:
    """Ask that the holder of a protected role leaves. Nothing changes until a second person approves."""
    _sources[0].ask_to_leave(user, last_day, reason, by)


def roles_over(people: Iterable[int]) -> dict[int, date]:
    """Of these people those whose protected roles are all over, each with the first day without one."""
    ids = list(people)
    return _sources[0].roles_over(ids) if _sources and ids else {}


def waiting_for(user_id: int) -> Any:
    """The request that somebody leaves, while it waits for a second person."""
    return _sources[0].waiting_for(user_id) if _sources else None
