"""What attendance adds to the student page and to lists of students."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.urls import reverse

from attendance import rules
from attendance.arithmetic import Totals
from attendance.chance import is_more_than_chance
from attendance.choices import AlertKind, Series
from attendance.queries.alerts.lists import watched_for
from attendance.queries.figures.lists import figures
from attendance.queries.figures.totals import (
    missing_much,
    series_by_student,
    totals_in_windows,
    weekly_by_student,
)
from attendance.queries.figures.windows import together
from attendance.queries.registers.feeds import feeds_for
from attendance.queries.students.page import figure, labels, student_windows
from attendance.queries.students.students import events
from caseload.needs import Need
from caseload.registries import columns
from caseload.registries.columns import Column, Filter, Reason, ReasonSource
from core import clock
from core.pages import cards
from core.pages.cards import Card, TimelineSource

FELL_BY = 8  # points below the year that the last weeks must lie before it is said
FEW = 200  # about as many as one page of a list


def load_card(user: Any, student: Any) -> dict[str, Any]:
    """Attendance this week, in six weeks and this year, each with what it is of, and the weekly line."""
    series, spans, totals, spark = student_windows(student.pk)
    url = reverse("attendance:student_attendance", args=[student.public_id])
    six_weeks = figure(f"Attendance, {spans.label.lower()}", totals["six_weeks"], short=spans.short) | {
        "url": url,
        "spark": spark,
    }
    return {
        "windows": [(labels(spans)[name], found, name != "week") for name, found in totals.items()],
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
            student: _of_week(totals) if name == "week" else _cell(totals, short=found.short)
            for student, found in figures(ids).items()
            if (totals := getattr(found, name)) is not None
        }

    return load


def load_year_column(ids: Sequence[int], user: Any) -> Mapping[int, Mapping[str, Any]]:
    """The year to date, with the line of the last weeks."""
    return {
        student: _cell(found.year) | {"spark": found.line}
        for student, found in figures(ids).items()
        if found.year is not None
    }


def load_reasons(ids: Sequence[int], user: Any) -> Mapping[int, Sequence[Reason]]:
    """Persistent absence, and six weeks well below the year unless a rule of the college watches for drops itself."""
    found: dict[int, list[Reason]] = {}
    watched = watched_for(AlertKind.DROP)
    worth = _worth_a_word(ids, None if watched else FELL_BY)
    fell = set() if watched else _fell(worth)
    for student, (year, six_weeks) in worth.items():
        reasons = []
        if year.called_severe:
            reasons.append(Reason(f"Severe absence, {year.attended_words}", Need.SEVERE_ABSENCE, "attendance"))
        elif year.called_persistent:
            reasons.append(Reason(f"Persistent absence, {year.attended_words}", Need.PERSISTENT_ABSENCE, "attendance"))
        if student in fell:
            words = f"Down {_points_between(year, six_weeks)} points in six weeks"
            reasons.append(Reason(words, Need.FALLING, "attendance"))
        if reasons:
            found[student] = reasons
    return found


def _fell(worth: Mapping[int, tuple[Totals, Totals]]) -> set[int]:
    """Those whose six weeks lie so far below their year that chance hardly explains it; nobody, until the year has weeks
    enough to tell. One statement for those who share windows, if anybody fell."""
    low = [pk for pk, (year, six) in worth.items() if six.possible >= 20 and six.is_below(year, FELL_BY)]
    found = set()
    for those in together(low):
        number, (start, _), (_, end) = those.windows.weeks, those.windows.year, those.windows.six_weeks
        for student, weekly in weekly_by_student(those.ids, start, end, those.series).items():
            weeks = [(totals.shown, totals.possible) for _, totals in weekly if totals.possible]
            if is_more_than_chance(weeks, number):
                found.add(student)
    return found


def _worth_a_word(ids: Sequence[int], fell_by: int | None) -> dict[int, tuple[Totals, Totals]]:
    """The year and the six weeks of at least those whom they may give a reason. Of a list as short as a page shows, its
    columns read the figures of everybody anyway; of a longer one the database leaves out those who miss little."""
    if len(ids) <= FEW:
        return {
            student: (read.year, read.six_weeks or Totals(series=read.year.series))
            for student, read in figures(ids).items()
            if read.year is not None
        }
    found: dict[int, tuple[Totals, Totals]] = {}
    for those in together(ids):
        shown = those.windows
        found |= missing_much(those.ids, shown.year, shown.six_weeks, those.series, fell_by)
    return found


def _points_between(year: Totals, six_weeks: Totals) -> int:
    return int((year.attendance or Fraction()) - (six_weeks.attendance or Fraction()))


def _of_week(totals: Totals) -> dict[str, Any]:
    """This week so far, with how few sessions or lessons it is of. No tone: a week makes no habit."""
    note = f"of {totals.possible}" if totals.possible else ""
    return {"text": totals.percent, "sort": _sort(totals), "title": totals.of, "note": note}


def _cell(totals: Totals, *, short: str = "") -> dict[str, Any]:
    """A longer time; of too few to say anything by it bears the mark, and stands after the others however the list is sorted."""
    return {
        "text": totals.percent,
        "sort": None if totals.few else _sort(totals),
        "tone": totals.tone if totals.tone in ("watch", "concern") else "",
        "title": ", ".join(filter(None, (totals.of, short))),
        "note": totals.few,
    }


def _sort(totals: Totals) -> float | None:
    return 100 * totals.shown / totals.possible if totals.possible else None


def _window_sorts(name: str) -> Any:
    """What a list is sorted by: one window of everybody, without the words."""

    def sorts(ids: Sequence[int], user: Any) -> Mapping[int, float | None]:
        return {
            student: None if name != "week" and totals[name].few else _sort(totals[name])
            for those in together(ids)
            for student, totals in totals_in_windows(those.ids, those.windows.spans([name]), those.series).items()
        }

    return sorts


def register() -> None:
    """Offer everything to the student page and to lists of students."""
    cards.register(
        Card("student", "attendance", "Attendance", 20, rules.VIEW, "attendance/cards/student.html", load_card)
    )
    cards.register_timeline(TimelineSource("attendance", "Attendance", 30, rules.VIEW, load_timeline))
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
        Column("attendance_six_weeks", "6 weeks", 20, rules.VIEW, _window_column("six_weeks"), "Attendance in the last six school weeks that are over", phone="a", sorts=_window_sorts("six_weeks"))
    )  # fmt: skip
    columns.register_column(
        Column("attendance_year", "Year", 30, rules.VIEW, load_year_column, "Attendance this academic year, and week by week", sorts=_window_sorts("year"))
    )  # fmt: skip
    columns.register_reasons(ReasonSource("attendance", rules.VIEW, load_reasons, 10))
    columns.register_filter(Filter("attendance", "Attendance", 10, rules.VIEW))
