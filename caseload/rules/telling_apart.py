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


def tell_apart(students: Iterable[Any]) -> list[Any]:
    """The same students, those of one name with what tells them apart (`Student.named`)."""
    rows = list(students)
    apart = people_apart([(student.pk, student.full_name, student.date_of_birth) for student in rows])
    for student in rows:
        student.apart = apart.get(student.pk, "")
    return rows


def tell_from_namesakes(student: Any, others: Any) -> Any:
    """The student whom a page is about, with their date of birth where one of the others has the name. One query."""
    namesakes = others.filter(sort_key=student.sort_key).exclude(pk=student.pk)
    student.apart = _born(student.date_of_birth) if namesakes.exists() else ""
    return student


def _several(named: Iterable[tuple[str, Hashable]]) -> set[str]:
    """The names that more than one thing has."""
    first: dict[str, Hashable] = {}
    return {name for name, key in named if first.setdefault(name, key) != key}


def _born(day: date | None) -> str:
    return f"born {day.day} {day:%b %Y}" if day else "no birth date"
