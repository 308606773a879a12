"""When two entries of the contacts of a student are the same person: the same name, and one way to reach them the same."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.names import fold


def same_person(one: Any, other: Any) -> bool:
    """Whether two contacts are one person entered twice. Capitals, accents, spaces and an empty field tell nobody apart."""
    if _name(one) != _name(other) or not _name(one):
        return False
    ways = [(first, second) for first, second in zip(_ways(one), _ways(other), strict=True) if first and second]
    return not ways or any(first == second for first, second in ways)


def entered_before(contact: Any, others: Iterable[Any]) -> Any | None:
    """The first of the others that is the same person; nothing when there is none."""
    return next((other for other in others if same_person(contact, other)), None)


def doubles(contacts: Sequence[Any]) -> dict[int, int]:
    """Places of contacts that are the same person as an earlier one: the place, and that of the first entry."""
    found: dict[int, int] = {}
    for place, contact in enumerate(contacts):
        first = next((n for n in range(place) if n not in found and same_person(contact, contacts[n])), None)
        if first is not None:
            found[place] = first
    return found


def _name(contact: Any) -> str:
    return fold(f"{_of(contact, 'given_name')} {_of(contact, 'family_name')}")


def _ways(contact: Any) -> tuple[str, str, str]:
    """Email, phone and address as they are compared."""
    phone = "".join(letter for letter in _of(contact, "phone") if letter.isdigit())
    address = "".join(fold(f"{_of(contact, 'address')} {_of(contact, 'postcode')}").replace(",", " ").split())
    return _of(contact, "email").strip().casefold(), phone, address


def _of(contact: Any, name: str) -> str:
    found = contact.get(name) if isinstance(contact, dict) else getattr(contact, name)
    return found or ""
