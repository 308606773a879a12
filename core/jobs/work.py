"""The row that a job works on: claimed for a while, fenced, and free again when the worker dies.

Leases are timed by the database's own clock, never by `core.clock`, which a demonstration may hold still. When
work began and ended is for people to read, and goes by `core.clock`.
"""

from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import MD5, Cast, Coalesce, Left, Now, Upper

from core import clock

LEASE = timedelta(minutes=5)
WAIT_BEFORE_RINGING_AGAIN = timedelta(seconds=20)

# The row that the job running here claimed last; `@job` fails it when the job ends in an error.
claimed: ContextVar["LeasedWork | None"] = ContextVar("waymark_claimed", default=None)


class LeaseLost(Exception):
    """Somebody else works on this row now, or it was cancelled. Whoever sees this stops at once and saves nothing."""


class WorkState(models.TextChoices):
    """The states of a job's row."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# A short id that a person can read out and that finds the lines in the log.
NEW_REFERENCE = Upper(Left(MD5(Cast(RandomUUID(), models.TextField())), 8))


W = TypeVar("W", bound="LeasedWork")


class WorkQuerySet(models.QuerySet[W]):
    """Rows that jobs work on."""

    def waiting(self) -> Self:
        """Rows whose time has come and that nobody has taken up."""
        return self.filter(state=WorkState.WAITING).filter(Q(not_before=None) | Q(not_before__lte=Now()))

    def abandoned(self) -> Self:
        """Rows whose worker stopped giving signs of life."""
        return self.filter(state=WorkState.RUNNING, lease_until__lt=Now())

    def claimable(self) -> Self:
        """Rows that a worker may take up now."""
        ready = Q(state=WorkState.WAITING) & (Q(not_before=None) | Q(not_before__lte=Now()))
        left_behind = Q(state=WorkState.RUNNING, lease_until__lt=Now())
        return self.filter(ready | left_behind).filter(attempts__lt=F("max_attempts"))

    def sweepable(self) -> Self:
        """Rows to ring for again: waiting longer than the first ring takes, or left behind by a dead worker."""
        return self.claimable().exclude(
            state=WorkState.WAITING,
            not_before=None,
            queued_at__gt=Now() - WAIT_BEFORE_RINGING_AGAIN,
        )

    def claim(self, pk: int, lease: timedelta = LEASE) -> W | None:
        """Take up one row, committed before any work starts. None when it is gone, done, or somebody else's."""
        with transaction.atomic(durable=True):
            taken = (
                self.filter(pk=pk)
                .claimable()
                .update(
                    state=WorkState.RUNNING,
                    fence=F("fence") + 1,
                    attempts=F("attempts") + 1,
                    started_at=Coalesce("started_at", clock.now(), output_field=models.DateTimeField()),
                    heartbeat_at=Now(),
                    lease_until=Now() + lease,
                    error_text="",
                )
            )
            row = self.get(pk=pk) if taken else None
        if row is not None:
            row.lease = lease
            claimed.set(row)
        return row

    def give_up(self) -> int:
        """Fail the rows whose workers died too often, so that they stand on a list rather than ring for ever."""
        return (
            self.abandoned()
            .filter(attempts__gte=F("max_attempts"))
            .update(
                state=WorkState.FAILED,
                finished_at=clock.now(),
                lease_until=None,
                error_text="The worker stopped in the middle each time. It was not tried again.",
            )
        )

    def after_dead_workers(self) -> int:
        """What the sweep does before it rings again. Gives the number of rows it changed."""
        return self.give_up()


class LeasedWork(models.Model):
    """A job's own row: what is asked, who works on it until when, how far it has got, how it ended."""

    state = models.CharField(max_length=16, choices=WorkState.choices, default=WorkState.WAITING)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    not_before = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    max_attempts = models.PositiveIntegerField(default=5)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    error_text = models.TextField(blank=True)
    reference = models.CharField(max_length=12, db_default=NEW_REFERENCE, editable=False)

    objects = WorkQuerySet.as_manager()
    DONE: str = WorkState.DONE
    lease: timedelta = LEASE

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["state", "queued_at"],
                name="%(class)s_queue",
                condition=Q(state__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}".capitalize()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to this row by itself."""
        return self.state not in {WorkState.WAITING, WorkState.RUNNING}

    @property
    def queued_when(self) -> datetime:
        """When it was queued, for people to read: by the one clock, not the database's."""
        return clock.told(self.queued_at)

    def heartbeat(self, done: int | None = None, total: int | None = None) -> None:
        """Say that the work goes on, and how far it has got. Raises LeaseLost when the row is somebody else's by now."""
        with transaction.atomic(durable=True):
            self.save_held(
                heartbeat_at=Now(),
                lease_until=Now() + self.lease,
                **({} if done is None else {"done_count": done}),
                **({} if total is None else {"total_count": total}),
            )

    def finish(self, **values: Any) -> None:
        """Mark the work as done and save the named results with it.

        Called inside the transaction that saves the work, it makes both one: a worker that lost its lease saves nothing.
        """
        self.save_held(
            state=self.DONE,
            finished_at=clock.now(),
            lease_until=None,
            error_text="",
            **values,
        )

    def fail(self, reason: str, retry: bool = False, after: timedelta | None = None) -> None:
        """Mark the work as failed in words for a person; with `retry` it waits for another try while any is left."""
        if retry and self.attempts < self.max_attempts:
            pause = after if after is not None else min(timedelta(seconds=15 * 2**self.attempts), timedelta(hours=1))
            self.save_held(
                state=WorkState.WAITING,
                error_text=reason,
                lease_until=None,
                not_before=Now() + pause,
            )
        else:
            self.save_held(
                state=WorkState.FAILED,
                error_text=reason,
                lease_until=None,
                finished_at=clock.now(),
            )

    def cancel(self) -> bool:
        """Stop the work, waiting or running; a running worker notices at its next heartbeat. False when it was over."""
        changed = (
            self._rows()
            .filter(state__in=[WorkState.WAITING, WorkState.RUNNING])
            .update(
                state=WorkState.CANCELLED,
                finished_at=clock.now(),
                lease_until=None,
                fence=F("fence") + 1,
            )
        )
        self.refresh_from_db(fields=["state", "finished_at", "lease_until", "fence"])
        return bool(changed)

    def start_again(self) -> bool:
        """Put work that failed or was cancelled back into the queue, by hand. The caller rings."""
        changed = (
            self._rows()
            .filter(state__in=[WorkState.FAILED, WorkState.CANCELLED])
            .update(
                state=WorkState.WAITING,
                attempts=0,
                finished_at=None,
                not_before=None,
                queued_at=Now(),
                error_text="",
            )
        )
        self.refresh_from_db()
        return bool(changed)

    def _rows(self) -> models.QuerySet[Any]:
        return type(self)._base_manager.filter(pk=self.pk)

    def _held(self) -> Q:
        """What must still be true for this worker to write."""
        return Q(state=WorkState.RUNNING, fence=self.fence)

    def save_held(self, **values: Any) -> None:
        """Save named fields only while this worker still holds the row; otherwise LeaseLost."""
        if not self._rows().filter(self._held()).update(**values):
            raise LeaseLost(f"{self} {self.reference} is somebody else's now")
        plain = {name: value for name, value in values.items() if not hasattr(value, "resolve_expression")}
        for name, value in plain.items():
            setattr(self, name, value)
        computed = [name for name in values if name not in plain]
        if computed:
            self.refresh_from_db(fields=computed)
