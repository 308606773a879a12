"""Going through the whole chain: what was altered, removed or put in between."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from audit.heads import Noted
from audit.seals import RING, START, message_of, sealed_rows, tail
from core.private.keys import KeyMissing, keyring

NAMED = 1000  # faults named one by one; a chain broken from the start would name every entry


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was sealed."""

    kind: str
    position: int
    entry_id: int | None
    words: str


@dataclass
class Finding:
    """What a check of the record found."""

    sealed: int = 0
    unsealed: int = 0
    unsealed_since: str | None = None
    head: str = ""
    head_found: bool | None = None
    heads_noted: int = 0
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and self.head_found is not False

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self) | {"sound": self.sound}

    def note(self, kind: str, position: int, entry_id: int | None, words: str) -> None:
        """Add a fault, or count it when there are too many to name."""
        if len(self.faults) >= NAMED:
            self.more_faults += 1
        else:
            self.faults.append(Fault(kind, position, entry_id, words))


@dataclass(frozen=True)
class _Link:
    position: int
    entry_id: int
    mac: bytes
    key_id: str
    sealed_at: Any
    entry: tuple[Any, ...]

    @property
    def there(self) -> bool:
        return self.entry[0] is not None

    def mac_after(self, before: bytes) -> bytes | None:
        """The seal that this entry in this place must have after the one given; None when its key is gone."""
        try:
            return keyring(RING).mac(message_of(self.position, self.sealed_at, before, self.entry), self.key_id)
        except KeyMissing:
            return None


_Suspect = tuple[_Link, bytes] | None  # a link that does not fit, and the seal that would have


def verify(expected_head: str = "", noted: Mapping[int, Noted] | None = None) -> Finding:
    """Check every seal against its entry, the seal before it, and what was noted outside the database.

    `expected_head` is one from the log or a mail, `noted` what stands in the files of heads.
    """
    noted = noted or {}
    found = Finding(head_found=False if expected_head else None, heads_noted=len(noted))
    before, expected, suspect = START, 1, None
    for row in sealed_rows():
        link = _Link(row[0], row[1], bytes(row[2]), row[3], row[4], tuple(row[5:]))
        if link.position == expected:
            suspect = _check(found, link, before, suspect)
        else:
            _note_gap(found, expected, link, suspect)
            suspect = None
        found.sealed += 1
        if expected_head and link.mac.hex() == expected_head.lower():
            found.head_found = True
        if (was := noted.get(link.position)) and was.mac != link.mac.hex():
            words = (
                f"seal {link.position} is not the one noted outside the database on {was.at}: the chain was rewritten"
            )
            found.note("head differs", link.position, link.entry_id, words)
        before, expected = link.mac, link.position + 1
    if suspect:
        _blame_entry(found, suspect[0])
    found.head = before.hex() if found.sealed else ""
    _note_cut(found, expected - 1, noted)
    found.unsealed, oldest = tail()
    found.unsealed_since = oldest.isoformat() if oldest else None
    return found


def _note_gap(found: Finding, expected: int, link: _Link, suspect: _Suspect) -> None:
    """Name what is missing. The seal after a gap can't be checked, since it rests on the one that is gone."""
    if suspect:
        _blame_entry(found, suspect[0])
    if link.position < expected:
        found.note("seal inserted", link.position, link.entry_id, f"seal {link.position} was put in before the first")
        return
    missing = f"seal {expected} is" if link.position == expected + 1 else f"seals {expected} to {link.position - 1} are"
    found.note("seal removed", expected, None, f"{missing} gone, so seal {link.position} after it can't be checked")


def _note_cut(found: Finding, last: int, noted: Mapping[int, Noted]) -> None:
    """Name the seals that were there when a head was noted, and are gone from the end."""
    furthest = max(noted, default=0)
    if furthest > last:
        words = f"the record ends at seal {last}, but seal {furthest} was noted outside the database on {noted[furthest].at}"
        found.note(
            "end cut off", last + 1, None, f"{words}: seals {last + 1} to {furthest} are gone with their entries"
        )


def _check(found: Finding, link: _Link, before: bytes, suspect: _Suspect) -> _Suspect:
    """Check one link. One that does not fit stays suspect until the next shows whether its entry or its seal was altered."""
    if not link.there:
        if suspect:
            _blame_entry(found, suspect[0])
        found.note(
            "entry removed",
            link.position,
            link.entry_id,
            f"entry {link.entry_id} is gone; seal {link.position} covered it",
        )
        return None
    right = link.mac_after(before)
    if right is None:
        found.note(
            "key missing", link.position, link.entry_id, f"seal {link.position} was made with a key that is not there"
        )
        return None
    if right == link.mac:
        if suspect:
            _blame_entry(found, suspect[0])
        return None
    if suspect:
        if link.mac_after(suspect[1]) == link.mac:
            broken = suspect[0]
            found.note(
                "seal altered",
                broken.position,
                broken.entry_id,
                f"seal {broken.position} was altered; its entry was not",
            )
            return None
        _blame_entry(found, suspect[0])
    return link, right


def _blame_entry(found: Finding, link: _Link) -> None:
    words = f"entry {link.entry_id} is not what seal {link.position} covered: it was altered, or put in with a seal made up for it"
    found.note("entry altered or inserted", link.position, link.entry_id, words)
