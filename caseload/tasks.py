"""What runs in the background: taking a site into the next year, and watching over home visits."""

from datetime import timedelta

from celery.schedules import crontab

from caseload.actions import rollover
from caseload.actions.protected_people import SYSTEM_TEAM, warn_of_empty_team
from caseload.actions.visit_alerts import SYSTEM_VISITS, watch_visits
from caseload.models import Rollover
from core.jobs import job, register_schedule, register_sweep


@job("caseload.work_on_rollover", model=Rollover)
def work_on_rollover(rollover_id: int) -> None:
    """Carry out or undo the rollover with this number."""
    rollover.work_on_rollover(rollover_id)


@job("caseload.watch_visits", system=SYSTEM_VISITS.name)
def watch_over_visits() -> None:
    """Say each missed check-out of a home visit whose time has come."""
    watch_visits()


@job("caseload.warn_of_empty_team", system=SYSTEM_TEAM.name)
def warn_of_an_empty_team() -> None:
    """Say beforehand from which day nobody is in the safeguarding team."""
    warn_of_empty_team()


register_sweep(Rollover, "caseload.work_on_rollover")
register_schedule("Watch over home visits", "caseload.watch_visits", every=timedelta(minutes=1))
register_schedule(
    "Warn of an empty safeguarding team", "caseload.warn_of_empty_team", at=crontab(hour="6", minute="30")
)
