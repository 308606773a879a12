"""Who does something when no person does: a named system actor with a reason."""

from dataclasses import dataclass
from typing import Protocol


class Person(Protocol):
    """Whoever can be named in a record: a signed-in person."""

    pk: int


@dataclass(frozen=True)
class SystemActor:
    """A part of Waymark that acts by itself. There is no “no actor”."""

    name: str
    reason: str
    pk: None = None

    def __str__(self) -> str:
        return f"system:{self.name}"


Actor = Person | SystemActor
