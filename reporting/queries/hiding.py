"""The edition for anybody outside hides small groups, and every cell that would let one be worked out.

Design section 6: groups under 5 are hidden, and so is what a reader could find by taking the rest from the total. A row
is hidden when its group is under 5; a count when it is from 1 to 4. Where a table's total is known, hidden cells of a
column are at least two and add up to at least 5, or the smallest shown ones are hidden with them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from reporting.choices import SMALL

HIDDEN = None
Row = dict[str, Any]
Derived = Mapping[str, Sequence[str]]


def hide_small(
    rows: Sequence[Row], *, size: str, counts: Sequence[str] = (), derived: Derived | None = None
) -> list[Row]:
    """Rows of a table whose total is known, with small cells set to None.

    `size` is the field with the number of students, `counts` the fields that count students within it, each on its
    own, `derived` the fields that follow from each and go with it (a percentage with its count).
    """
    derived = derived or {}
    gone = _rows_to_hide(rows, size)
    cells = {size: gone}
    for count in counts:
        small = {at for at, row in enumerate(rows) if 0 < row[count] < SMALL}
        cells[count] = _with_next(rows, gone | small, count, partial(_told, rows, count))
    along = {size: [*counts, *_all(derived)]} | {count: list(derived.get(count, ())) for count in counts}
    return _emptied(rows, cells, along)


def hide_parts(rows: Sequence[Row], *, size: str, parts: Sequence[str], derived: Sequence[str] = ()) -> list[Row]:
    """As `hide_small`, where the counts of a row add up to its size: one of them hidden would follow from the rest, so
    they are hidden together, and with them those of another row whose counts could be exchanged for them."""
    gone = _rows_to_hide(rows, size)
    hidden = gone | {at for at, row in enumerate(rows) if any(0 < row[part] < SMALL for part in parts)}
    hidden = _with_next(rows, hidden, size, partial(_parts_told, rows, parts))
    return _emptied(rows, {size: gone, parts[0]: hidden}, {size: [*parts, *derived], parts[0]: [*parts, *derived]})


def _all(derived: Derived) -> list[str]:
    return [field for fields in derived.values() for field in fields]


def _rows_to_hide(rows: Sequence[Row], size: str) -> set[int]:
    small = {at for at, row in enumerate(rows) if row[size] < SMALL}
    return _with_next(rows, small, size, partial(_told, rows, size))


def _with_next(rows: Sequence[Row], hidden: Iterable[int], field: str, told: Callable[[set[int]], bool]) -> set[int]:
    """The hidden cells, and as many of the next smallest as it takes that none can be worked out."""
    found = set(hidden)
    shown = sorted(
        (at for at, row in enumerate(rows) if at not in found and row[field]), key=lambda at: (rows[at][field], at)
    )
    while shown and found and told(found):
        found.add(shown.pop(0))
    return found


def _told(rows: Sequence[Row], field: str, hidden: set[int]) -> bool:
    """Whether the total would tell a small number: of one hidden cell, or of all of them together."""
    values = [rows[at][field] for at in hidden]
    together = sum(values)
    return bool(together) and (together < SMALL or len(values) < 2)


def _parts_told(rows: Sequence[Row], parts: Sequence[str], hidden: set[int]) -> bool:
    """Whether the totals, and the sizes that are still shown, would tell a small number."""
    if any(0 < sum(rows[at][part] for at in hidden) < SMALL for part in parts):
        return True
    small = [(at, part) for at in hidden for part in parts if 0 < rows[at][part] < SMALL]
    others = [(at, part) for at in hidden for part in parts if rows[at][part]]
    return any(not any(at != there and part != other for there, other in others) for at, part in small)


def _emptied(rows: Sequence[Row], cells: Mapping[str, set[int]], along: Mapping[str, Sequence[str]]) -> list[Row]:
    found = [dict(row) for row in rows]
    for field, hidden in cells.items():
        for at in hidden:
            found[at].update(dict.fromkeys((field, *along[field]), HIDDEN))
    return found


def hide_total(row: Row, parts: Sequence[str], derived: Sequence[str] = ()) -> Row:
    """The last row of a table: its counts go together when one of them is small."""
    small = any(0 < row[part] < SMALL for part in parts)
    return row | dict.fromkeys((*parts, *derived), HIDDEN) if small else dict(row)


def hide_pair(rows: Sequence[Row], sizes: Sequence[str]) -> list[Row]:
    """Rows that set a group beside everybody else: both sides go when either is small, for the total is known."""
    return [
        {key: (value if key == "name" else HIDDEN) for key, value in row.items()}
        if any(row[size] < SMALL for size in sizes)
        else dict(row)
        for row in rows
    ]


def hide_count(value: int, of: int) -> int | None:
    """A count on its own: hidden when it, or what is left of the total, is from 1 to 4."""
    return None if 0 < value < SMALL or 0 < of - value < SMALL else value
