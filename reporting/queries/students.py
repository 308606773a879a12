"""One row of figures for each student of a group: what every number of the dashboard, and the list behind it, is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.arithmetic import Totals
from attendance.queries.figures.totals import WITH_LATENESS, over_until, series_by_student, totals_in_windows
from attendance.queries.figures.windows import Windows, together, windows
from caseload.queries.students import reached_ids
from core import clock
from core.id_lists import array
from interventions.choices import NOT_SEEN_WEEKS
from interventions.queries.students import Targets, targets_open_overdue, weeks_unseen
from progress.models import AssessmentPoint
from progress.queries import below_at_points, points_with_grades
from progress.queries.students import Below
from reporting.choices import VIEW_DASHBOARD

FOUR_WEEKS, YEAR_AGO = timedelta(weeks=4), timedelta(weeks=52)  # whole weeks, so that weekdays fall on weekdays
_SITES = """SELECT DISTINCT s.id FROM unnest(%s::bigint[]) AS w (id)
    JOIN caseload_sitemembership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_site AS s ON s.id = m.site_id ORDER BY 1"""


@dataclass(slots=True)
class StudentFacts:
    """What is known of one student for the dashboard."""

    pk: int
    series: str
    six_weeks: Totals
    before: Totals
    year: Totals
    finished: Totals  # the year up to the last week that is over: what comparisons are of
    month_ago: Totals  # the same four weeks earlier
    year_before: Totals  # the same weeks of the year before
    persistent: bool = False  # over the year; asked for in every group that the student is in
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
    """The students of a group, each by the series they attend by, and what they were read against."""

    day: date
    ids: list[int]  # everybody in the order of names, those who were never on a roll too
    series: list[str]  # those that occur in the group, the one of most students first
    students: dict[int, StudentFacts] = field(default_factory=dict)
    points: list[tuple[AssessmentPoint, AssessmentPoint | None]] = field(
        default_factory=list
    )  # latest, before; by site
    windows: dict[str, list[Windows]] = field(default_factory=dict)  # of the sites where they are, by series
    below_before: dict[int, Below] = field(default_factory=dict)  # at the assessment point before the latest
    sees_progress: bool = False
    sees_work: bool = False

    def window(self, series: str) -> Windows:
        """The windows that say what the six weeks are called: of those of the sites, the one with the most weeks."""
        shown = self.windows.get(series, [])
        return max(shown, key=lambda those: (those.weeks, those.weeks_before), default=windows(self.day))

    def of_series(self, series: str = "") -> list[StudentFacts]:
        """The students who attend by this series; everybody when none is named."""
        return [each for each in self.students.values() if not series or each.series == series]


def group_facts(user: Any, ids: Sequence[int]) -> GroupFacts:
    """Everything about these students (in the order of names), each in the series of their own site; the number of
    queries is fixed by how many series there are."""
    today = clock.today()
    series = series_by_student(ids)
    names = [name for name, _ in Counter(series[pk] for pk in ids if pk in series).most_common()]
    facts = GroupFacts(today, list(ids), names)
    totals: dict[int, dict[str, Totals]] = {}
    for those in together(ids, today) if ids else []:
        totals |= totals_in_windows(those.ids, _spans(those.windows, today), those.series, WITH_LATENESS)
        facts.windows.setdefault(those.series, []).append(those.windows)
    for pk in ids:
        if pk not in series:
            continue
        one = series[pk]
        nothing, found = Totals(series=one), totals.get(pk, {})
        year = found.get("year", nothing)
        six_weeks, before = found.get("six_weeks", nothing), found.get("before", nothing)
        finished, month_ago, year_before = (found.get(of, nothing) for of in ("finished", "month_ago", "year_before"))
        facts.students[pk] = StudentFacts(
            pk, one, six_weeks, before, year, finished, month_ago, year_before, year.called_persistent
        )
    _add_progress(user, facts)
    _add_work(user, facts)
    return facts


def _spans(shown: Windows, today: date) -> dict[str, tuple[date, date]]:
    start, over = shown.year[0], over_until(today)
    return shown.spans(("six_weeks", "before", "year")) | {
        "finished": (start, over),
        "month_ago": (start, over - FOUR_WEEKS),
        "year_before": (start - YEAR_AGO, over - YEAR_AGO),
    }


def _add_progress(user: Any, facts: GroupFacts) -> None:
    if not user.has_perm("progress.view_grades"):
        return
    facts.sees_progress = True
    seen = reached_ids(user, "progress.view_grades", VIEW_DASHBOARD, list(facts.students))
    of_site: dict[int, list[AssessmentPoint]] = {}
    for point in points_with_grades(_sites(facts)).filter(on_date__lte=facts.day):
        of_site.setdefault(point.site_id, []).append(point)
    for latest, *earlier in of_site.values():
        facts.points.append((latest, earlier[0] if earlier else None))
        now, before = below_at_points(seen, latest, earlier[0] if earlier else None)
        for pk, below in now.items():
            facts.students[pk].below = below
        facts.below_before |= before


def _sites(facts: GroupFacts) -> list[int]:
    """The sites at which these students are today."""
    with connection.cursor() as cursor:
        cursor.execute(_SITES, [array(facts.ids), facts.day])
        return [pk for (pk,) in cursor.fetchall()]


def _add_work(user: Any, facts: GroupFacts) -> None:
    """Targets and one-to-ones of everybody, whatever register they are on."""
    if not user.has_perm("interventions.view_pastoral_note"):
        return
    facts.sees_work = True
    seen = reached_ids(user, "interventions.view_pastoral_note", VIEW_DASHBOARD, facts.ids)
    for pk, targets in targets_open_overdue(seen, user).items():
        if pk in facts.students:
            facts.students[pk].targets = targets
    for pk, weeks in weeks_unseen(seen, user).items():
        if pk in facts.students:
            facts.students[pk].unseen = weeks


__all__ = ["NOT_SEEN_WEEKS", "YEAR_AGO", "GroupFacts", "StudentFacts", "group_facts"]
