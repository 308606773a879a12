"""Schedules: save one, stop it, start what is due."""

import logging
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from caseload.models import Site, Term
from caseload.queries.calendar import calendar_for, latest_term
from caseload.queries.school_days import school_day_from
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
ONE_DAY = timedelta(days=1)


class SchoolDays:
    """The school days on which schedules fall due, each read once however many schedules ask."""

    def __init__(self) -> None:
        self._found: dict[tuple[int | None, date, int | None], date | None] = {}

    @cached_property
    def _term_ends(self) -> list[date]:
        return list(Term.objects.order_by("ends_on").values_list("ends_on", flat=True))

    @cached_property
    def _any_site(self) -> int | None:
        return Site.objects.order_by("pk").values_list("pk", flat=True).first()

    def _site(self, schedule: Subscription) -> int | None:
        return schedule.at_site or self._any_site

    def first_of_month(self, schedule: Subscription, month: date) -> date | None:
        """The first school day of a month, at its site; of the whole college at the college's first."""
        return self._within(self._site(schedule), month, (month + timedelta(days=31)).replace(day=1) - ONE_DAY)

    def of_week(self, schedule: Subscription, monday: date) -> date | None:
        """The day of the week that was chosen; where the site is closed then, the next school day of the week or the last before."""
        site, chosen = self._site(schedule), monday + schedule.weekday * ONE_DAY
        sunday = monday + 6 * ONE_DAY
        return self._within(site, chosen, sunday) or self._last(site, monday, chosen)

    def term_ends(self, schedule: Subscription) -> list[date]:
        """The last school day of each term."""
        site = self._site(schedule)
        return [day for end in self._term_ends if (day := self._last(site, clock.week_of(end), end)) is not None]

    def _within(self, site: int | None, first: date, last: date) -> date | None:
        """The first school day from one day to another, if there is any."""
        key = (site, first, (last - first).days)
        if key not in self._found:
            day = school_day_from(first, [site] if site else ())
            self._found[key] = day if day <= last else None
        return self._found[key]

    def _last(self, site: int | None, first: date, last: date) -> date | None:
        """The last school day from one day to another, if there is any."""
        key = (site, last, None)
        if key not in self._found:
            self._found[key] = next(iter(calendar_for(site, first, last).days[::-1]), None)
        return self._found[key]

    def falls_on(self, schedule: Subscription, day: date) -> bool:
        """Whether a schedule falls due on this day."""
        if schedule.frequency == Frequency.WEEK:
            return self.of_week(schedule, clock.week_of(day)) == day
        if schedule.frequency == Frequency.MONTH:
            return self.first_of_month(schedule, day.replace(day=1)) == day
        return day in self.term_ends(schedule)


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
    started, known = 0, SchoolDays()
    for schedule in Subscription.objects.filter(stopped_at=None).select_related(
        "owner", "site", "year_group", "house", "team"
    ):
        due = due_date(schedule, now, known)
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


def due_date(schedule: Subscription, now: datetime, known: SchoolDays | None = None) -> date | None:
    """The latest day up to now on which the schedule fell due, if that is not long ago."""
    known, local = known or SchoolDays(), clock.local(now)
    last = local.date() if local.time() >= schedule.at else local.date() - timedelta(days=1)
    earliest = max(schedule.starts_on, last - LATE)
    days = [earliest + timedelta(days=step) for step in range((last - earliest).days + 1)]
    due = [day for day in days if known.falls_on(schedule, day)]
    return due[-1] if due else None


def next_due(schedule: Subscription, now: datetime | None = None, known: SchoolDays | None = None) -> date | None:
    """The next day on which the schedule will fall due, within a year; for saying so on the page."""
    known, local = known or SchoolDays(), clock.local(now or clock.now())
    first = max(local.date() if local.time() < schedule.at else local.date() + timedelta(days=1), schedule.starts_on)
    if schedule.frequency == Frequency.TERM:
        return min((day for day in known.term_ends(schedule) if day >= first), default=None)
    days = (first + timedelta(days=step) for step in range(70))
    return next((day for day in days if known.falls_on(schedule, day)), None)
