import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from core.jobs import schedules
from core.jobs.registry import names
from core.jobs.scheduling import Schedule


class Command(BaseCommand):
    """Put the schedules that the code registers into the table that beat reads; times that staff changed stay."""

    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        registered = schedules()
        made = sum(_ensure(schedule) for schedule in registered)
        orphans = PeriodicTask.objects.filter(enabled=True).exclude(task__in=[*names(), "celery.backend_cleanup"])
        for orphan in orphans:
            orphan.enabled = False
            orphan.save(update_fields=["enabled"])
        self.stdout.write(f"{len(registered)} schedules, {made} of them new.")


def _ensure(schedule: Schedule) -> bool:
    when = _when(schedule)
    values = when | {
        "task": schedule.task,
        "kwargs": json.dumps(schedule.ids),
        "enabled": True,
    }
    if schedule.every is not None:
        # Rings that nobody heard for a whole interval are worth nothing; don't let them pile up.
        values["expire_seconds"] = int(schedule.every.total_seconds())
    row, made = PeriodicTask.objects.get_or_create(name=schedule.name, defaults=values)
    if made:
        return True
    if row.task != schedule.task or (schedule.vital and any(getattr(row, name) != values[name] for name in values)):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return False


def _when(schedule: Schedule) -> dict[str, Any]:
    """The row of beat's own tables that says when."""
    if schedule.at is not None:
        return {"crontab": _crontab(schedule), "interval": None}
    assert schedule.every is not None  # register_schedule takes one of the two
    seconds = int(schedule.every.total_seconds())
    period, size = next(
        (period, size)
        for period, size in (
            ("days", 86400),
            ("hours", 3600),
            ("minutes", 60),
            ("seconds", 1),
        )
        if seconds % size == 0
    )
    found = _one_of(IntervalSchedule, every=seconds // size, period=period)
    return {"interval": found, "crontab": None}


def _crontab(schedule: Schedule) -> CrontabSchedule:
    at = schedule.at
    assert at is not None  # asked by _when
    found: CrontabSchedule = _one_of(
        CrontabSchedule,
        minute=str(at._orig_minute),
        hour=str(at._orig_hour),
        day_of_week=str(at._orig_day_of_week),
        day_of_month=str(at._orig_day_of_month),
        month_of_year=str(at._orig_month_of_year),
        timezone="Europe/London",
    )
    return found


def _one_of(kind: Any, **values: Any) -> Any:
    """A row with these values; staff may have made several that are alike in the browser."""
    return kind.objects.filter(**values).order_by("pk").first() or kind.objects.create(**values)
