"""The dashboard of a group: six figures, its caseloads side by side, gaps between groups, students to talk about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import pstdev
from typing import Any

from attendance.arithmetic import Totals, sum_of, written
from attendance.choices import Series
from attendance.queries.totals import ATTENDED_OR_ABSENT, finished, weekly_series
from attendance.queries.windows import Windows
from core.charts import line_over_weeks
from reporting.queries.students import NOT_SEEN_WEEKS, GroupFacts, StudentFacts

WEEKS = 6
FEWEST_CHANGES = 8
YEAR_AGO = timedelta(weeks=52)


@dataclass(frozen=True)
class Figure:
    """One of the figures: its words, which students are behind it, and what is said of each."""

    key: str
    label: str
    behind: str
    has: Callable[[StudentFacts], bool]
    says: Callable[[StudentFacts], str]
    order: Callable[[StudentFacts], Any]


def _share(totals: Totals) -> Fraction:
    """The attendance to order by; those with too little to compare come last."""
    return totals.attendance if totals.is_enough and totals.attendance is not None else Fraction(101)


FIGURES = {
    figure.key: figure
    for figure in (
        Figure(
            "attendance",
            "Attendance, six weeks",
            "Attendance in the last six weeks, the lowest first",
            lambda s: bool(s.six_weeks.possible),
            lambda s: s.six_weeks.words + ("" if s.six_weeks.is_enough else ", too little to compare"),
            lambda s: _share(s.six_weeks),
        ),
        Figure(
            "persistent",
            "Persistently absent this year",
            "Students who have missed a tenth or more of the year so far",
            lambda s: s.persistent,
            lambda s: f"{s.year.words}{', severe' if s.year.called_severe else ''}",
            lambda s: _share(s.year),
        ),
        Figure(
            "late",
            "Late, six weeks",
            "Students who were late in the last six weeks, the most often first",
            lambda s: bool(s.six_weeks.times_late),
            lambda s: f"late {s.six_weeks.late_of}; {s.six_weeks.minutes_late} minutes",
            lambda s: -s.six_weeks.times_late,
        ),
        Figure(
            "below",
            "Below target",
            "Students below target in at least one subject at the latest assessment point",
            lambda s: bool(s.below and s.below.below),
            lambda s: f"below target in {s.below.below} of {s.below.of}" if s.below else "",
            lambda s: (-s.below.below, s.below.of) if s.below else (0, 0),
        ),
        Figure(
            "overdue",
            "Overdue targets",
            "Students with an overdue target",
            lambda s: bool(s.targets and s.targets.overdue),
            lambda s: f"{s.targets.overdue} overdue of {s.targets.open} open" if s.targets else "",
            lambda s: -s.targets.overdue if s.targets else 0,
        ),
        Figure(
            "unseen",
            f"Not seen for {NOT_SEEN_WEEKS} weeks",
            f"Students without a one-to-one for {NOT_SEEN_WEEKS} weeks or more",
            lambda s: s.unseen >= NOT_SEEN_WEEKS,
            lambda s: f"{s.unseen} weeks",
            lambda s: -s.unseen,
        ),
        Figure(
            "all",
            "Everybody",
            "Everybody in the group",
            lambda s: True,
            lambda s: s.year.words,
            lambda s: 0,  # they are in the order of names already
        ),
    )
}
PROGRESS, WORK = {"below"}, {"overdue", "unseen"}


def behind(facts: GroupFacts, key: str, series: str) -> list[StudentFacts]:
    """The students behind a figure, in the order that it is read."""
    figure = FIGURES[key]
    return sorted((s for s in facts.of_series(series) if figure.has(s)), key=figure.order)


def six_figures(
    facts: GroupFacts, series: str, weeks: Sequence[tuple[date, Totals]], address: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The row of figures as the page shows it: value, of how many, change, whether that is usual, and the way to the students."""
    students = facts.of_series(series)
    now, then = sum_of((s.six_weeks for s in students), series), sum_of((s.before for s in students), series)
    figures = [
        _attendance(now, then, weeks, address, facts.window.against) | _in_window(facts, now),
        _persistent(students, address),
        _late(now, then, series, address, facts.window),
    ]
    if series in facts.points:
        figures.append(_below(facts, series, students, address))
    if facts.sees_work:
        figures += [_overdue(students, address), _unseen(students, address)]
    return figures


def _attendance(
    now: Totals, then: Totals, weeks: Sequence[tuple[date, Totals]], address: Callable[[str], str], against: str
) -> dict[str, Any]:
    change = None if now.attendance is None or then.attendance is None else float(now.attendance - then.attendance)
    return {
        "label": FIGURES["attendance"].label,
        "value": written(now.attendance),
        "of": now.of,
        "change": _points(change, f"against {against}"),
        "usual": is_usual(change, weeks),
        "tone": now.tone,
        "spark": [None if t.attendance is None else float(t.attendance) for _, t in weeks[-WEEKS * 2 :]],
        "url": address("attendance"),
    }


def _in_window(facts: GroupFacts, now: Totals) -> dict[str, Any]:
    """What the six weeks are called, what of, and how few weeks there are."""
    shown = facts.window
    return {"label": f"Attendance, {shown.label.lower()}", "of": ", ".join(filter(None, (now.of, shown.short)))}


def _persistent(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    counted = [s for s in students if s.year.is_enough]
    now = [s for s in counted if s.persistent]
    severe = sum(s.year.called_severe for s in now)
    then = sum(s.month_ago.called_persistent for s in counted)
    comparable = any(s.month_ago.possible for s in counted)
    return {
        "label": FIGURES["persistent"].label,
        "value": str(len(now)),
        "of": f"of {len(counted)}{f', {severe} severely' if severe else ''}",
        "change": _more(len(now) - then, "than four weeks ago") if comparable else "",
        "url": address("persistent"),
    }


def _late(now: Totals, then: Totals, series: str, address: Callable[[str], str], shown: Windows) -> dict[str, Any]:
    share, before = now.lateness, then.lateness
    return {
        "label": f"Late, {shown.label.lower()}",
        "value": now.late_percent,
        "of": now.late_of,
        "change": _points(
            None if share is None or before is None else float(share - before), f"against {shown.against}"
        ),
        "url": address("late"),
    }


def _below(
    facts: GroupFacts, series: str, students: Sequence[StudentFacts], address: Callable[[str], str]
) -> dict[str, Any]:
    graded = [s for s in students if s.below]
    now = sum(1 for s in graded if s.below and s.below.below)
    change = ""
    if series in facts.previous_points:
        common = [s for s in graded if s.pk in facts.below_before]
        then = sum(bool(facts.below_before[s.pk].below) for s in common)
        change = _more(
            sum(bool(s.below and s.below.below) for s in common) - then, f"than at {facts.previous_points[series].name}"
        )
    return {
        "label": f"{FIGURES['below'].label}, {facts.points[series].name}",
        "value": str(now),
        "of": f"of {len(graded)} with grades",
        "change": change,
        "url": address("below"),
    }


def _overdue(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    open_ones = sum(s.targets.open for s in students if s.targets)
    overdue = sum(s.targets.overdue for s in students if s.targets)
    return {
        "label": FIGURES["overdue"].label,
        "value": str(overdue),
        "of": f"of {open_ones} open",
        "url": address("overdue"),
    }


def _unseen(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "label": FIGURES["unseen"].label,
        "value": str(sum(s.unseen >= NOT_SEEN_WEEKS for s in students)),
        "of": f"of {len(students)}",
        "url": address("unseen"),
    }


def _points(change: float | None, against: str) -> str:
    if change is None:
        return ""
    if abs(change) < 0.05:
        return f"no change {against}"
    return f"{'+' if change > 0 else '−'}{abs(change):.1f} points {against}"


def _more(difference: int, than: str) -> str:
    if not difference:
        return f"as many as {than.removeprefix('than ')}"
    return f"{abs(difference)} {'more' if difference > 0 else 'fewer'} {than}"


def is_usual(change: float | None, weeks: Sequence[tuple[date, Totals]]) -> bool | None:
    """Whether a change between two runs of six weeks is within the usual wobble: no further from zero than twice the
    standard deviation of the group's own earlier changes of that kind. None when there are too few to tell."""
    if change is None:
        return None
    runs = [sum_of((t for _, t in weeks[at : at + WEEKS]), weeks[0][1].series) for at in range(len(weeks) - WEEKS + 1)]
    shares = [float(run.attendance) for run in runs if run.attendance is not None]
    changes = [later - earlier for earlier, later in zip(shares, shares[WEEKS:], strict=False)][:-1]
    if len(changes) < FEWEST_CHANGES:
        return None
    return abs(change) <= 2 * pstdev(changes)


def weeks_of(students: Sequence[StudentFacts], start: date, end: date, series: str) -> list[tuple[date, Totals]]:
    """These students together in each week that is over."""
    return finished(weekly_series([s.pk for s in students], start, end, series, ATTENDED_OR_ABSENT))


def weekly_chart(
    weeks: Sequence[tuple[date, Totals]], year_starts: date, year_name: str, last_name: str, *, narrow: bool = False
) -> dict[str, Any] | None:
    """The specification of attendance by week this year, and last year for the same students and weeks.

    The narrow one is for a phone, where the letters of the wide one would be too small to read.
    """
    now = [(week, totals) for week, totals in weeks if week >= year_starts - timedelta(days=6)]
    before = {week + YEAR_AGO: totals for week, totals in weeks if week < year_starts - timedelta(days=6)}
    if len(now) < 2:
        return None
    line = {year_name: [(_label(week), _number(totals)) for week, totals in now]}
    earlier = [(_label(week), _number(before.get(week))) for week, _ in now]
    if any(value is not None for _, value in earlier):
        line[last_name] = earlier
    latest, low = now[-1][1], min((_number(t) or 100) for _, t in now)
    return line_over_weeks(
        f"Attendance by week, {written(now[0][1].attendance)} in the first week and {written(latest.attendance)} in the last.",
        line,
        low=max(0, int(low) - 4),
        high=100,
        width=330 if narrow else 900,
        height=190 if narrow else 170,
    )


def _label(week: date) -> str:
    return f"{week.day} {week:%b}"


def _number(totals: Totals | None) -> float | None:
    return None if totals is None or totals.attendance is None else round(float(totals.attendance), 2)
