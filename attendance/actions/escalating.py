"""Tell the head of year which alerts nobody has acted on: a badge on the list, and one mail a day with a count and a link."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from attendance import choices
from attendance.choices import AlertState
from attendance.models import Alert, AlertRule
from audit import record
from caseload.models import CaseloadMembership, Reach, Site, SiteMembership, YearGroupMembership
from caseload.queries.calendar import calendars_for
from core import clock
from core.actors import SystemActor
from core.outbox import queue_mail

# Who is told: the first of these roles in which somebody holds the student's year group, tutor team or site.
TOLD = ("head_of_year", "pastoral_manager", "tutor_lead")
LOOK_BACK = timedelta(days=150)
Container = tuple[str, int]

SUBJECT = "Attendance alerts that nobody has acted on"
TEXT = """{greeting}

{new} {has} an attendance alert that has waited for its school days without anybody acting on it.{more}

Sign in to Waymark to see whom, and why:
{link}

This mail names nobody on purpose. You get it because you look after their year.
"""


@transaction.atomic
def escalate(by: SystemActor) -> int:
    """Mark open alerts that have waited for the school days their rule allows, and tell who looks after the year.

    One mail a person and day at most. Gives how many alerts were marked. Run again it marks and mails nothing.
    """
    found = _waited_too_long()
    marked = Alert.objects.filter(pk__in=list(found), state=AlertState.OPEN, escalated_at=None)
    number = marked.update(escalated_at=clock.now())
    if number:
        record.record(by, choices.ALERTS_ESCALATED, "alerts", "", details={"alerts": number})
        _tell(set(found.values()), by)
    return number


def _waited_too_long() -> dict[int, int]:
    """The open alerts, not marked yet, whose school days are over, with their student."""
    today = clock.today()
    waits = dict(AlertRule.objects.switched_on().values_list("pk", "escalate_after_days"))
    calendars = calendars_for([*Site.objects.values_list("pk", flat=True)], today - LOOK_BACK, today)
    over = Q(pk__in=[])
    for site, calendar in calendars.items():
        here = SiteMembership.objects.filter(site_id=site or 0, period__contains=today).values("student_id")
        for days in sorted(set(waits.values())):
            # So many school days have gone by since the day it was raised; without so many there is no such day.
            last = calendar.before(today, days) if days else today
            if last is not None:
                of_rules = [pk for pk, wait in waits.items() if wait == days]
                over |= Q(rule_id__in=of_rules, raised_on__lte=last, student_id__in=here)
    rows = Alert.objects.filter(over, state=AlertState.OPEN, escalated_at=None)
    return dict(rows.values_list("pk", "student_id"))


def _tell(new: set[int], by: SystemActor) -> None:
    """One mail to each person, with how many students are new to them and how many wait in all."""
    waiting = Alert.objects.filter(state=AlertState.OPEN, escalated_at__isnull=False)
    told = _who_is_told({*waiting.values_list("student_id", flat=True)})
    for person in User.objects.filter(pk__in=told, is_active=True).order_by("pk"):
        fresh, all_of_them = told[person.pk] & new, told[person.pk]
        if fresh:
            _mail(person, len(fresh), len(all_of_them), by)


def _who_is_told(students: Iterable[int]) -> dict[int, set[int]]:
    """The students of whom each person is to be told."""
    ids = sorted(students)
    today = clock.today()
    reach = Reach.objects.filter(role__name__in=TOLD, period__contains=today, user__is_active=True)
    held: dict[tuple[str, Container], set[int]] = {}
    for user, role, kind, number in reach.values_list("user_id", "role__name", "kind", "container_id"):
        held.setdefault((role, (kind, number)), set()).add(user)
    told: dict[int, set[int]] = {}
    for student, containers in _containers_of(ids).items():
        for person in _first_who_holds(containers, held):
            told.setdefault(person, set()).add(student)
    return told


def _first_who_holds(containers: list[Container], held: Mapping[tuple[str, Container], set[int]]) -> set[int]:
    for role in TOLD:
        people = {person for container in containers for person in held.get((role, container), ())}
        if people:
            return people
    return set()


def _containers_of(ids: list[int]) -> dict[int, list[Container]]:
    today = clock.today()
    found: dict[int, list[Container]] = {}
    for kind, rows in (
        ("year_group", YearGroupMembership.objects.values_list("student_id", "group_id")),
        ("team", CaseloadMembership.objects.values_list("student_id", "group__team_id")),
        ("site", SiteMembership.objects.values_list("student_id", "site_id")),
    ):
        for student, number in rows.filter(student_id__in=ids, period__contains=today):
            if number is not None:
                found.setdefault(student, []).append((kind, number))
    return found


def _mail(person: User, new: int, waiting: int, by: SystemActor) -> None:
    more = f" With those before, {waiting} students wait." if waiting > new else ""
    queue_mail(
        key=f"attendance.not-acted-on.{clock.today()}.{person.pk}",
        to=person.email,
        to_person_id=person.pk,
        subject=SUBJECT,
        text=TEXT.format(
            greeting=f"{person.formal_name},",
            new="1 student" if new == 1 else f"{new} students",
            has="has" if new == 1 else "each have",
            more=more,
            link=f"{settings.BASE_URL}{reverse('attendance:alert_list')}?show=waiting",
        ),
        by=by,
    )
