"""Names for jobs: `@job` registers one, `after_commit` rings for it when the data is really saved."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from celery import current_app, shared_task
from django.db import transaction
from django.db.models import Model

from core import naming
from core.jobs.bell import BellBroken, send
from core.jobs.work import LeasedWork, LeaseLost, claimed

log = logging.getLogger("waymark.jobs")
_jobs: dict[str, "Job"] = {}
_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
# Times, in seconds, after which a job that hangs is told to stop, and is stopped. Long jobs name their own.
SOFT_LIMIT, HARD_LIMIT = 1800, 1860


class OutsideFault(Exception):
    """Something outside Waymark was not there just now, such as a busy mail server; the job is tried again later."""


@dataclass(frozen=True)
class Job:
    """A job by name: the function, the queue it waits in, whose name it works under."""

    name: str
    function: Callable[..., Any]
    queue: str = "default"
    model: type[LeasedWork] | None = None
    person: str | None = None
    system: str | None = None
    retry_for: tuple[type[BaseException], ...] = (OutsideFault,)
    parameters: inspect.Signature = field(default_factory=inspect.Signature)

    def check(self, ids: dict[str, Any]) -> None:
        """Refuse anything that isn't the job's own ids: jobs take numbers, so that nobody's data waits in the broker."""
        try:
            self.parameters.bind(**ids)
        except TypeError as problem:
            raise LookupError(f"The job {self.name} can't be rung for with {sorted(ids)}: {problem}.") from None
        for name, value in ids.items():
            if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
                raise LookupError(f"The job {self.name} takes numbers; {name} is {type(value).__name__}.")

    def run(self, **ids: int) -> Any:
        """Do the job here and now, under its name, and settle its row if it ends in an error."""
        self.check(ids)
        marker = claimed.set(None)
        try:
            with self._name(ids):
                return self.function(**ids)
        except LeaseLost as lost:
            log.info("job %s %s stopped: %s", self.name, ids, lost)
        except Exception as problem:  # noqa: BLE001  (whatever went wrong, the row must say so)
            self._settle(problem, ids)
        finally:
            claimed.reset(marker)
        return None

    @contextmanager
    def _name(self, ids: dict[str, int]) -> Iterator[None]:
        # A job with a row of its own must commit as it goes (claim, heartbeat, finish), so it opens the
        # name itself for each step; any other job is one transaction.
        if self.model is not None:
            yield
        elif self.person:
            with naming.named(ids[self.person], purpose=self.name):
                yield
        else:
            with naming.named_system(self.system or self.name, purpose="job"):
                yield

    def _settle(self, problem: Exception, ids: dict[str, int]) -> None:
        row = claimed.get()
        if row is None:
            log.error("job %s %s failed", self.name, ids, exc_info=problem)
            raise problem
        retry = isinstance(problem, self.retry_for)
        log.log(
            logging.WARNING if retry else logging.ERROR,
            "job %s %s failed, reference %s",
            self.name,
            ids,
            row.reference,
            exc_info=None if retry else problem,
        )
        reason = (
            str(problem) if retry else f"Something went wrong while this was being made. Reference {row.reference}."
        )
        try:
            row.fail(reason, retry=retry)
        except LeaseLost:
            log.info("job %s %s was somebody else's by then", self.name, ids)


def job(
    name: str,
    *,
    queue: str = "default",
    model: type[Model] | None = None,
    person: str | None = None,
    system: str | None = None,
    retry_for: tuple[type[BaseException], ...] = (OutsideFault,),
    time_limit: int | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a job: `@job("reporting.build_report", queue="pdf", model=ReportRun)`.

    Without `model` the whole job is one transaction in the name of the system actor called like the job (or `system`),
    or of the person whose id the argument named by `person` carries. With `model` (a LeasedWork) the job claims its row, opens
    `naming.named…` for each step, and is failed with a reference when it ends in an error.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"“{name}” is no name for a job: write app.what_it_does.")
    if model is not None and not issubclass(model, LeasedWork):
        raise TypeError(f"{model.__name__} is no LeasedWork.")

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        known = _jobs.get(name)
        if known and (known.function.__module__, known.function.__qualname__) != (
            function.__module__,
            function.__qualname__,
        ):
            raise ValueError(f"There are two jobs called {name}.")
        made = Job(
            name,
            function,
            queue,
            model,
            person,
            system,
            retry_for,
            inspect.signature(function),
        )
        _jobs[name] = made

        def task(**ids: int) -> None:
            made.run(**ids)

        task.__doc__ = function.__doc__
        limit = time_limit or HARD_LIMIT
        shared_task(
            name=name,
            acks_late=True,
            reject_on_worker_lost=True,
            ignore_result=True,
            soft_time_limit=max(limit - 60, 1) if time_limit else SOFT_LIMIT,
            time_limit=limit,
        )(task)
        return function

    return register


def find(name: str) -> Job:
    """The job of this name; a wrong name is a LookupError at once."""
    if name not in _jobs:
        _read_every_app()
    try:
        return _jobs[name]
    except KeyError:
        raise LookupError(f"There is no job called “{name}”. There are: {', '.join(sorted(_jobs))}.") from None


def route(name: str, *args: Any, **more: Any) -> dict[str, str] | None:
    """The queue that Celery puts a job in: the one its decorator names."""
    known = _jobs.get(name)
    return {"queue": known.queue} if known else None


def names() -> list[str]:
    """Every registered job."""
    _read_every_app()
    return sorted(_jobs)


@cache
def _read_every_app() -> None:
    # Once for a process: Celery sets Django up again each time, with all its checks and a new set of log handlers.
    current_app.loader.import_default_modules()


def after_commit(name: str, **ids: int) -> None:
    """Ring for a job once the present transaction is really saved. A wrong name or argument fails at once."""
    found = find(name)
    found.check(ids)
    transaction.on_commit(lambda: ring(found, ids), robust=True)


def ring(found: Job, ids: dict[str, int]) -> bool:
    """Ring for a job now. A broker that is away costs a moment and loses nothing: the sweep rings again."""
    try:
        send(found.name, ids, found.queue)
    except BellBroken as problem:
        log.warning("could not ring for %s %s (%s); the sweep will", found.name, ids, problem)
        return False
    return True


def run_now(name: str, **ids: int) -> Any:
    """Do a job here, without broker or worker: for commands and for tests."""
    return find(name).run(**ids)
