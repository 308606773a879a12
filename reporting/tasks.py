"""What runs in the background: building reports, starting what is due, deleting what has expired."""

from datetime import timedelta

from celery.schedules import crontab

from core.jobs import job, register_schedule, register_sweep
from reporting.actions import runs, schedules
from reporting.models import ReportRun


@job("reporting.build_report", queue="pdf", model=ReportRun)
def build_report(report_id: int) -> None:
    """Build the report with this number."""
    runs.build_report(report_id)


@job("reporting.start_due")
def start_due() -> None:
    """Ask for the reports whose schedules have fallen due."""
    schedules.start_due()


@job("reporting.expire_reports")
def expire_reports() -> None:
    """Delete the files of reports whose time is over."""
    runs.expire_reports()


register_sweep(ReportRun, "reporting.build_report")
register_schedule("Start reports that are due", "reporting.start_due", every=timedelta(minutes=1))
register_schedule("Delete old reports", "reporting.expire_reports", at=crontab(hour="3", minute="25"))
