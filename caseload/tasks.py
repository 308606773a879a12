"""What runs in the background: taking a site into the next year."""

from caseload.actions import rollover
from caseload.models import Rollover
from core.jobs import job, register_sweep


@job("caseload.work_on_rollover", model=Rollover)
def work_on_rollover(rollover_id: int) -> None:
    """Carry out or undo the rollover with this number."""
    rollover.work_on_rollover(rollover_id)


register_sweep(Rollover, "caseload.work_on_rollover")
