"""What runs by the clock, and after marks came in."""

from celery.schedules import crontab

from attendance.actions import raising
from core.jobs import job, register_schedule


@job("attendance.raise_alerts", system=raising.SYSTEM_ALERTS.name)
def raise_alerts() -> None:
    """Bring the alerts up to date, after an import or when a rule is switched on."""
    raising.raise_alerts()


@job("attendance.alerts_this_morning", system=raising.SYSTEM_ALERTS.name)
def alerts_this_morning() -> None:
    """Raise the alerts of a school-day morning, and tell heads of year what nobody has acted on."""
    raising.raise_alerts_this_morning()


register_schedule(
    "Raise attendance alerts", "attendance.alerts_this_morning", at=crontab(hour="7", minute="15", day_of_week="1-5")
)
