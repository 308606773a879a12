"""Statements that are written out, because a page asks them often: making one of Django's costs more than the answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def read_rows(statement: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """What the statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
