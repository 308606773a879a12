"""When two entries of the contacts of a student are the same person, and when somebody has to be asked.

The same name and one way to reach them the same: one person, who gets one letter. The same email address or telephone, or
nearly the same name: perhaps one person, so the person who enters the second is asked. Their answer “another person” holds.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from core.names import fold

NEARLY = (
    0.85  # how much of two names must be the same: “Mara Exampel” and “Mara Example”, not “Anna Late” and “Mara Late”
)


def same_person(one: Any, other: Any) -> bool:
    """Whether two contacts are one person entered twice. Capitals, accents, spaces and an empty field tell nobody apart."""
    if _name(one) != _name(other) or not _name(one):
        return False
    ways = [(first, second) for first, second in zip(_ways(one), _ways(other), strict=True) if first and second]
    return not ways or any(first == second for first, second in ways)


def perhaps_same_person(one: Any, other: Any) -> bool:
    """Whether two contacts may be one person: one mailbox, one telephone however it is written, or nearly one name."""
    if same_person(one, other) or (_email(one) and _email(one) == _email(other)):
        return True
    return bool(_phones(one) & _phones(other)) or _nearly_one_name(one, other)


def perhaps_entered_before(contact: Any, others: Iterable[Any]) -> list[Any]:
    """Those of the others who may be the same person."""
    return [other for other in others if perhaps_same_person(contact, other)]


def doubles(links: Sequence[Any]) -> dict[int, int]:
    """Places of a student's contacts that are the same person as an earlier one: the place, and that of the first entry.

    One who was said to be another person when they were entered is nobody who was entered before.
    """
    return _earlier(links, lambda one, other: same_person(one.contact, other.contact) and not _told_apart(one, other))


def one_mailbox(links: Sequence[Any]) -> dict[int, int]:
    """Places of contacts with the email address and the relationship of an earlier one: the place, and that of the first."""
    return _earlier(
        links,
        lambda one, other: (
            one.relationship == other.relationship and _email(one.contact) == _email(other.contact) != ""
        ),
    )


def _earlier(links: Sequence[Any], alike: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for place, link in enumerate(links):
        first = next((n for n in range(place) if n not in found and alike(link, links[n])), None)
        if first is not None:
            found[place] = first
    return found


def _told_apart(one: Any, other: Any) -> bool:
    """Whether the later entered of two was said to be another person."""
    return bool(max(one, other, key=lambda link: link.pk).another_person)


def _nearly_one_name(one: Any, other: Any) -> bool:
    first, second = _name(one), _name(other)
    if not first or not second:
        return False
    if _initialled(one, other):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEARLY


def _initialled(one: Any, other: Any) -> bool:
    """The same surname, and of one only the initial is known, or no first name at all."""
    given = sorted((fold(_of(one, "given_name")), fold(_of(other, "given_name"))), key=len)
    family = fold(_of(one, "family_name"))
    same_family = family != "" and family == fold(_of(other, "family_name"))
    return same_family and len(given[0]) <= 1 and given[1].startswith(given[0])


def _name(contact: Any) -> str:
    return fold(f"{_of(contact, 'given_name')} {_of(contact, 'family_name')}")


def _ways(contact: Any) -> tuple[str, str, str]:
    """Email, phone and address as they are compared."""
    address = "".join(fold(f"{_of(contact, 'address')} {_of(contact, 'postcode')}").replace(",", " ").split())
    return _email(contact), _number(_of(contact, "phone")), address


def _email(contact: Any) -> str:
    return _of(contact, "email").strip().casefold()


def _phones(contact: Any) -> set[str]:
    return {_number(_of(contact, name)) for name in ("phone", "other_phone")} - {""}


def _number(phone: str) -> str:
    """A telephone number as it is compared: its digits, those of Britain from abroad as at home."""
    digits = "".join(letter for letter in phone.replace("(0)", "") if letter.isdigit())
    if phone.strip().startswith("+"):
        digits = f"00{digits}"
    return f"0{digits[4:]}" if digits.startswith("0044") else digits


def _of(contact: Any, name: str) -> str:
    found = contact.get(name) if isinstance(contact, dict) else getattr(contact, name)
    return found or ""
