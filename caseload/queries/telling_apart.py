"""What groups and people are called where several have one name: told once, for chips, choices, lists, search and reports.

Only what stands together on a page is told apart: a group by its site, a person by their date of birth.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any

from core.names import fold


def groups_in_full(groups: Iterable[tuple[Hashable, str, str | None]]) -> dict[Any, str]:
    """What each of these groups is called: (key, name, site) gives its name, with the site where another has the name."""
    rows = list(dict.fromkeys(groups))
    several = _several((name, key) for key, name, _ in rows)
    return {key: f"{name} ({site})" if site and name in several else name for key, name, site in rows}


def people_apart(people: Sequence[tuple[Hashable, str, date | None]]) -> dict[Any, str]:
    """What tells those people apart who have one name: (key, name, date of birth) gives “born 5 May 2012” for each of
    them, and nothing for the rest."""
    several = _several((fold(name), key) for key, name, _ in people)
    return {key: _born(born) for key, name, born in people if fold(name) in several}


def _several(named: Iterable[tuple[str, Hashable]]) -> set[str]:
    """The names that more than one thing has."""
    first: dict[str, Hashable] = {}
    return {name for name, key in named if first.setdefault(name, key) != key}


def _born(day: date | None) -> str:
    return f"born {day.day} {day:%b %Y}" if day else "no birth date"
