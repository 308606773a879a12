"""The edition for anybody outside hides small groups, and every cell that would let one be worked out.

Design section 6: groups under 5 are hidden, and so is what a reader could find by taking the rest from the total. A row
is hidden when its group is under 5; a count when it is from 1 to 4. Where a table's total is known, hidden cells of a
column are at least two and add up to at least 5, or the smallest shown ones are hidden with them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reporting.choices import SMALL

HIDDEN = None
Row = dict[str, Any]


def hide_small(rows: Sequence[Row], *, size: str, counts: Iterable[str] = (), derived: dict[str, Sequence[str]] | None = None) -> list[Row]:
    """Rows of a table whose total is known, with small cells set to None.

    `size` is the field with the number of students, `counts` the fields that count students within it, `derived` the
    fields that follow from each and go with it (a percentage with its count).
    """
    derived = derived or {}
    found = [dict(row) for row in rows]
    _hide_column(found, size, [*counts, *_all(derived)], lambda row: row[size] < SMALL)
    for count in counts:
        _hide_column(found, count, derived.get(count, ()), lambda row, field=count: 0 < row[field] < SMALL)
    return found


def _all(derived: dict[str, Sequence[str]]) -> list[str]:
    return [field for fields in derived.values() for field in fields]


def _hide_column(rows: list[Row], field: str, along: Iterable[str], small: Any) -> None:
    """Hide the small cells of a column, and as many of the next smallest as it takes that none can be worked out."""
    along = list(along)
    values = {at: row[field] for at, row in enumerate(rows) if row[field] is not None}
    hidden = {at for at, value in values.items() if small(rows[at])}
    already = any(row[field] is None for row in rows)
    if hidden or already:
        shown = sorted((at for at in values if at not in hidden and values[at]), key=lambda at: (values[at], at))
        while shown and (_number_hidden(rows, field, hidden) < 2 or sum(values[at] for at in hidden) < SMALL):
            if already and not hidden:
                break
            hidden.add(shown.pop(0))
    for at in hidden:
        for name in (field, *along):
            rows[at][name] = HIDDEN


def _number_hidden(rows: list[Row], field: str, hidden: set[int]) -> int:
    return len(hidden) + sum(1 for row in rows if row[field] is None)


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
