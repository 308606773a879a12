"""Dates in rosters. A column whose order of day and month isn't certain is asked about, never guessed row by row."""

import re
from datetime import date, datetime

from exchange.bundle import Problem
from exchange.reading import Row

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year"}
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


def iso(row: Row, column: str, problems: list[Problem]) -> date | None:
    """A date as 2026-11-20, or the day of an ISO time; anything else is a problem of its own."""
    value = row.get(column)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).date()
    except ValueError:
        problems.append(
            Problem(row.file, row.line, column, value, "Not a date written as 2026-11-20. It was left out.")
        )
        return None


def _slashed(value: str, order: str) -> date | None:
    match = _SLASHED.fullmatch(value)
    if not match:
        return None
    first, second, year = (int(part) for part in match.groups())
    month, day = (first, second) if order == "mdy" else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def column_of(rows: list[Row], column: str, order: str, problems: list[Problem]) -> dict[int, date]:
    """The dates of a whole column by line. One date that can't be read keeps the whole column out: the others would be
    swapped in silence. Without being told the order, a column with slashes is asked about."""
    filled = [row for row in rows if row.get(column)]
    found: dict[int, date] = {}
    slashed: list[Row] = []
    for row in filled:
        try:
            found[row.line] = date.fromisoformat(row.get(column))
        except ValueError:
            slashed.append(row)
    if not slashed:
        return found
    if not order:
        first = slashed[0]
        only = [name for name in ("dmy", "mdy") if all(_slashed(row.get(column), name) for row in slashed)]
        hint = f" Every one of them could be {' or '.join(ORDERS[name] for name in only)}." if only else ""
        words = (
            f"{len(slashed)} dates are written with slashes, and nothing says whether the day or the month comes first.{hint}"
            " The column was left out. Upload it again and choose under “Dates with slashes” (--dates dmy or --dates mdy)."
        )
        problems.append(Problem(first.file, first.line, column, first.get(column), words))
        return {}
    wrong = [row for row in slashed if _slashed(row.get(column), order) is None]
    for row in wrong:
        words = f"Not a date as {ORDERS[order]}. The whole column was left out."
        problems.append(Problem(row.file, row.line, column, row.get(column), words))
    if wrong:
        return {}
    return found | {row.line: day for row in slashed if (day := _slashed(row.get(column), order))}
