"""What runs by the clock is in beat's own table, and staff's times stay."""

from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.core.management import call_command
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from core.jobs import register_schedule, run_now, schedules
from core.models import Beat

pytestmark = pytest.mark.usefixtures("db")


def test_the_vital_schedules_are_there_and_nothing_changes_the_second_time() -> None:
    call_command("sync_schedules")
    before = list(PeriodicTask.objects.order_by("pk").values())
    call_command("sync_schedules")
    assert list(PeriodicTask.objects.order_by("pk").values()) == before
    sweep = PeriodicTask.objects.get(task="core.sweep")
    assert (sweep.interval.every, sweep.interval.period, sweep.expire_seconds) == (1, "minutes", 60)
    purge = PeriodicTask.objects.get(task="core.purge_files")
    assert (purge.crontab.hour, str(purge.crontab.timezone)) == ("3", "Europe/London")
    assert PeriodicTask.objects.count() == len(schedules())


def test_times_that_staff_changed_stay_but_the_vital_ones_come_back() -> None:
    call_command("sync_schedules")
    half_past_four = CrontabSchedule.objects.create(hour="4", minute="30", timezone="Europe/London")
    PeriodicTask.objects.filter(task="core.purge_files").update(crontab=half_past_four, enabled=False)
    hourly = IntervalSchedule.objects.create(every=1, period="hours")
    PeriodicTask.objects.filter(task="core.sweep").update(interval=hourly, enabled=False)
    call_command("sync_schedules")
    purge, sweep = PeriodicTask.objects.get(task="core.purge_files"), PeriodicTask.objects.get(task="core.sweep")
    assert (purge.crontab_id, purge.enabled) == (half_past_four.pk, False)
    assert (sweep.interval.period, sweep.enabled) == ("minutes", True)


def test_a_schedule_whose_job_is_gone_is_switched_off() -> None:
    minute = IntervalSchedule.objects.create(every=1, period="minutes")
    PeriodicTask.objects.create(name="Old", task="core.gone", interval=minute)
    call_command("sync_schedules")
    assert PeriodicTask.objects.get(name="Old").enabled is False


def test_a_schedule_needs_a_time_and_a_job_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    schedules()  # reads every app once for this process; what it registers must not go into the dictionary below
    monkeypatch.setattr("core.jobs.scheduling._schedules", {})
    with pytest.raises(ValueError, match="either"):
        register_schedule("Both", "core.sweep", every=timedelta(minutes=1), at=crontab())
    register_schedule("Wrong", "core.sweeep", every=timedelta(minutes=1))
    with pytest.raises(LookupError, match="no job called"):
        schedules()


def test_the_beat_leaves_a_sign_of_life() -> None:
    run_now("core.beat")
    run_now("core.beat")
    assert list(Beat.objects.values_list("name", flat=True)) == ["beat"]
