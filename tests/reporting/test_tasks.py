"""The jobs go by the names that rows and schedules in the database know them by."""

from core.jobs.registry import find, names
from core.jobs.scheduling import schedules
from reporting.models import ReportRun


def test_the_jobs_by_name_and_queue() -> None:
    ours = [name for name in names() if name.startswith("reporting.")]
    assert ours == ["reporting.build_report", "reporting.expire_reports", "reporting.start_due"]
    build = find("reporting.build_report")
    assert (build.queue, build.model) == ("pdf", ReportRun)


def test_the_clock_starts_two_of_them() -> None:
    ours = {schedule.task for schedule in schedules() if schedule.task.startswith("reporting.")}
    assert ours == {"reporting.start_due", "reporting.expire_reports"}
