"""Dates in files. A column whose order of day and month isn't certain is asked about, never guessed row by row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from core import clock
from core.plausible import Years, birth_fault
from exchange.bundle import Problem
from exchange.tables import Row

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year"}
YEARS = Years(back=30, ahead=10)  # in which a roll, a term or a class may begin or end
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T].*)?")
_NAMED = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%B-%Y")


def certain(value: str) -> date | None:
    """A date that can be read in one way only: 2026-11-20, the day of such a time, or 20 Nov 2026."""
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).date()
    except ValueError:
        pass
    for pattern in _NAMED:
        try:
            return datetime.strptime(value, pattern).date()
        except ValueError:
            continue
    return None


def is_slashed(value: str) -> bool:
    """Whether it is two numbers and a year, of which nothing says which is the day."""
    return _SLASHED.fullmatch(value) is not None


def slashed(value: str, order: str) -> date | None:
    """A date with slashes, dots or hyphens, read in this order; nothing when there is no such day."""
    match = _SLASHED.fullmatch(value)
    if not match:
        return None
    first, second, year = (int(part) for part in match.groups())
    month, day = (first, second) if order == "mdy" else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_of(text: str, order: str) -> date | None:
    """One date, with slashes in the order given; nothing when it is none."""
    return slashed(text, order) if order and is_slashed(text) else certain(text)


def order_fault(values: list[str], order: str) -> tuple[str, str] | None:
    """Of the dates of a file, the first with slashes and a sentence, when nobody said how those are read or some can only be
    read the other way."""
    with_slashes = [value for value in values if is_slashed(value)]
    if not with_slashes:
        return None
    if not order:
        return with_slashes[0], f"{asking(with_slashes)} Nothing was taken until somebody says it."
    other = next(name for name in ORDERS if name != order)
    wrong = [value for value in with_slashes if not slashed(value, order) and slashed(value, other)]
    if not wrong:
        return None
    words = (
        f"The dates were read as {ORDERS[order]}, and {wrong[0]} can only be {ORDERS[other]}. Choose the other order"
        " under “Dates with slashes”, or correct the file."
    )
    return with_slashes[0], words


def asking(values: list[str]) -> str:
    """The question about dates with slashes when nobody said which part comes first."""
    only = [name for name in ORDERS if all(slashed(value, name) for value in values)]
    hint = f" Every one of them could be {' or '.join(ORDERS[name] for name in only)}." if only else ""
    there = "1 date is" if len(values) == 1 else f"{len(values)} dates are"
    return f"{there} written with slashes, and nothing says whether the day or the month comes first.{hint}"


def births(rows: list[Row], column: str, order: str, problems: list[Problem]) -> dict[int, date]:
    """The dates of birth of a column by line: only those that a student can have."""
    return column_of(rows, column, order, problems, _unlikely_birth)


def column_of(
    rows: list[Row],
    column: str,
    order: str,
    problems: list[Problem],
    unlikely: Callable[[date], str] | None = None,
) -> dict[int, date]:
    """The dates of a whole column by line; what is no date, or can't be right, is left out and named.

    One date with slashes that can't be read in the order given keeps all of those out: the others would be swapped in
    silence. Without being told the order, a column with slashes is asked about.
    """
    found: dict[int, date] = {}
    with_slashes: list[Row] = []
    for row in rows:
        value = row.get(column)
        day = certain(value) if value else None
        if day:
            found[row.line] = day
        elif value and is_slashed(value):
            with_slashes.append(row)
        elif value:
            problems.append(_about(row, column, "Not a date written as 2026-11-20. It was left out."))
    found |= _in_order(with_slashes, column, order, problems)
    return _likely(found, rows, column, problems, unlikely or YEARS.fault)


def _in_order(rows: list[Row], column: str, order: str, problems: list[Problem]) -> Mapping[int, date]:
    if not rows:
        return {}
    if not order:
        words = f"{asking([row.get(column) for row in rows])} The column was left out until somebody says it."
        problems.append(replace(_about(rows[0], column, words), asks_dates=True))
        return {}
    wrong = [row for row in rows if slashed(row.get(column), order) is None]
    for row in wrong:
        problems.append(_about(row, column, f"Not a date as {ORDERS[order]}. The whole column was left out."))
    return {} if wrong else {row.line: day for row in rows if (day := slashed(row.get(column), order))}


def _likely(
    found: dict[int, date], rows: list[Row], column: str, problems: list[Problem], unlikely: Callable[[date], str]
) -> dict[int, date]:
    for row in rows:
        words = unlikely(found[row.line]) if row.line in found else ""
        if words:
            problems.append(_about(row, column, f"{words} The date was left out."))
            del found[row.line]
    return found


def _about(row: Row, column: str, words: str) -> Problem:
    return Problem(row.file, row.line, column, row.get(column), words)


def year_starts_on() -> date:
    """The first of September with which this school year began."""
    today = clock.today()
    return date(today.year if today.month >= 9 else today.year - 1, 9, 1)


def _unlikely_birth(day: date) -> str:
    return birth_fault(day, year_starts_on())
