"""What a mark is when two people had the same register open: each keeps what they really entered. Pure, no database."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Said(NamedTuple):
    """What a mark says."""

    code: str = ""
    minutes_late: int | None = None
    note: str = ""


class Seen(NamedTuple):
    """A mark as its writer saw it when the page was opened; version 0 is no mark at all."""

    version: int
    code: str = ""
    minutes_late: int | None = None
    note: str = ""

    @property
    def said(self) -> Said:
        """What it said."""
        return Said(*self[1:])


class Merged(NamedTuple):
    """What the mark is to be, and whether both people entered different things."""

    said: Said
    is_clash: bool


def merged(seen: Said, mine: Said, theirs: Said, filled: str = "") -> Merged:
    """Set what somebody typed beside what a colleague saved since the page was opened.

    What they left as they saw it takes what the colleague saved; a code that the page itself had filled in (`filled`)
    is left as it was seen too. Only where both entered different marks, or both wrote different notes, is it a clash.
    """
    shown = [seen[:2], (filled, None)] if filled else [seen[:2]]
    code, code_clash = _one(mine[:2], theirs[:2], shown)
    note, note_clash = _one(mine.note, theirs.note, [seen.note])
    return Merged(Said(*code, note), code_clash or note_clash)


def _one(mine: Any, theirs: Any, seen: Sequence[Any]) -> tuple[Any, bool]:
    if mine == theirs or theirs == seen[0]:
        return mine, False
    return (theirs, False) if mine in seen else (mine, True)
