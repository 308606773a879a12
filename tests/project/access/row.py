"""What a row of the page-by-role table says, and the roles in the order of its signs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROLES = (
    "tutor",
    "teacher",
    "tutor_lead",
    "pastoral_manager",
    "head_of_year",
    "head_of_house",
    "area_leader",
    "attendance_officer",
    "learning_support",
    "dsl",
    "deputy_dsl",
    "head",
    "chair_of_governors",
    "senior_leader",
    "data_manager",
    "system_administrator",
    "supply",
)


@dataclass(frozen=True)
class Row:
    """One address: for whom it opens, what it is about, how it is asked."""

    name: str
    signs: str
    of: Callable[[Any], Any] | None = None
    method: str = "GET"
    anyone: bool = False
    slow: bool = False

    def expected(self) -> dict[str, str]:
        """What each role meets."""
        signs = self.signs.replace(" ", "")
        if len(signs) != len(ROLES):
            raise ValueError(f"{self.name} has {len(signs)} signs for {len(ROLES)} roles")
        return dict(zip(ROLES, signs, strict=True))


def see(name: str, signs: str, of: Callable[[Any], Any] | None = None, **more: Any) -> Row:
    """A page."""
    return Row(name, signs, of, **more)


def send(name: str, signs: str, of: Callable[[Any], Any] | None = None, **more: Any) -> Row:
    """An address that only takes what a form sends."""
    return Row(name, signs, of, "POST", **more)
