"""Sealing: a chain of keyed fingerprints over the entries, so that whoever changes the table can be found out.

Entries are written unchained, in the transaction of what they record, because a chain in there would make every
register of the morning wait for one lock. A job seals them afterwards in the order in which it finds them committed:
each seal covers one entry and the seal before it. The key lies outside the database.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from audit import heads
from core import clock
from core.private.keys import keyring

log = logging.getLogger("waymark.audit")

RING = "audit"
LOCK = 0x617564  # one sealing at a time, for the length of its transaction
AT_ONCE = 5000
# The job of each minute looks back this many entries for one that was committed late; the night's job looks at all.
LOOK_BACK = 100_000
START = bytes(32)

_COLUMNS = """e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.system, e.role_at_time, e.verb,
    e.object_kind, e.object_id, e.details::text, e.walled, e.refused, host(e.address)"""


@dataclass(frozen=True)
class Head:
    """The newest seal: where the chain stands."""

    position: int
    mac: bytes


def message_of(position: int, sealed_at: datetime, before: bytes, entry: tuple[Any, ...]) -> bytes:
    """The bytes that a seal covers: every field of the entry with its length, the place in the chain, the seal before."""
    moment = int(sealed_at.timestamp()) * 1_000_000 + sealed_at.microsecond
    fields = ["" if value is None else f"={value}" for value in (position, moment, before.hex(), *entry)]
    return "".join(f"{len(field.encode())}:{field}" for field in fields).encode()


def seal(everything: bool = False) -> int:
    """Seal what is committed and unsealed, oldest first; says how many entries that were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # A statement of its own after the lock, so that it sees what the sealing before it committed.
        head = _head(cursor)
        since = 0 if everything else _newest(cursor) - LOOK_BACK
        sealed = 0
        while entries := _unsealed(cursor, since):
            head = _seal_these(cursor, entries, head)
            sealed += len(entries)
    if sealed:
        log.info("audit head %s %s", head.position, head.mac.hex())
        # A head that is noted must be in the chain for good. Without a place to write it the record goes on being sealed.
        transaction.on_commit(lambda: heads.note(head.position, head.mac), robust=True)
    return sealed


def head_now() -> Head:
    """The newest seal."""
    with connection.cursor() as cursor:
        return _head(cursor)


def _head(cursor: Any) -> Head:
    cursor.execute("SELECT position, mac FROM audit_seal ORDER BY position DESC LIMIT 1")
    row = cursor.fetchone()
    return Head(row[0], bytes(row[1])) if row else Head(0, START)


def _newest(cursor: Any) -> int:
    cursor.execute("SELECT coalesce(max(entry_id), 0) FROM audit_seal")
    return int(cursor.fetchone()[0])


def _unsealed(cursor: Any, since: int) -> list[tuple[Any, ...]]:
    cursor.execute(
        f"SELECT {_COLUMNS} FROM audit_entry e WHERE e.id > %s"
        " AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT %s",
        [since, AT_ONCE],
    )
    return list(cursor.fetchall())


def _seal_these(cursor: Any, entries: list[tuple[Any, ...]], head: Head) -> Head:
    ring, moment = keyring(RING), clock.now()
    key_id, mac, macs = ring.current.id, head.mac, []
    for position, entry in enumerate(entries, head.position + 1):
        mac = ring.mac(message_of(position, moment, mac, entry), key_id)
        macs.append(mac)
    cursor.execute(
        "INSERT INTO audit_seal (position, entry_id, mac, key_id, sealed_at)"
        " SELECT %s + u.place, u.entry_id, u.mac, %s, %s"
        " FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS u (entry_id, mac, place)",
        [head.position, key_id, moment, [entry[0] for entry in entries], macs],
    )
    return Head(head.position + len(entries), mac)


def sealed_rows(batch: int = AT_ONCE) -> Iterator[tuple[Any, ...]]:
    """Every seal in order with its entry beside it: position, entry id, mac, key id, when, then the entry's fields."""
    after = -(2**62)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.position, s.entry_id, s.mac, s.key_id, s.sealed_at, {_COLUMNS}"
                " FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id"
                " WHERE s.position > %s ORDER BY s.position LIMIT %s",
                [after, batch],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        after = rows[-1][0]


def tail() -> tuple[int, datetime | None]:
    """How many entries wait for their seal, and since when the oldest of them does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(at) FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)"
        )
        count, oldest = cursor.fetchone()
    return int(count), oldest
