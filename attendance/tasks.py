"""What runs by the clock, and after marks came in."""

from datetime import timedelta

from celery.schedules import crontab

from attendance.actions import alert_previews, evacuation, feeds, raising, reminders
from attendance.models import RulePreview
from core import clock
from core.jobs import after_commit, job, register_schedule, register_sweep


@job("attendance.raise_alerts", system=raising.SYSTEM_ALERTS.name)
def raise_alerts() -> None:
    """Bring the alerts up to date, after an import or when a rule is switched on."""
    raising.raise_alerts()


@job(alert_previews.WORK, model=RulePreview)
def work_out_preview(preview_id: int) -> None:
    """Work out what a rule would have raised last term."""
    alert_previews.work_out_preview(preview_id)


register_sweep(RulePreview, alert_previews.WORK)


@job("attendance.alerts_this_morning", system=raising.SYSTEM_ALERTS.name)
def alerts_this_morning() -> None:
    """Raise the alerts of a school-day morning, and tell heads of year what nobody has acted on."""
    raising.raise_alerts_this_morning()


@job("attendance.keep_evacuation_ready", system=evacuation.SYSTEM_EVACUATION.name)
def keep_evacuation_ready() -> None:
    """Ring for the evacuation list of every site that is open now."""
    for site_id in evacuation.sites_in_session(clock.now()):
        after_commit("attendance.evacuation_copy", site_id=site_id)


@job("attendance.evacuation_copy", queue="pdf", system=evacuation.SYSTEM_EVACUATION.name)
def evacuation_copy(site_id: int) -> None:
    """Make the PDF of one site's evacuation list, if it says something new."""
    evacuation.make_evacuation_copy(site_id)


@job("attendance.remind_of_registers", system=reminders.SYSTEM_REMINDERS.name)
def remind_of_registers() -> None:
    """Remind whoever takes them of today's registers that were not taken in time."""
    reminders.remind_of_missing()


@job("attendance.watch_feeds", system=feeds.SYSTEM_FEEDS.name)
def watch_feeds() -> None:
    """Tell data managers, once a day, of a site whose marks no longer come in from the MIS."""
    feeds.tell_of_stale_feeds()


IN_SCHOOL_TIME = {"hour": "7-20", "day_of_week": "1-5"}
register_schedule(
    "Remind of missing registers", "attendance.remind_of_registers", at=crontab(minute="*/5", **IN_SCHOOL_TIME)
)
register_schedule("Watch marks from the MIS", "attendance.watch_feeds", at=crontab(minute="*/10", **IN_SCHOOL_TIME))
register_schedule("Keep evacuation lists ready", "attendance.keep_evacuation_ready", every=timedelta(minutes=5))
register_schedule(
    "Raise attendance alerts", "attendance.alerts_this_morning", at=crontab(hour="7", minute="15", day_of_week="1-5")
)
