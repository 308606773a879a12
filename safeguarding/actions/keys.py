"""Seal everything anew with the newest key, so that an old one can be taken away."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from audit import record
from core.actors import SystemActor
from core.private.keys import keyring
from safeguarding import choices
from safeguarding.models import (
    Action,
    AdultConcern,
    AdultEntry,
    Concern,
    ConcernCase,
    Draft,
    Entry,
    Exclusion,
    Glass,
    Moved,
    Share,
)
from safeguarding.models.base import seal, unseal

SYSTEM_KEYS = SystemActor("safeguarding-keys", "seals safeguarding words anew with the newest key")
SEALED_COLUMNS: tuple[tuple[type[Model], str, str], ...] = (
    *(
        (model, "sealed", "key_id")
        for model in (
            Concern,
            ConcernCase,
            Entry,
            Action,
            Share,
            Exclusion,
            Draft,
            AdultConcern,
            AdultEntry,
            Glass,
            Moved,
        )
    ),
    (Action, "outcome_sealed", "outcome_key_id"),
)
AT_ONCE = 200


def seal_anew(name: Callable[[], Any], by: SystemActor = SYSTEM_KEYS) -> int:
    """Open and seal again what was sealed with an older key, some rows in each transaction. Gives the number of rows.

    `name` opens the transaction in which the database knows this system actor. Run again, it goes on where it stopped.
    """
    newest = keyring("safeguarding").current.id
    total = 0
    for model, column, key_column in SEALED_COLUMNS:
        while True:
            with name():
                changed = _some(model, column, key_column, newest)
                if changed:
                    details = {"table": model._meta.db_table, "rows": changed}
                    record.record(by, choices.KEYS_ROTATED, details=details, walled=True)
            total += changed
            if changed < AT_ONCE:
                break
    return total


@transaction.atomic
def _some(model: type[Model], column: str, key_column: str, newest: str) -> int:
    """One batch of one column; what somebody changes meanwhile is sealed with the newest key by them."""
    rows: QuerySet[Any] = model._default_manager.exclude(**{key_column: newest}).exclude(**{column: None})
    batch: Iterable[tuple[Any, str, bytes]] = rows.exclude(**{key_column: ""}).values_list("pk", key_column, column)[
        :AT_ONCE
    ]
    table = model._meta.db_table
    changed = 0
    for row_id, key_id, blob in batch:
        new_id, sealed = seal(table, row_id, column, unseal(table, row_id, column, key_id, blob))
        held = model._default_manager.filter(pk=row_id, **{key_column: key_id})
        changed += held.update(**{column: sealed, key_column: new_id})
    return changed
