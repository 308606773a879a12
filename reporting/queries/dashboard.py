"""The dashboard of a group: its figures, its caseloads side by side, gaps between groups, students to talk about.

Attendance is told for each series apart, sessions and lessons, on the one page; targets, one-to-ones and grades are not split.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import pstdev
from typing import Any

from attendance.arithmetic import Totals, sum_of, written
from attendance.queries.figures.totals import ATTENDED_OR_ABSENT, finished, weekly_series
from attendance.queries.figures.windows import Windows
from core import wording
from core.documents.charts import line_over_weeks
from progress.models import AssessmentPoint
from reporting.queries.students import NOT_SEEN_WEEKS, YEAR_AGO, GroupFacts, StudentFacts

WEEKS = 6
FEWEST_CHANGES = 8
Weeks = Sequence[tuple[date, Totals]]
MOST = 0.9  # of the students have marks in both years: a line of these alone says it all


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


def behind(facts: GroupFacts, key: str, series: str = "") -> list[StudentFacts]:
    """The students behind a figure, in the order that it is read; of one series where one is named."""
    figure = FIGURES[key]
    return sorted((s for s in facts.of_series(series) if figure.has(s)), key=figure.order)


def attendance_figures(
    facts: GroupFacts, series: str, weeks: Weeks, address: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The attendance of one series as the page shows it: value, of how many, change, whether that is usual, and the way to
    the students."""
    students = facts.of_series(series)
    shown = facts.window(series)
    return [
        _attendance(students, series, weeks, address, shown),
        _persistent(students, address),
        _late(students, series, address, shown),
    ]


def other_figures(facts: GroupFacts, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """What is not counted by register: grades, targets and one-to-ones of everybody."""
    students = facts.of_series()
    figures = [_below(facts, students, address)] if facts.points else []
    if facts.sees_work:
        figures += [_overdue(students, address), _unseen(students, address)]
    return figures


def _attendance(
    students: Sequence[StudentFacts], series: str, weeks: Weeks, address: Callable[[str], str], shown: Windows
) -> dict[str, Any]:
    now = sum_of((s.six_weeks for s in students), series)
    same, later, earlier = _both_times(students, series)
    change = _difference(later.attendance, earlier.attendance)
    return {
        "label": f"Attendance, {shown.label.lower()}",
        "value": now.percent,
        "of": ", ".join(filter(None, (now.of, shown.short))),
        "change": _points(change, shown.against, same),
        "usual": is_usual(change, weeks),
        "tone": now.tone,
        "spark": [None if t.attendance is None else float(t.attendance) for _, t in weeks[-WEEKS * 2 :]],
        "url": address("attendance"),
    }


def _persistent(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    counted = [s for s in students if s.year.is_enough]
    now = [s for s in counted if s.persistent]
    severe = sum(s.year.called_severe for s in now)
    both = [s for s in students if s.finished.is_enough and s.month_ago.is_enough]
    then = sum(s.month_ago.called_persistent for s in both)
    return {
        "label": FIGURES["persistent"].label,
        "value": str(len(now)),
        "of": f"of {len(counted)}{f', {severe} severely' if severe else ''}",
        "change": _more(
            sum(s.finished.called_persistent for s in both), then, "four weeks ago, finished weeks only", len(both)
        ),
        "url": address("persistent"),
    }


def _late(
    students: Sequence[StudentFacts], series: str, address: Callable[[str], str], shown: Windows
) -> dict[str, Any]:
    now = sum_of((s.six_weeks for s in students), series)
    same, later, earlier = _both_times(students, series)
    return {
        "label": f"Late, {shown.label.lower()}",
        "value": now.late_percent,
        "of": now.late_of,
        "change": _points(_difference(later.lateness, earlier.lateness), shown.against, same),
        "url": address("late"),
    }


def _both_times(students: Sequence[StudentFacts], series: str) -> tuple[int, Totals, Totals]:
    """How many have marks in the six weeks and in those before, and their totals in both: a comparison is of the same students."""
    both = [s for s in students if s.six_weeks.possible and s.before.possible]
    return len(both), sum_of((s.six_weeks for s in both), series), sum_of((s.before for s in both), series)


def _difference(now: Fraction | None, then: Fraction | None) -> float | None:
    return None if now is None or then is None else float(now - then)


def _below(facts: GroupFacts, students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    graded = [s for s in students if s.below]
    now = sum(1 for s in graded if s.below and s.below.below)
    common = [s for s in graded if s.pk in facts.below_before]
    then = sum(bool(facts.below_before[s.pk].below) for s in common)
    earlier = points_called([before for _, before in facts.points if before]) or "the point before"
    change = _more(sum(bool(s.below and s.below.below) for s in common), then, f"at {earlier}", len(common))
    return {
        "label": f"{FIGURES['below'].label}, {points_called([now for now, _ in facts.points]) or 'latest grades'}",
        "value": str(now),
        "of": f"of {len(graded)} with grades",
        "change": change,
        "url": address("below"),
    }


def points_called(points: Sequence[AssessmentPoint]) -> str:
    """The one name of these assessment points of different sites; nothing when they have several."""
    names = {point.name for point in points}
    return names.pop() if len(names) == 1 else ""


def _overdue(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    open_ones = sum(s.targets.open for s in students if s.targets)
    overdue = sum(s.targets.overdue for s in students if s.targets)
    return {
        "label": FIGURES["overdue"].label,
        "value": str(sum(bool(s.targets and s.targets.overdue) for s in students)),
        "of": f"students, with {overdue} overdue of {open_ones} open targets",
        "url": address("overdue"),
    }


def _unseen(students: Sequence[StudentFacts], address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "label": FIGURES["unseen"].label,
        "value": str(sum(s.unseen >= NOT_SEEN_WEEKS for s in students)),
        "of": f"of {len(students)}",
        "url": address("unseen"),
    }


def _points(change: float | None, against: str, same: int) -> str:
    """A change in percentage points of the same students; nothing where there is nothing to set it beside."""
    if change is None or not against:
        return ""
    said = wording.change(change, "points")
    return f"{said} against {against}, {the_same(same)}"


def the_same(students: int) -> str:
    """Of whom a comparison is: “same 140 students”."""
    return f"same {students:,} {'student' if students == 1 else 'students'}"


def _more(now: int, then: int, when: str, both: int) -> str:
    """How a number of students has changed among those counted both times, and how many those are; nothing for nobody."""
    if not both:
        return ""
    said = f"{abs(now - then)} {'more' if now > then else 'fewer'} than {when}" if now != then else f"as many as {when}"
    return f"{said}, {the_same(both)}"


def is_usual(change: float | None, weeks: Weeks) -> bool | None:
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


@dataclass(frozen=True)
class Beside:
    """The year so far beside the year before, in the weeks that are over: of the students with marks in both."""

    students: list[StudentFacts]
    now: Totals
    before: Totals
    is_most: bool  # nearly all of those with marks this year

    @property
    def change(self) -> float | None:
        """In percentage points."""
        return _difference(self.now.attendance, self.before.attendance)

    @property
    def same(self) -> str:
        """“same 140 students”."""
        return the_same(len(self.students))


def beside_last_year(students: Sequence[StudentFacts], series: str) -> Beside | None:
    """This year beside the year before, of the same students and weeks; nothing where nobody has marks in both."""
    marked = [s for s in students if s.finished.possible]
    same = [s for s in marked if s.year_before.possible]
    if not same:
        return None
    now, before = (sum_of((getattr(s, of) for s in same), series) for of in ("finished", "year_before"))
    return Beside(same, now, before, len(same) >= MOST * len(marked))


def weeks_of(students: Sequence[StudentFacts], start: date, end: date, series: str) -> list[tuple[date, Totals]]:
    """These students together in each week that is over."""
    return finished(weekly_series([s.pk for s in students], start, end, series, ATTENDED_OR_ABSENT))


def weekly_chart(
    weeks: Weeks, same: Weeks, beside: Beside | None, years: Sequence[Any], *, narrow: bool = False
) -> dict[str, Any] | None:
    """The specification of attendance by week this year, and of both years of the students with marks in both (`same`).

    The line of everybody stands apart where those are not nearly all. The narrow one is for a phone, where the letters of
    the wide one would be too small to read.
    """
    begins = years[0].starts_on - timedelta(days=6)
    now = [(week, totals) for week, totals in weeks if week >= begins]
    if len(now) < 2:
        return None
    lines = {years[0].name: now}
    if beside:
        both, before = dict(same), {week + YEAR_AGO: totals for week, totals in same if week < begins}
        lines = {} if beside.is_most else {f"{years[0].name}, all": now}
        lines[f"{years[0].name}, same {len(beside.students):,}"] = [
            (week, both[week]) for week, _ in now if week in both
        ]
        lines[f"{years[1].name}, same {len(beside.students):,}"] = [
            (week, before[week]) for week, _ in now if week in before
        ]
    first, latest = now[0][1], now[-1][1]
    low = min((_number(totals) or 100) for line in lines.values() for _, totals in line)
    return line_over_weeks(
        f"Attendance by week, {written(first.attendance)} in the first week and {written(latest.attendance)} in the last.",
        {name: [(_label(week), _number(totals)) for week, totals in line] for name, line in lines.items()},
        low=max(0, int(low) - 4),
        high=100,
        width=330 if narrow else 900,
        height=190 if narrow else 170,
    )


def _label(week: date) -> str:
    return f"{week.day} {week:%b}"


def _number(totals: Totals | None) -> float | None:
    return None if totals is None or totals.attendance is None else round(float(totals.attendance), 2)
