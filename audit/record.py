"""Write an audit entry in the transaction of what it records."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from core import clock, naming
from core.actors import SystemActor

_address: ContextVar[str | None] = ContextVar("waymark_address", default=None)


def remember_address(address: str | None) -> None:
    """Note where the present request came from, for the entries that it writes."""
    _address.set(address)


def record(
    by: Any,
    verb: str,
    object_kind: str = "",
    object_id: object = "",
    *,
    details: dict[str, Any] | None = None,
    walled: bool = False,
    refused: bool = False,
) -> None:
    """Record that `by` did `verb` to an object. `details` holds ids, numbers and codes only, never words of a person.

    `walled` entries are about safeguarding and are read by the safeguarding team alone, so nothing is read back here.
    """
    with signed_by(by), connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_record(%s, %s::bigint, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s::inet)",
            [
                clock.now(), *who(by), verb, object_kind, str(object_id), in_json(details), walled, refused, address(),
            ],
        )  # fmt: skip


def record_each(by: Any, verb: str, object_kind: str, details: Mapping[int, dict[str, Any]]) -> None:
    """Record that `by` did the same to many objects, an entry for each by its number, in one statement."""
    with signed_by(by), connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_record(%s, %s::bigint, %s, %s, %s, %s, each.id, each.details::jsonb, false, false, %s::inet)"
            " FROM unnest(%s::text[], %s::text[]) AS each (id, details)",
            [
                clock.now(), *who(by), verb, object_kind, address(), [str(pk) for pk in details],
                [in_json(each) for each in details.values()],
            ],
        )  # fmt: skip


def signed_by(by: Any) -> AbstractContextManager[None]:
    """The name that the database wants to see before it takes an entry of theirs; in their own request it is there already."""
    person, system, _ = who(by)
    return naming.acting(naming.Name(person, system or None, "record"))


def who(by: Any) -> tuple[int | None, str, str]:
    """Who does something, as entries say it: a person's number, or a system actor's name; and the person's roles."""
    if by is None:
        raise ValueError("An audit entry needs somebody: a person or a named system actor.")
    if isinstance(by, SystemActor):
        return None, by.name, ""
    return by.pk, "", str(getattr(by, "roles_in_words", ""))[:200]


def address() -> str | None:
    """Where the present request came from; nothing outside a request."""
    return _address.get()


def in_json(details: dict[str, Any] | None) -> str:
    """The details of an entry as they are stored."""
    return json.dumps(details or {}, default=str)


def record_apart(by: Any, verb: str, object_kind: str = "", object_id: object = "", **more: Any) -> None:
    """Record a refusal in a transaction of its own, after the refused one has been rolled back."""
    with transaction.atomic():
        record(by, verb, object_kind, object_id, refused=True, **more)
