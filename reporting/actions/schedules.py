"""Schedules: save one, stop it, start what is due."""

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload.models import Site, Term
from caseload.queries.calendar import calendar_for, latest_term
from core import clock
from reporting import choices, rules
from reporting.actions.runs import ask_for_report
from reporting.choices import Frequency
from reporting.models import Subscription

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger("waymark.reporting")
# After a long stop nobody wants the reports of weeks gone by.
LATE = timedelta(days=6)


class ChangedMeanwhile(Exception):
    """Somebody else saved this schedule since the form was opened."""


def save_schedule(by: "User", schedule: Subscription, *, recipients: Any, version: int | None) -> Subscription:
    """Save a new or changed schedule. Raises PermissionDenied, and ChangedMeanwhile when it is no longer the one read."""
    _check(by, schedule)
    with transaction.atomic():
        if schedule.pk is None:
            schedule.owner = by
        else:
            current = Subscription.objects.select_for_update().get(pk=schedule.pk)
            if version is not None and current.version != version:
                raise ChangedMeanwhile
            schedule.version = current.version + 1
            if schedule.problem:
                schedule.owner = by
        schedule.problem = ""
        schedule.save()
        schedule.recipients.set(recipients)
        record.record(by, choices.SCHEDULE_SAVED, "schedule", schedule.pk, details={"frequency": schedule.frequency})
    return schedule


def stop_schedule(by: "User", schedule: Subscription) -> bool:
    """Stop a schedule for good; what it built stays. False when somebody stopped it before."""
    _check(by, schedule)
    stopped = Subscription.objects.filter(pk=schedule.pk, stopped_at=None).update(stopped_at=clock.now())
    if stopped:
        record.record(by, choices.SCHEDULE_STOPPED, "schedule", schedule.pk)
    return bool(stopped)


def _check(by: "User", schedule: Subscription) -> None:
    if not by.has_perm(choices.MANAGE_SCHEDULES):
        raise PermissionDenied("Schedules are for leaders.")
    rules.check_reaches_scope(by, choices.RUN_REPORT, *schedule.scope)


def start_due(now: datetime | None = None) -> int:
    """Ask for every report that a schedule has fallen due for. Asking twice asks once; gives how many were asked for."""
    now = now or clock.now()
    started = 0
    for schedule in Subscription.objects.filter(stopped_at=None).select_related("owner"):
        due = due_date(schedule, now)
        if due is None or schedule.runs.filter(due_on=due).exists():
            continue
        term = latest_term(due)
        if term is None:
            continue
        try:
            with transaction.atomic():
                ask_for_report(
                    schedule.owner,
                    scope=schedule.scope,
                    term=term,
                    edition=schedule.edition,
                    recipients=list(schedule.recipients.all()),
                    subscription=schedule,
                    due_on=due,
                )
            started += 1
        except PermissionDenied:
            # Nobody else's reach may take its place, so somebody must take the schedule over.
            words = f"{schedule.owner.full_name} no longer has reach to these students. Save it again to take it over."
            Subscription.objects.filter(pk=schedule.pk).update(problem=words)
            log.warning("schedule %s: its owner has no reach", schedule.pk)
    return started


def due_date(schedule: Subscription, now: datetime) -> date | None:
    """The latest day up to now on which the schedule fell due, if that is not long ago."""
    local = clock.local(now)
    last = local.date() if local.time() >= schedule.at else local.date() - timedelta(days=1)
    earliest = max(schedule.starts_on, last - LATE)
    days = [earliest + timedelta(days=step) for step in range((last - earliest).days + 1)]
    due = [day for day in days if _falls_on(schedule, day)]
    return due[-1] if due else None


def next_due(schedule: Subscription, now: datetime | None = None) -> date | None:
    """The next day on which the schedule will fall due, within a year; for saying so on the page."""
    local = clock.local(now or clock.now())
    first = local.date() if local.time() < schedule.at else local.date() + timedelta(days=1)
    if schedule.frequency == Frequency.TERM:
        ends = Term.objects.filter(ends_on__gte=first).order_by("ends_on").values_list("ends_on", flat=True).first()
        return ends
    days = (max(first, schedule.starts_on) + timedelta(days=step) for step in range(70))
    return next((day for day in days if _falls_on(schedule, day)), None)


def _falls_on(schedule: Subscription, day: date) -> bool:
    if schedule.frequency == Frequency.WEEK:
        return day.weekday() == schedule.weekday
    if schedule.frequency == Frequency.MONTH:
        site = schedule.site or Site.objects.order_by("pk").first()
        first = calendar_for(site, day.replace(day=1), day).days
        return bool(first) and first[0] == day
    return Term.objects.filter(ends_on=day).exists()
