"""What hangs on a student: what the apps above keep about them, so that a page can name it before anything is changed.

`caseload` is below those apps and does not import them. Every table that points at a student counts, known by name or
not; an app registers the words for what anybody who looks after records may know of. The rest is “other records”.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from caseload.models import Student
from caseload.models.groups import Membership

OTHER = "other record"


@dataclass(frozen=True)
class Kept:
    """One kind of thing kept about students: what one of it is called, and the column of the day it belongs to, when
    it counts only while the student is on roll. `where` finds a student's rows in a table without a rule of its own;
    `unless` is the condition of rows that nobody made, and that therefore do not count."""

    model: Any
    words: str
    day: str = ""
    where: str = ""
    unless: str = ""

    @property
    def counts(self) -> str:
        """The condition of the rows that count, to be added to another."""
        return f" AND NOT {self.unless}" if self.unless else ""


_words: dict[str, Kept] = {}
_derived: set[str] = set()


def register(*kinds: Kept) -> None:
    """Give the words for what is kept. Registering again replaces them."""
    _words.update({kept.model._meta.label: kept for kept in kinds})


def register_derived(*models: Any) -> None:
    """Leave out what is worked out from something else that counts."""
    _derived.update(model._meta.label for model in models)


def hanging_on(student_id: int) -> list[str]:
    """What hangs on a student, in words with numbers: “12 attendance marks”, the most first. One query."""
    found: dict[str, int] = {}
    for label, number in _count(_tables(), student_id):
        words = _words[label].words if label in _words else OTHER
        found[words] = found.get(words, 0) + number
    return _in_words(found)


def dated_between(student_id: int, start: Any, end: Any) -> list[str]:
    """What belongs to days from the first up to the one before the second, and counts only while on roll. One query."""
    dated = [kept for kept in _words.values() if kept.day]
    parts = [
        f"SELECT %s, count(*) FROM {kept.model._meta.db_table} WHERE student_id = %s"
        f" AND {kept.day} >= %s AND {kept.day} < %s{kept.counts}"
        for kept in dated
    ]
    if not parts:
        return []
    params = [value for kept in dated for value in (kept.words, student_id, start, end)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return _in_words({words: number for words, number in cursor.fetchall() if number})


def _tables() -> Iterable[tuple[str, str, str]]:
    """Every table whose rows belong to a student, by the database's own rule: label, table, condition.

    What lies behind the wall carries no such rule, and so is never counted here. Places in groups go with the roll.
    """
    for relation in Student._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if field is None or relation.concrete or not getattr(field, "db_constraint", False):
            continue
        model = field.model
        if not issubclass(model, Membership) and model._meta.label not in _derived:
            kept = _words.get(model._meta.label)
            yield model._meta.label, model._meta.db_table, f'"{field.column}" = %s{kept.counts if kept else ""}'
    for kept in _words.values():
        if kept.where:
            yield kept.model._meta.label, kept.model._meta.db_table, kept.where


def _count(tables: Iterable[tuple[str, str, str]], student_id: int) -> list[tuple[str, int]]:
    listed = list(tables)
    statement = " UNION ALL ".join(f'SELECT %s, count(*) FROM "{table}" WHERE {rows}' for _, table, rows in listed)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for label, _, _ in listed for value in (label, student_id)])
        return [(label, number) for label, number in cursor.fetchall() if number]


def _in_words(found: dict[str, int]) -> list[str]:
    ordered = sorted(found.items(), key=lambda item: (item[0] == OTHER, -item[1], item[0]))
    return [f"{number} {words if number == 1 else _plural(words)}" for words, number in ordered]


def _plural(words: str) -> str:
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"
