"""What support is about, and what an open reason waits for: told once, so that a form ticks only what it answers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class About(StrEnum):
    """What a reason waits for, and what a support is about: the one answers the other where they are the same."""

    ATTENDANCE = "attendance"
    PUNCTUALITY = "punctuality"
    CONTACT = "contact"  # somebody at home is to be rung, written to or seen


@dataclass(frozen=True)
class Subject:
    """What a form's support is about: always, or once one of its fields says so (field, value, what it is then about)."""

    always: frozenset[About] = frozenset()
    fields: Mapping[str, Mapping[str, Collection[About]]] = field(default_factory=dict)

    def now(self, said: Mapping[str, Any]) -> set[About]:
        """What it is about with these values in its fields."""
        found = (each.get(str(said.get(name) or ""), ()) for name, each in self.fields.items())
        return set(self.always).union(*found)

    def as_json(self) -> str:
        """The same as the page's script reads it."""
        plain = {name: {value: sorted(each) for value, each in values.items()} for name, values in self.fields.items()}
        return json.dumps({"always": sorted(self.always), "fields": plain})


NOTHING = Subject()
BEING_IN_TOUCH = Subject(always=frozenset({About.CONTACT}))
