"""Schedules: when they fall due, once each, in their owner's name; and two people saving the same one."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from caseload.models import Closure, CollegeGrant
from core import clock
from core.jobs import run_now
from reporting.actions.schedules import ChangedMeanwhile, due_date, next_due, save_schedule, start_due, stop_schedule
from reporting.models import ReportRun, Subscription
from tests.college import College
from tests.setting_up import setting_up


def at(month: int, day: int, hour: int = 7, year: int = 2026) -> datetime:
    return clock.at(date(year, month, day), hour)


@pytest.fixture
def weekly(college: College) -> Subscription:
    """Mr Novák's, each Friday at half past six about Year 10, to Mr Lind."""
    schedule = Subscription(
        name="Year 10 each week",
        year_group=college.years[10],
        frequency="week",
        weekday=4,
        at=time(6, 30),
        starts_on=date(2026, 9, 1),
    )
    return save_schedule(college.novak, schedule, recipients=[college.lind], version=None)


def test_a_week(weekly: Subscription) -> None:
    assert due_date(weekly, at(11, 20)) == date(2026, 11, 20)
    assert due_date(weekly, at(11, 20, 6)) is None or due_date(weekly, at(11, 20, 6)) == date(2026, 11, 13)
    assert due_date(weekly, at(11, 23)) == date(2026, 11, 20)
    assert next_due(weekly, at(11, 20)) == date(2026, 11, 27)
    assert next_due(weekly, at(11, 20, 6)) == date(2026, 11, 20)


def test_a_month_begins_on_its_first_school_day(weekly: Subscription) -> None:
    weekly.frequency = "month"
    # November 2026 begins on a Sunday, June 2027 in half-term.
    assert due_date(weekly, at(11, 1)) is None
    assert due_date(weekly, at(11, 2)) == date(2026, 11, 2)
    assert due_date(weekly, at(11, 5)) == date(2026, 11, 2)
    assert due_date(weekly, at(11, 20)) is None
    assert next_due(weekly, at(11, 20)) == date(2026, 12, 1)
    assert due_date(weekly, at(6, 4, year=2027)) is None
    assert due_date(weekly, at(6, 7, year=2027)) == date(2027, 6, 7)


def test_a_week_whose_day_is_closed_has_its_report_on_another_school_day_and_the_holidays_have_none(
    college: College, weekly: Subscription
) -> None:
    # Friday 27 November is an INSET day: the last school day before it. Monday 3 May is a bank holiday: the day after it.
    Closure.objects.create(
        kind="inset", name="INSET", site=None, starts_on=date(2026, 11, 27), ends_on=date(2026, 11, 27)
    )
    assert next_due(weekly, at(11, 20)) == date(2026, 11, 26)
    assert next_due(weekly, at(12, 18)) == date(2027, 1, 8)
    assert due_date(weekly, at(12, 25)) is None
    weekly.weekday = 0
    assert next_due(weekly, at(4, 30, year=2027)) == date(2027, 5, 4)


def test_a_group_goes_by_the_days_of_its_own_site(college: College, weekly: Subscription) -> None:
    """The first site of the college is closed that Friday; the sixth form, whose year group it is, is open."""
    Closure.objects.create(
        kind="inset", name="INSET", site=college.school, starts_on=date(2026, 11, 27), ends_on=date(2026, 11, 27)
    )
    assert next_due(weekly, at(11, 20)) == date(2026, 11, 26)
    weekly.year_group = college.years[12]
    assert next_due(weekly, at(11, 20)) == date(2026, 11, 27)


def test_a_term_ends(weekly: Subscription) -> None:
    weekly.frequency = "term"
    assert due_date(weekly, at(12, 17)) is None
    assert due_date(weekly, at(12, 18)) == date(2026, 12, 18)
    assert due_date(weekly, at(12, 24)) == date(2026, 12, 18)
    assert due_date(weekly, at(12, 25)) is None
    assert next_due(weekly, at(12, 18)) == date(2027, 3, 25)
    weekly.starts_on = date(2027, 4, 1)
    assert next_due(weekly, at(12, 18)) == date(2027, 7, 21)


def test_nothing_falls_due_before_it_starts(weekly: Subscription) -> None:
    weekly.starts_on = date(2026, 11, 23)
    assert due_date(weekly, at(11, 21)) is None
    assert due_date(weekly, at(11, 27)) == date(2026, 11, 27)
    assert next_due(weekly, at(11, 1)) == date(2026, 11, 27)


def test_what_is_due_is_asked_for_once(college: College, weekly: Subscription) -> None:
    assert [start_due(at(11, 20)), start_due(at(11, 20, 8)), start_due(at(11, 22))] == [1, 0, 0]
    run = ReportRun.objects.get()
    assert (run.asked_by, run.due_on, run.scope) == (college.novak, date(2026, 11, 20), weekly.scope)
    assert (run.term, [d.person for d in run.deliveries.all()]) == (college.terms[0], [college.lind])
    assert start_due(at(11, 27)) == 1


def test_the_job_asks_too(weekly: Subscription, today: date) -> None:
    run_now("reporting.start_due")
    run_now("reporting.start_due")
    assert ReportRun.objects.count() == 1


def test_a_stopped_schedule_asks_for_nothing(college: College, weekly: Subscription) -> None:
    assert stop_schedule(college.achebe, weekly)
    assert not stop_schedule(college.achebe, weekly)
    assert start_due(at(11, 20)) == 0


def test_an_owner_without_reach_leaves_a_problem_and_whoever_saves_takes_it_over(
    college: College, weekly: Subscription
) -> None:
    college_wide = CollegeGrant.objects.filter(user=college.novak)
    assert college_wide.count() == 1
    with setting_up():
        type(college.novak).objects.filter(pk=college.novak.pk).update(is_active=False)
    assert start_due(at(11, 20)) == 0
    weekly.refresh_from_db()
    assert "Pavel Novák no longer has reach" in weekly.problem
    saved = save_schedule(college.achebe, weekly, recipients=[college.lind], version=weekly.version)
    assert (saved.owner, saved.problem) == (college.achebe, "")
    assert start_due(at(11, 20)) == 1


def test_a_schedule_with_trouble_does_not_hold_up_the_others(college: College, weekly: Subscription) -> None:
    other = Subscription(name="Other", frequency="week", weekday=4, at=time(6), starts_on=date(2026, 9, 1))
    save_schedule(college.achebe, other, recipients=[college.achebe], version=None)
    with setting_up():
        type(college.novak).objects.filter(pk=college.novak.pk).update(is_active=False)
    assert start_due(at(11, 20)) == 1
    assert ReportRun.objects.get().subscription == other


def test_the_second_of_two_savers_is_told(college: College, weekly: Subscription) -> None:
    first = Subscription.objects.get(pk=weekly.pk)
    first.name = "Renamed"
    save_schedule(college.achebe, first, recipients=[college.achebe], version=1)
    weekly.name = "Other"
    with pytest.raises(ChangedMeanwhile):
        save_schedule(college.novak, weekly, recipients=[college.novak], version=1)
    weekly.refresh_from_db()
    assert (weekly.name, weekly.version, weekly.owner) == ("Renamed", 2, college.novak)
    assert list(weekly.recipients.all()) == [college.achebe]


def test_schedules_are_for_leaders_of_the_students(college: College, weekly: Subscription) -> None:
    for who in (college.lind, college.doyle, college.tran, college.okafor):
        with pytest.raises(PermissionDenied):
            save_schedule(who, weekly, recipients=[], version=1)
        with pytest.raises(PermissionDenied):
            stop_schedule(who, weekly)


def test_saving_and_stopping_are_audited(college: College, weekly: Subscription) -> None:
    stop_schedule(college.novak, weekly)
    entries: Any = Entry.objects.filter(object_kind="schedule", object_id=str(weekly.pk)).order_by("pk")
    assert [(entry.verb, entry.actor_id) for entry in entries] == [
        ("reporting.schedule_saved", college.novak.pk),
        ("reporting.schedule_stopped", college.novak.pk),
    ]


def test_after_a_long_stop_only_the_latest_is_made(weekly: Subscription) -> None:
    assert due_date(weekly, at(11, 26)) == date(2026, 11, 20)
    assert due_date(weekly, at(11, 20) + timedelta(weeks=3)) == date(2026, 12, 11)
