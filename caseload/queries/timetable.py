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
    read = rows.order_by("time__starts_at", "group__name", "id").values(*LESSON_FIELDS, *_WHEN)
    found = [
        ({name: row[name] for name in LESSON_FIELDS}, row["time__weekday"], row["period"], row["group__ended_on"])
        for row in read
    ]
    known = calendars or calendars_for({row["group__site_id"] for row, *_ in found})
    letters = {
        day: {site: calendar.week_letter(day) for site, calendar in known.items() if calendar.is_open(day)}
        for day in days
    }
    return {
        day: [
            dict(row)
            for row, weekday, period, ended_on in found
            if _meets(row, weekday, period, ended_on, day, letters[day])
        ]
        for day in days
    }


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


def _meets(
    row: dict[str, Any],
    weekday: int,
    period: DateRange,
    ended_on: date | None,
    day: date,
    letters: dict[int | None, str],
) -> bool:
    """Whether a lesson meets on the day: in force, on its weekday, its group going on, its site open, in its week of two."""
    if weekday != day.weekday() or day not in period or (ended_on is not None and ended_on <= day):
        return False
    return row["group__site_id"] in letters and row["time__week"] in ("", letters[row["group__site_id"]])


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
