"""The sweep: rings again for rows that wait or whose worker died, so that a lost message loses nothing."""

import logging
from typing import Any

from django.db import DatabaseError, transaction

from core.jobs.bell import BellBroken, waiting_in
from core.jobs.registry import find, names, ring
from core.jobs.work import LeasedWork, WorkQuerySet

log = logging.getLogger("waymark.jobs")
AT_ONCE = 500  # rows rung for in one sweep, per model
FULL = 1000  # a queue this long has bells enough; ringing more would only make it longer
_swept: dict[type[LeasedWork], str] = {}


def register_sweep(model: type[LeasedWork], job_name: str) -> None:
    """Let the sweep ring `job_name`, which takes one row's id, for this model's rows."""
    _swept[model] = job_name


def sweep() -> dict[str, int]:
    """Settle what dead workers left behind and ring again for what waits. Gives the rings by job."""
    names()  # reads every app's tasks, which is where work to sweep is registered
    rung: dict[str, int] = {}
    for model, job_name in _swept.items():
        try:
            with transaction.atomic():
                settled = model._default_manager.all().after_dead_workers()
            if settled:
                log.error("sweep: %s rows of %s were left behind by workers that stopped", settled, model.__name__)
            rung[job_name] = _ring_again(model, job_name)
        except DatabaseError:
            # One kind of work that can't be swept must not hold up the others.
            log.exception("sweep: %s could not be swept", model.__name__)
    return rung


def _ring_again(model: type[LeasedWork], job_name: str) -> int:
    found = find(job_name)
    (argument,) = found.parameters.parameters
    rows: WorkQuerySet[Any] = model._default_manager.all()
    ids = list(rows.sweepable().order_by("queued_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    try:
        if waiting_in(found.queue) >= FULL:
            log.warning("sweep: %s waits behind a queue of over %s", job_name, FULL)
            return 0
    except BellBroken as problem:
        log.warning("sweep: the broker is away (%s)", problem)
        return 0
    return sum(ring(found, {argument: pk}) for pk in ids)
