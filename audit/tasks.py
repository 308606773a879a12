"""Jobs that seal the record."""

from datetime import timedelta

from celery.schedules import crontab

from audit import seals
from core.jobs import job, register_schedule


@job("audit.seal", system="audit")
def seal() -> None:
    """Seal what was recorded since the last time."""
    seals.seal()


@job("audit.seal_all", system="audit")
def seal_all() -> None:
    """Seal everything that has no seal yet, however long ago it was written."""
    seals.seal(everything=True)


register_schedule("Seal the audit record", "audit.seal", every=timedelta(minutes=1), vital=True)
register_schedule("Seal late audit entries", "audit.seal_all", at=crontab(hour="2", minute="20"))
