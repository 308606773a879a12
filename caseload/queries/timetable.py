"""When and where teaching groups meet."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from caseload.models import TimetabledLesson
from caseload.queries.calendar import SiteCalendar, calendars_for

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


def lessons_on(
    day: date,
    *,
    groups: Iterable[int] | None = None,
    teacher_id: int | None = None,
    site_id: int | None = None,
    calendars: dict[int | None, SiteCalendar] | None = None,
) -> list[dict[str, Any]]:
    """The lessons that meet on a day, in order of time: only at sites that open, and in the right week of two."""
    rows = TimetabledLesson.objects.filter(period__contains=day, time__weekday=day.weekday()).filter(
        Q(group__ended_on=None) | Q(group__ended_on__gt=day)
    )
    if groups is not None:
        rows = rows.filter(group_id__in=list(groups))
    if teacher_id is not None:
        rows = rows.filter(teacher_id=teacher_id)
    if site_id is not None:
        rows = rows.filter(group__site_id=site_id)
    found = [dict(row) for row in rows.order_by("time__starts_at", "group__name", "id").values(*LESSON_FIELDS)]
    known = calendars or calendars_for({row["group__site_id"] for row in found})
    letters = {site: calendar.week_letter(day) for site, calendar in known.items() if calendar.is_open(day)}
    return [
        row
        for row in found
        if row["group__site_id"] in letters and row["time__week"] in ("", letters[row["group__site_id"]])
    ]


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
