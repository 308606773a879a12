"""Jobs: the row is the queue and says what happened; Celery only rings the bell.

`@job` gives a function a name, `after_commit` rings for it once the data is really saved, `LeasedWork` is the row that
a job claims, and the sweep rings again for rows that nobody works on. See core/README.md for an example.
"""

from core.jobs.registry import Job, OutsideFault, after_commit, find, job, ring, run_now
from core.jobs.scheduling import register_schedule, schedules
from core.jobs.sweeping import register_sweep, sweep
from core.jobs.work import LeasedWork, LeaseLost, WorkQuerySet, WorkState

__all__ = [
    "Job",
    "LeaseLost",
    "LeasedWork",
    "OutsideFault",
    "WorkQuerySet",
    "WorkState",
    "after_commit",
    "find",
    "job",
    "register_schedule",
    "register_sweep",
    "ring",
    "run_now",
    "schedules",
    "sweep",
]
