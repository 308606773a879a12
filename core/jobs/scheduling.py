"""What runs by the clock. Code registers a schedule once; staff may change its times in the browser afterwards."""

from dataclasses import dataclass, field
from datetime import timedelta

from celery.schedules import crontab

from core.jobs.registry import find, names


@dataclass(frozen=True)
class Schedule:
    """A job that rings by the clock, under a name that staff read."""

    name: str
    task: str
    every: timedelta | None = None
    at: crontab | None = None
    ids: dict[str, int] = field(default_factory=dict)
    # Without these nothing else runs, so a restart puts them back as they were.
    vital: bool = False


_schedules: dict[str, Schedule] = {}


def register_schedule(
    name: str,
    task: str,
    *,
    every: timedelta | None = None,
    at: crontab | None = None,
    ids: dict[str, int] | None = None,
    vital: bool = False,
) -> None:
    """Run a job by the clock: each `every`, or by a crontab read in Europe/London."""
    if (every is None) == (at is None):
        raise ValueError(f"The schedule “{name}” needs either `every` or `at`.")
    _schedules[name] = Schedule(name, task, every, at, ids or {}, vital)


def schedules() -> list[Schedule]:
    """Every registered schedule, checked against the jobs there are."""
    names()  # reads every app's tasks, which is where schedules are registered
    for schedule in _schedules.values():
        find(schedule.task).check(schedule.ids)
    return sorted(_schedules.values(), key=lambda schedule: schedule.name)
