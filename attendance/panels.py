"""What attendance adds to the student page and to lists of students."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from attendance import rules
from attendance.arithmetic import Totals, decimal
from attendance.choices import AlertKind, Series
from attendance.models import AlertRule
from attendance.queries.feeds import feeds_for
from attendance.queries.student_page import LABELS, figure, points, student_windows
from attendance.queries.students import events
from attendance.queries.totals import (
    missing_much,
    series_by_student,
    totals_in_windows,
    weekly_by_student,
    windows,
)
from caseload import columns
from caseload.columns import Column, Filter, Reason, ReasonSource
from core import clock, panels
from core.panels import Panel, TimelineSource

WEEKS_IN_LINE = 8
FELL_BY = 8  # points below the year that the last weeks must lie before it is said


def load_panel(user: Any, student: Any) -> dict[str, Any]:
    """Attendance this week, in six weeks and this year, each with what it is of, and the weekly line."""
    series, _, totals, spark = student_windows(student.pk)
    url = reverse("attendance:student_attendance", args=[student.public_id])
    six_weeks = figure("Attendance, six weeks", totals["six_weeks"]) | {"url": url, "spark": spark}
    return {
        "windows": [(LABELS[name], found, name != "week") for name, found in totals.items()],
        "year": totals["year"],
        "spark": spark,
        "unit": "sessions" if series == Series.SESSION else "lessons",
        "figures": [six_weeks],
        "more": url,
        "feed": feeds_for(user, student.pk),
    }


def load_timeline(user: Any, student: Any, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Runs of absence, weeks with lateness and amended marks; never one line for each mark."""
    end = before.astimezone(clock.LONDON).date() if before else clock.today()
    series = series_by_student([student.pk]).get(student.pk, Series.SESSION)
    found = events(student.pk, end - timedelta(days=400), end, series, limit + 20)
    url = reverse("attendance:student_attendance", args=[student.public_id])
    wanted = [event for event in found if before is None or event["when"] < before]
    return [
        {key: event[key] for key in ("when", "kind", "title", "text")} | {"url": url, "icon": "calendar2-check"}
        for event in wanted[:limit]
    ]


def _window_column(name: str) -> Any:
    def load(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
        return {
            student: _cell(totals[name], tone=name != "week")
            for student, totals in _figures(ids, user).items()
            if name in totals
        }

    return load


def load_year_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """The year to date, with the line of the last weeks."""
    lines = _lines(ids)
    return {
        student: _cell(totals["year"]) | {"spark": lines.get(student, [])}
        for student, totals in _figures(ids, user).items()
        if "year" in totals
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Persistent absence, and six weeks well below the year unless a rule of the college watches for drops itself."""
    found: dict[int, list[Reason]] = {}
    watched = AlertRule.objects.switched_on().filter(kind=AlertKind.DROP).exists()
    shown = windows(clock.today())
    for series, members in _by_series(ids).items():
        missed = missing_much(members, shown.year, shown.six_weeks, series, None if watched else FELL_BY)
        for student, (year, six_weeks) in missed.items():
            reasons = []
            if year.is_severe:
                reasons.append(Reason(f"Severe absence, {year.percent} attended", 80, "concern", "attendance"))
            elif year.is_persistent:
                reasons.append(Reason(f"Persistent absence, {year.percent} attended", 55, "concern", "attendance"))
            if not watched and (fell := _fell(year, six_weeks)) >= FELL_BY:
                reasons.append(Reason(f"Down {fell} points in six weeks", 65, "concern", "attendance"))
            if reasons:
                found[student] = reasons
    return found


def _fell(year: Totals, six_weeks: Totals) -> int:
    if year.attendance is None or six_weeks.attendance is None or six_weeks.possible < 20:
        return 0
    return int(year.attendance - six_weeks.attendance)


def _figures(ids: Sequence[int], user: Any) -> dict[int, dict[str, Totals]]:
    """The totals of a list, read once for all of its columns and reasons."""
    today, wanted = clock.today(), tuple(ids)
    kept = getattr(user, "_attendance_figures", None)
    if kept is not None and kept[0] == (today, wanted):
        return kept[1]  # type: ignore[no-any-return]  # kept for the length of one request
    found: dict[int, dict[str, Totals]] = {}
    for series, members in _by_series(wanted).items():
        found |= totals_in_windows(members, vars(windows(today)), series)
    user._attendance_figures = ((today, wanted), found)
    return found


def _lines(ids: Sequence[int]) -> dict[int, list[float | None]]:
    start = clock.week_of(clock.today()) - timedelta(weeks=WEEKS_IN_LINE - 1)
    found: dict[int, list[float | None]] = {}
    for series, members in _by_series(ids).items():
        weekly = weekly_by_student(members, start, clock.today(), series)
        found |= {student: points(weeks) for student, weeks in weekly.items()}
    return found


def _by_series(ids: Sequence[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for student, series in series_by_student(ids).items():
        found.setdefault(series, []).append(student)
    return dict(sorted(found.items()))


def _cell(totals: Totals, *, tone: bool = True) -> dict[str, Any]:
    return {
        "text": totals.percent,
        "sort": _sort(totals),
        "tone": totals.tone if tone and totals.tone in ("watch", "concern") else "",
        "title": totals.of,
    }


def _sort(totals: Totals) -> float:
    exact = decimal(totals.attendance, 4)
    return float(exact) if exact is not None else -1.0


def _window_sorts(name: str) -> Any:
    """What a list is sorted by: one window of everybody, without the words."""

    def sorts(ids: Sequence[int], user: Any) -> Mapping[int, float]:
        span = {name: getattr(windows(clock.today()), name)}
        return {
            student: _sort(totals[name])
            for series, members in _by_series(ids).items()
            for student, totals in totals_in_windows(members, span, series).items()
        }

    return sorts


def register() -> None:
    """Offer everything to the student page and to lists of students."""
    panels.register(
        Panel("student", "attendance", "Attendance", 20, rules.VIEW, "attendance/panels/student.html", load_panel)
    )
    panels.register_timeline(TimelineSource("attendance", "Attendance", 30, rules.VIEW, load_timeline))
    columns.register_column(
        Column(
            "attendance_week",
            "This week",
            10,
            rules.VIEW,
            _window_column("week"),
            "Attendance this week",
            sorts=_window_sorts("week"),
        )
    )
    columns.register_column(
        Column("attendance_six_weeks", "6 weeks", 20, rules.VIEW, _window_column("six_weeks"), "Attendance in the last six weeks", phone="a", sorts=_window_sorts("six_weeks"))
    )  # fmt: skip
    columns.register_column(
        Column("attendance_year", "Year", 30, rules.VIEW, load_year_column, "Attendance this academic year, and week by week", sorts=_window_sorts("year"))
    )  # fmt: skip
    columns.register_reasons(ReasonSource("attendance", rules.VIEW, load_reasons, 10))
    columns.register_filter(Filter("attendance", "Attendance", 10, rules.VIEW))
