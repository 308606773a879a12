"""The facts of an attendance certificate: plain values that the document prints and its hash covers."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from attendance.arithmetic import Totals, written
from attendance.choices import Series, StatClass
from attendance.queries.feeds import words_about
from attendance.queries.students import DayMark, codes_used, marks_between
from attendance.queries.totals import series_by_student, totals_by_student
from caseload.models import AcademicYear, CaseloadMembership, SiteMembership, Student, YearGroupMembership
from caseload.queries.calendar import SiteCalendar, calendars_for
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
        .values_list("site_id", "period", "site__name")
    )
    calendars = calendars_for({site for site, _, _ in rolls}, start, end)
    marks = [mark for mark in marks_between(student.pk, start, end, chosen) if any(mark.date in p for _, p, _ in rolls)]
    weeks = _weeks(marks, [calendars[site] for site, _, _ in rolls], chosen, start, end)
    return {
        "name": student.home_name,
        "group": _group_on(CaseloadMembership, student, end, group__kind="tutor_group"),
        "year_group": _group_on(YearGroupMembership, student, end),
        "site": rolls[-1][2] if rolls else "",
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


def _weeks(
    marks: Sequence[DayMark], calendars: Sequence[SiteCalendar], series: str, start: date, end: date
) -> list[dict[str, Any]]:
    """A row for each week that opened or has marks; a cell for each half day, or for each day of lessons."""
    by_day: dict[date, list[DayMark]] = {}
    for mark in marks:
        by_day.setdefault(mark.date, []).append(mark)
    opened = {day for calendar in calendars for day in calendar.between(start, end)} | set(by_day)
    mondays = sorted({clock.week_of(day) for day in opened})
    return [
        {"monday": monday, "days": [_day(monday, n, by_day, opened, series) for n in WEEKDAYS]} for monday in mondays
    ]


def _day(
    monday: date, number: int, by_day: dict[date, list[DayMark]], opened: set[date], series: str
) -> dict[str, Any]:
    day = monday + timedelta(days=number)
    marks = by_day.get(day, [])
    if series == Series.SESSION:
        of_half = {mark.label: mark for mark in marks}
        cells = [_cell(of_half.get(half)) for half in ("AM", "PM")] if day in opened else []
    else:
        cells = [_cell(mark) for mark in marks]
    return {"open": day in opened, "cells": cells}


def _cell(mark: DayMark | None) -> dict[str, Any]:
    code = mark.code if mark else None
    return {
        "code": code.code if code else UNMARKED,
        "absent": bool(code and code.is_absence),
        "late": bool(code and code.is_late),
    }
