"""When and where teaching groups meet."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from caseload.models import TimetabledLesson
from caseload.queries.calendar import SiteCalendar, calendars_for, week_letter

LESSON_FIELDS = (
    "id",
    "group_id",
    "group__public_id",
    "group__name",
    "group__site_id",
    "time_id",
    "time__week",
    "time__number",
    "time__label",
    "time__starts_at",
    "time__ends_at",
    "teacher_id",
    "room",
)
_WHEN = ("time__weekday", "period", "group__ended_on")
_SITE, _WEEK = LESSON_FIELDS.index("group__site_id"), LESSON_FIELDS.index("time__week")


def lessons_on(
    day: date,
    *,
    groups: Iterable[int] | None = None,
    teacher_id: int | None = None,
    site_id: int | None = None,
    calendars: dict[int | None, SiteCalendar] | None = None,
) -> list[dict[str, Any]]:
    """The lessons that meet on a day, in order of time: only at sites that open, and in the right week of two."""
    return lessons_of([day], groups=groups, teacher_id=teacher_id, site_id=site_id, calendars=calendars)[day]


def lessons_of(
    days: Collection[date],
    *,
    groups: Iterable[int] | None = None,
    teacher_id: int | None = None,
    site_id: int | None = None,
    calendars: dict[int | None, SiteCalendar] | None = None,
) -> dict[date, list[dict[str, Any]]]:
    """The same for each of several days, read in one query. The calendars, if given, reach over all of the days."""
    if not days:
        return {}
    rows = TimetabledLesson.objects.filter(
        period__overlap=DateRange(min(days), max(days), "[]"), time__weekday__in={day.weekday() for day in days}
    ).filter(Q(group__ended_on=None) | Q(group__ended_on__gt=min(days)))
    if groups is not None:
        rows = rows.filter(group_id__in=list(groups))
    if teacher_id is not None:
        rows = rows.filter(teacher_id=teacher_id)
    if site_id is not None:
        rows = rows.filter(group__site_id=site_id)
    read = rows.order_by("time__starts_at", "group__name", "id").values_list(*LESSON_FIELDS, *_WHEN)
    by_weekday: dict[int, list[tuple[Any, ...]]] = {}
    for row in read:
        by_weekday.setdefault(row[-3], []).append(row)
    sites = {row[_SITE] for rows in by_weekday.values() for row in rows}
    known = calendars or calendars_for(sites)
    found = {}
    for day in days:
        letters = {site: calendar.week_letter(day) for site, calendar in known.items() if calendar.is_open(day)}
        met = (row for row in by_weekday.get(day.weekday(), ()) if _meets(row, day, letters))
        found[day] = [dict(zip(LESSON_FIELDS, row, strict=False)) for row in met]  # without when it meets
    return found


def weekly_lessons(group_id: int, day: date) -> list[dict[str, Any]]:
    """The lessons of a week that a teaching group has on its timetable on the day, whether or not one falls on it."""
    with connection.cursor() as cursor:
        cursor.execute(_WEEKLY, [group_id, day])
        return [dict(zip(_WEEKLY_FIELDS, row, strict=True)) for row in cursor.fetchall()]


_WEEKLY_FIELDS = (
    "id", "teacher_id", "room", "time__label", "time__starts_at", "time__ends_at", "time__weekday", "time__week",
)  # fmt: skip
_WEEKLY = """
    SELECT l.id, l.teacher_id, l.room, t.label, t.starts_at, t.ends_at, t.weekday, t.week
    FROM caseload_timetabledlesson AS l JOIN caseload_lessontime AS t ON t.id = l.time_id
    WHERE l.group_id = %s AND l.period @> %s::date ORDER BY t.starts_at, l.id
"""


def meets(lesson: dict[str, Any], group: dict[str, Any], day: date) -> bool:
    """Whether a lesson of `weekly_lessons` meets on a day when its site opens: on its weekday, in its week of two, while its
    group goes on. The calendar is read only for a lesson of one week in two."""
    if lesson["time__weekday"] != day.weekday() or (group["ended_on"] is not None and group["ended_on"] <= day):
        return False
    return not lesson["time__week"] or lesson["time__week"] == week_letter(group["site_id"], day)


def _meets(row: tuple[Any, ...], day: date, letters: dict[int | None, str]) -> bool:
    """Whether a lesson meets on its weekday: in force, its group going on, its site open, in its week of two."""
    period, ended_on = row[-2:]
    if day not in period or (ended_on is not None and ended_on <= day):
        return False
    return row[_SITE] in letters and row[_WEEK] in ("", letters[row[_SITE]])


def weekly_timetable(group_id: int, day: date) -> list[dict[str, Any]]:
    """The weekly lessons of a teaching group that are in force on a day, Monday first."""
    rows = (
        TimetabledLesson.objects.filter(group_id=group_id, period__contains=day)
        .order_by("time__week", "time__weekday", "time__starts_at")
        .values(
            "time__week",
            "time__weekday",
            "time__label",
            "time__starts_at",
            "time__ends_at",
            "room",
            "teacher__given_name",
            "teacher__family_name",
            "teacher__title",
        )
    )
    return [dict(row) for row in rows]
