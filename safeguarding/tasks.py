"""What runs by the clock behind the wall, each as a named system actor with just what it needs."""

from datetime import timedelta

from celery.schedules import crontab

from core.jobs import job, register_schedule
from safeguarding.actions.escalating import SYSTEM_ESCALATION, remind_of_adults, remind_of_unacknowledged
from safeguarding.actions.raising import SYSTEM_DRAFTS, remove_old_drafts


@job("safeguarding.remind", queue="default", system=SYSTEM_ESCALATION.name)
def remind() -> None:
    """Remind the team, then the head and the chair, of concerns that nobody has acknowledged, and the head of those about adults."""
    remind_of_unacknowledged()
    remind_of_adults()


@job("safeguarding.remove_drafts", queue="default", system=SYSTEM_DRAFTS.name)
def remove_drafts() -> None:
    """Remove unfinished concerns that nobody touched for a month."""
    remove_old_drafts()


register_schedule("Remind the safeguarding team", "safeguarding.remind", every=timedelta(minutes=1))
register_schedule("Remove old drafts of concerns", "safeguarding.remove_drafts", at=crontab(hour="3", minute="40"))
