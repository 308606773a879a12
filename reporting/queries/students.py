"""One row of figures for each student of a group: what every number of the dashboard, and the list behind it, is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance.arithmetic import Totals
from attendance.choices import Series
from attendance.queries.totals import series_by_student, totals_in_windows, windows
from caseload.models import Site, SiteMembership
from caseload.queries.students import reached_ids
from core import clock
from interventions.choices import NOT_SEEN_WEEKS
from interventions.queries.students import Targets, targets_open_overdue, weeks_unseen
from progress.models import AssessmentPoint
from progress.queries import points_with_grades, progress_summary
from progress.queries.students import Below
from reporting.choices import VIEW_DASHBOARD

FOUR_WEEKS = timedelta(weeks=4)
SIX_WEEKS = timedelta(weeks=6)


@dataclass
class StudentFacts:
    """What is known of one student for the dashboard."""

    row: dict[str, Any]
    series: str
    six_weeks: Totals
    before: Totals
    year: Totals
    month_ago: Totals
    below: Below | None = None
    targets: Targets | None = None
    unseen: int = 0

    @property
    def drop(self) -> float | None:
        """Percentage points of attendance lost against the six weeks before; negative when it rose."""
        now, then = self.six_weeks.attendance, self.before.attendance
        return None if now is None or then is None else float(then - now)


@dataclass
class GroupFacts:
    """The rows of a group and what they were read against."""

    day: date
    students: dict[int, StudentFacts]
    rows: list[dict[str, Any]] = field(default_factory=list)  # everybody, those who were never on a roll too
    points: dict[str, AssessmentPoint] = field(default_factory=dict)  # the latest assessment point of each series
    previous_points: dict[str, AssessmentPoint] = field(default_factory=dict)
    below_before: dict[int, Below] = field(default_factory=dict)  # at the assessment point before the latest
    sees_progress: bool = False
    sees_work: bool = False
    site_ids: list[int] = field(default_factory=list)

    def of_series(self, series: str) -> list[StudentFacts]:
        """The students who attend by this series."""
        return [facts for facts in self.students.values() if facts.series == series]

    @property
    def series(self) -> list[str]:
        """The series that occur, the one of most students first."""
        counted: dict[str, int] = {}
        for facts in self.students.values():
            counted[facts.series] = counted.get(facts.series, 0) + 1
        return sorted(counted, key=lambda name: -counted[name])


def group_facts(user: Any, rows: Sequence[dict[str, Any]], year_starts: date) -> GroupFacts:
    """Everything about these students (dicts of `student_rows`), in a fixed number of queries."""
    today = clock.today()
    ids = [row["id"] for row in rows]
    series = series_by_student(ids)
    spans = _spans(today, year_starts)
    totals: dict[int, dict[str, Totals]] = {}
    for name in sorted(set(series.values())):
        totals |= totals_in_windows([pk for pk in ids if series[pk] == name], spans, name)
    facts = GroupFacts(today, {}, list(rows))
    for row in rows:
        if row["id"] in series:
            facts.students[row["id"]] = _student(row, series[row["id"]], totals.get(row["id"], {}))
    facts.site_ids = sorted(
        set(SiteMembership.objects.filter(student__in=ids, period__contains=today).values_list("site_id", flat=True))
    )
    _add_progress(user, facts, ids)
    _add_work(user, facts, ids)
    return facts


def _student(row: dict[str, Any], series: str, totals: dict[str, Totals]) -> StudentFacts:
    nothing = Totals(series=series)
    return StudentFacts(
        row,
        series,
        six_weeks=totals.get("six_weeks", nothing),
        before=totals.get("before", nothing),
        year=totals.get("year", nothing),
        month_ago=totals.get("month_ago", nothing),
    )


def _spans(today: date, year_starts: date) -> dict[str, tuple[date, date]]:
    shown = windows(today, year_starts)
    first = shown.six_weeks[0]
    return {
        "six_weeks": shown.six_weeks,
        "before": (max(first - SIX_WEEKS, year_starts), first - timedelta(days=1)),
        "year": shown.year,
        "week": shown.week,  # for the students to talk about, who are read after this
        "month_ago": (year_starts, max(year_starts, today - FOUR_WEEKS)),
    }


def _add_progress(user: Any, facts: GroupFacts, ids: Sequence[int]) -> None:
    if not user.has_perm("progress.view_grades"):
        return
    seen = reached_ids(user, "progress.view_grades", VIEW_DASHBOARD, ids)
    facts.sees_progress = True
    of_site: dict[int, list[AssessmentPoint]] = {}
    for point in points_with_grades(facts.site_ids).filter(on_date__lte=facts.day):
        of_site.setdefault(point.site_id, []).append(point)
    for latest, *earlier in of_site.values():
        series = Series.SESSION if latest.site.kind == Site.Kind.SCHOOL else Series.LESSON
        facts.points.setdefault(series, latest)
        for pk, below in progress_summary(seen, latest).by_student.items():
            if pk in facts.students:
                facts.students[pk].below = below
        if earlier:
            facts.previous_points.setdefault(series, earlier[0])
            facts.below_before |= progress_summary(seen, earlier[0]).by_student


def _add_work(user: Any, facts: GroupFacts, ids: Sequence[int]) -> None:
    if not user.has_perm("interventions.view_pastoral_note"):
        return
    facts.sees_work = True
    seen = reached_ids(user, "interventions.view_pastoral_note", VIEW_DASHBOARD, ids)
    for pk, targets in targets_open_overdue(seen, user).items():
        if pk in facts.students:
            facts.students[pk].targets = targets
    for pk, weeks in weeks_unseen(seen, user).items():
        if pk in facts.students:
            facts.students[pk].unseen = weeks


__all__ = ["NOT_SEEN_WEEKS", "GroupFacts", "StudentFacts", "group_facts"]
