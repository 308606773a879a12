"""Write an audit entry in the transaction of what it records."""

import json
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from core import clock
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
    if by is None:
        raise ValueError("An audit entry needs somebody: a person or a named system actor.")
    is_system = isinstance(by, SystemActor)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, actor_id, system, role_at_time, verb, object_kind, object_id, details,"
            " walled, refused, address) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            [
                clock.now(),
                None if is_system else by.pk,
                by.name if is_system else "",
                "" if is_system else getattr(by, "roles_in_words", "")[:200],
                verb,
                object_kind,
                str(object_id),
                json.dumps(details or {}, default=str),
                walled,
                refused,
                _address.get(),
            ],
        )


def record_apart(by: Any, verb: str, object_kind: str = "", object_id: object = "", **more: Any) -> None:
    """Record a refusal in a transaction of its own, after the refused one has been rolled back."""
    with transaction.atomic():
        record(by, verb, object_kind, object_id, refused=True, **more)
