"""The facts of an attendance certificate: plain values that the document prints and its hash covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from attendance.arithmetic import Totals, written
from attendance.choices import Series, StatClass
from attendance.queries.figures.totals import series_by_student, totals_by_student
from attendance.queries.registers.feeds import words_about
from attendance.queries.students.students import DayMark, codes_used, marks_between
from caseload.models import AcademicYear, CaseloadMembership, SiteMembership, Student, YearGroupMembership
from caseload.queries.calendar import calendars_for
from core import clock

WEEKDAYS = range(5)
UNMARKED = "·"


def certificate_facts(student: Student, year: AcademicYear, series: str = "") -> dict[str, Any]:
    """One student's year to date: totals, every day's codes in a calendar, and what each code means. For a meeting at home.

    The name is the one used at home. Weeks in which the site does not open are left out. A fixed number of queries.
    """
    chosen = series or series_by_student([student.pk]).get(student.pk, Series.SESSION.value)
    start, end = year.starts_on, min(year.ends_on, clock.today())
    totals = totals_by_student([student.pk], start, end, chosen).get(student.pk, Totals(series=chosen))
    rolls = list(
        SiteMembership.objects.filter(student=student, period__startswith__lte=end)
        .order_by("period")
        .values_list("site_id", "period", "site__name", "site__am_starts_at", "site__pm_starts_at")
    )
    window = _window(rolls, start, end)
    marks = [mark for mark in marks_between(student.pk, start, end, chosen) if mark.date in window.on_roll]
    weeks = _weeks(marks, window, chosen)
    return {
        "name": student.home_name,
        "group": _group_on(CaseloadMembership, student, end, group__kind="tutor_group"),
        "year_group": _group_on(YearGroupMembership, student, end),
        "site": rolls[-1][2] if rolls else "",
        "not_on_roll": any(day["off"] for week in weeks for day in week["days"]),
        "year": year.name,
        "from": start,
        "to": end,
        "series": chosen,
        "unit": totals.unit,
        "feed": words_about([student.pk]),
        "totals": _line(totals),
        "halves": [weeks[: (len(weeks) + 1) // 2], weeks[(len(weeks) + 1) // 2 :]]
        if chosen == Series.SESSION
        else [weeks],
        "legend": _legend(student.pk, start, end, chosen),
    }


def _group_on(model: Any, student: Student, day: date, **only: str) -> str:
    """The name of a student's group on the last day that the certificate covers; nothing when there was none."""
    rows = model.objects.filter(student=student, period__contains=day, **only)
    return rows.order_by("pk").values_list("group__name", flat=True).first() or ""


def _line(totals: Totals) -> dict[str, Any]:
    return totals._asdict() | {
        "possible": totals.possible,
        "attended": totals.attended,
        "absent": totals.absent,
        "attendance": written(totals.attendance),
        "all_late": totals.times_late,
        "late_note": totals.late_note,
    }


def _legend(student_id: int, start: date, end: date, series: str) -> list[dict[str, Any]]:
    """The codes that stand in the calendar, with what they count as."""
    return [
        {
            "code": used.code.code,
            "meaning": used.code.short,
            "counts": str(StatClass(used.code.stat_class).label),
            "number": used.number,
        }
        for used in codes_used([student_id], start, end, series)
    ]


@dataclass(frozen=True)
class _Window:
    """The days of the certificate's weeks: from which day it tells, on which the student was on a roll, on which that site
    opens, and what the clock says, so that days before and days to come are not taken for others."""

    first: date
    on_roll: set[date]
    opened: set[date]
    half_begins: dict[str, time]
    now: datetime

    def has_begun(self, day: date, half: str) -> bool:
        """Whether a half of the day has begun by the clock."""
        return datetime.combine(day, self.half_begins[half], clock.LONDON) <= self.now


def _window(rolls: Sequence[tuple[Any, ...]], start: date, end: date) -> _Window:
    last = clock.week_of(end) + timedelta(days=6)
    calendars = calendars_for({site for site, *_ in rolls}, start, last)
    days = [start + timedelta(days=number) for number in range((last - start).days + 1)]
    on_roll = {day for day in days for _, period, *_ in rolls if day in period}
    opened = {day for site, period, *_ in rolls for day in calendars[site].between(start, last) if day in period}
    opened |= {day for day in days if day not in on_roll and any(each.is_open(day) for each in calendars.values())}
    begins = dict(zip(("AM", "PM"), rolls[-1][3:], strict=True)) if rolls else {}
    return _Window(start, on_roll, opened, begins, clock.now())


def _weeks(marks: Sequence[DayMark], window: _Window, series: str) -> list[dict[str, Any]]:
    """A row for each week that opened or has marks; a cell for each half day, or for each day of lessons."""
    by_day: dict[date, list[DayMark]] = {}
    for mark in marks:
        by_day.setdefault(mark.date, []).append(mark)
    today = clock.local(window.now).date()
    mondays = sorted({clock.week_of(day) for day in window.opened | set(by_day) if clock.week_of(day) <= today})
    return [
        _week([_day(monday + timedelta(days=number), by_day, window, series) for number in WEEKDAYS], monday)
        for monday in mondays
    ]


def _week(days: list[dict[str, Any]], monday: date) -> dict[str, Any]:
    return {"monday": monday, "days": days, "off": all(day["off"] or day.get("before") for day in days)}


def _day(day: date, by_day: dict[date, list[DayMark]], window: _Window, series: str) -> dict[str, Any]:
    """One day: its marks; or closed, or not on the roll. Days before the year and to come, and a half that has not begun,
    stay empty."""
    marks = by_day.get(day, [])
    if day < window.first:
        return {"open": False, "off": False, "before": True, "cells": []}
    is_open = day in window.opened or bool(marks)
    if day not in window.on_roll or not is_open:
        cells = []
    elif series == Series.SESSION:
        of_half = {mark.label: mark for mark in marks}
        cells = [_cell(of_half.get(half), window.has_begun(day, half)) for half in ("AM", "PM")]
    else:
        cells = [_cell(mark) for mark in marks]
    return {"open": is_open, "off": day not in window.on_roll, "cells": cells}


def _cell(mark: DayMark | None, has_begun: bool = True) -> dict[str, Any]:
    code = mark.code if mark else None
    return {
        "code": code.code if code else UNMARKED if mark or has_begun else "",
        "absent": bool(code and code.is_absence),
        "late": bool(code and code.is_late),
    }
