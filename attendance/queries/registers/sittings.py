"""Which sessions and lessons there are on a day, and which of them a person reaches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from attendance import rules
from attendance.choices import Series, SessionSlot
from attendance.errors import NoRegister
from attendance.querysets import groups_reached
from attendance.sittings import SLUGS, Sitting, lesson_sitting, lesson_within, session_sitting
from caseload.models import Caseload, TeachingGroup, TimetabledLesson
from caseload.queries.calendar import SiteCalendar, academic_year_on, calendars_for, is_open
from caseload.queries.timetable import lessons_of, meets, weekly_lessons
from caseload.querysets import containers
from caseload.rules.cover import caseloads_reached
from core import wording

if TYPE_CHECKING:
    from accounts.models import User

Calendars = dict[int | None, SiteCalendar]
_SITE = (
    "site_id", "site__name", "site__kind", "site__registers_taken", "site__register_minutes",
)  # fmt: skip
_CASELOAD = (
    "id", "public_id", "name", "room", "team_id", "house_id", "site__am_starts_at", "site__pm_starts_at",
    "year__starts_on", "year__ends_on", *_SITE,
)  # fmt: skip
_GROUP = ("id", "public_id", "name", "course_id", "course__area_id", *_SITE)
_SLOT_OF = {slug: slot for slot, slug in SLUGS.items()}


def sittings_on(day: date, user: "User | None" = None, permission: str = rules.TAKE) -> list[Sitting]:
    """The sittings of a day that somebody reaches, in order of time; without a user all of them."""
    return sittings_of([day], user, permission)


def sittings_of(days: Sequence[date], user: "User | None" = None, permission: str = rules.TAKE) -> list[Sitting]:
    """The same for several days at once."""
    return sittings_in(what_is_reached(days, user, permission)) if days else []


@dataclass(frozen=True)
class Reached:
    """The groups that somebody reaches on some days as they are stored, and which of their lessons meet on each."""

    days: Sequence[date]
    caseloads: list[dict[str, Any]]
    groups: dict[int, dict[str, Any]]
    lessons: dict[date, list[dict[str, Any]]]
    calendars: Calendars

    @property
    def sites(self) -> dict[Series, dict[int, int]]:
        """The site of each group that takes registers of a series."""
        return {
            Series.SESSION: {group["id"]: group["site_id"] for group in self.caseloads},
            Series.LESSON: {group["id"]: group["site_id"] for group in self.groups.values()},
        }


def what_is_reached(days: Sequence[date], user: "User | None", permission: str) -> Reached:
    """The groups that somebody reaches on some days, at least one; without a user all of them."""
    caseloads = list(_caseloads(user, permission, days).values(*_CASELOAD))
    groups = _groups(user, permission, days)
    calendars = _calendars({group["site_id"] for group in [*caseloads, *groups.values()]}, days)
    lessons = {
        day: [lesson for lesson in found if _reached(user, permission, groups[lesson["group_id"]], lesson)]
        for day, found in lessons_of(days, groups=groups, calendars=calendars).items()
    }
    return Reached(days, caseloads, groups, lessons, calendars)


def sittings_in(reached: Reached, wanted: Callable[[Series, int, date, int], bool] | None = None) -> list[Sitting]:
    """The sittings of groups, in order of time; only those wanted, if that is asked: by series, group, day, session or lesson."""
    found = [
        session_sitting(group, day, slot)
        for day in reached.days
        for group in reached.caseloads
        if reached.calendars[group["site_id"]].is_open(day)
        and group["year__starts_on"] <= day <= group["year__ends_on"]
        for slot in SessionSlot.values
        if wanted is None or wanted(Series.SESSION, group["id"], day, slot)
    ]
    found += [
        lesson_sitting(reached.groups[lesson["group_id"]], lesson, day)
        for day, lessons in reached.lessons.items()
        for lesson in lessons
        if wanted is None or wanted(Series.LESSON, lesson["group_id"], day, lesson["id"])
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.series, each.group_name, each.slot))


def find_sitting(user: "User", permission: str, public_id: UUID, day: date, slug: str) -> Sitting | None:
    """One sitting by the address of its register: nothing when it is not this person's, or there is no such group.

    Raises NoRegister, with the reason, when the group is theirs but does not meet then.
    """
    return (
        _find_session(user, permission, public_id, day, slug)
        if slug in _SLOT_OF
        else _find_lesson(user, permission, public_id, day, slug)
    )


def _find_session(user: "User", permission: str, public_id: UUID, day: date, slug: str) -> Sitting | None:
    group = _one(_ONE_CASELOAD, _CASELOAD, public_id)
    if group is None:
        return None
    sitting = session_sitting(group, day, _SLOT_OF[slug])
    if not rules.reaches(user, permission, sitting):
        return None
    if group["site__kind"] != "school":
        raise NoRegister(f"{group['site__name']} marks lessons; it takes no AM and PM registers.")
    if not group["year__starts_on"] <= day <= group["year__ends_on"]:
        raise NoRegister(f"{wording.day(day)} is not in the academic year of {group['name']}.")
    _open_or_raise(group, day)
    return sitting


def _find_lesson(user: "User", permission: str, public_id: UUID, day: date, slug: str) -> Sitting | None:
    group = _one(_ONE_GROUP, (*_GROUP, "ended_on"), public_id)
    if group is None:
        return None
    lessons = weekly_lessons(group["id"], day)
    held = rules.holds(user, permission, lesson_within(group))
    teaches = user.has_perm(permission) and any(lesson["teacher_id"] == user.pk for lesson in lessons)
    if not held and not teaches:
        return None
    _open_or_raise(group, day)
    for lesson in lessons:
        theirs = held or lesson["teacher_id"] == user.pk
        if theirs and f"{lesson['time__starts_at']:%H%M}" == slug and meets(lesson, group, day):
            return lesson_sitting(group, lesson, day)
    raise NoRegister(f"{group['name']} has no lesson at {slug[:2]}:{slug[2:]} on {wording.day(day)}.")


def _one(statement: str, fields: Sequence[str], public_id: UUID) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [public_id])
        row = cursor.fetchone()
    return dict(zip(fields, row, strict=True)) if row else None


# The fields of _CASELOAD and _GROUP, in their order: every register opened and saved begins here.
_ONE_CASELOAD = """
    SELECT c.id, c.public_id, c.name, c.room, c.team_id, c.house_id, s.am_starts_at, s.pm_starts_at, y.starts_on, y.ends_on,
        c.site_id, s.name, s.kind, s.registers_taken, s.register_minutes
    FROM caseload_caseload AS c JOIN caseload_site AS s ON s.id = c.site_id
    JOIN caseload_academicyear AS y ON y.id = c.year_id WHERE c.public_id = %s
"""
_ONE_GROUP = """
    SELECT g.id, g.public_id, g.name, g.course_id, c.area_id, g.site_id, s.name, s.kind, s.registers_taken,
        s.register_minutes, g.ended_on
    FROM caseload_teachinggroup AS g JOIN caseload_site AS s ON s.id = g.site_id
    JOIN caseload_course AS c ON c.id = g.course_id WHERE g.public_id = %s
"""


def _open_or_raise(group: dict[str, Any], day: date) -> None:
    if not is_open(group["site_id"], day):
        raise NoRegister(f"{group['site__name']} is closed on {wording.day(day)}, so there is no register.")


def _caseloads(user: "User | None", permission: str, days: Sequence[date]) -> QuerySet[Caseload]:
    reached = Caseload.objects.all() if user is None else caseloads_reached(user, permission, days[-1])
    return reached.filter(
        kind=Caseload.Kind.TUTOR_GROUP,
        site__kind="school",
        year__starts_on__lte=max(days),
        year__ends_on__gte=min(days),
    ).order_by("name", "pk")


def _groups(user: "User | None", permission: str, days: Sequence[date]) -> dict[int, dict[str, Any]]:
    """The teaching groups to look for lessons of, by id: those reached, and those of lessons taught by this person."""
    wanted = TeachingGroup.objects.filter(year__starts_on__lte=max(days), year__ends_on__gte=min(days))
    if user is None:
        return {row["id"]: row for row in wanted.values(*_GROUP)}
    if "college" in containers(user, permission):
        return {row["id"]: row | {"held": True} for row in wanted.values(*_GROUP)}
    held = groups_reached(user, permission).values("pk")
    found = {row["id"]: row | {"held": True} for row in wanted.filter(pk__in=held).values(*_GROUP)}
    if user.has_perm(permission):
        taught = TimetabledLesson.objects.filter(teacher_id=user.pk).values("group_id")
        for row in wanted.filter(pk__in=taught).exclude(pk__in=list(found)).values(*_GROUP):
            found[row["id"]] = row | {"held": False}
    return found


def _reached(user: "User | None", permission: str, group: dict[str, Any], lesson: dict[str, Any]) -> bool:
    return user is None or group["held"] or lesson["teacher_id"] == user.pk


def _calendars(site_ids: Iterable[int], days: Sequence[date]) -> Calendars:
    """Calendars from the start of the academic year, so that the weeks of a two-week timetable are told apart."""
    year = academic_year_on(min(days))
    return calendars_for(set(site_ids), year.starts_on if year else min(days), max(days))
