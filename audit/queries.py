"""What the page of the audit record reads."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import QuerySet

from audit.models import Entry
from core import clock

SHOWN = 100


@dataclass(frozen=True)
class Asked:
    """What somebody looks for in the record."""

    actor_id: int | None = None
    system: str = ""
    verb: str = ""
    object_kind: str = ""
    object_id: str = ""
    start: date | None = None
    end: date | None = None
    refused: bool = False


def entries(asked: Asked) -> QuerySet[Entry]:
    """Entries outside the safeguarding wall that fit, newest first. The database holds the others back as well."""
    exact = {"actor_id": asked.actor_id, "system": asked.system, "verb": asked.verb}
    exact |= {"object_kind": asked.object_kind, "object_id": asked.object_id, "refused": asked.refused}
    rows = Entry.objects.filter(walled=False, **{name: value for name, value in exact.items() if value})
    if asked.start:
        rows = rows.filter(at__gte=clock.at(asked.start, 0))
    if asked.end:
        rows = rows.filter(at__lt=clock.at(asked.end + timedelta(days=1), 0))
    return rows.order_by("-id")


def page_before(asked: Asked, before: int | None) -> tuple[list[Entry], int | None]:
    """One page of the record and where the next begins; a page deep in the past costs what the first does."""
    rows = entries(asked)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SHOWN + 1])
    return found[:SHOWN], found[SHOWN - 1].pk if len(found) > SHOWN else None


_VERBS = """
WITH RECURSIVE used AS (
    (SELECT verb FROM audit_entry WHERE NOT walled ORDER BY verb LIMIT 1)
    UNION ALL
    SELECT (SELECT e.verb FROM audit_entry e WHERE e.verb > used.verb AND NOT e.walled ORDER BY e.verb LIMIT 1)
    FROM used WHERE used.verb IS NOT NULL
)
SELECT verb FROM used WHERE verb IS NOT NULL
"""


def verbs_used() -> list[str]:
    """Every verb that stands in the record, read by jumping through its index from one to the next."""
    with connection.cursor() as cursor:
        cursor.execute(_VERBS)
        return [verb for (verb,) in cursor.fetchall()]
