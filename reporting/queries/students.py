"""One row of figures for each student of a group: what every number of the dashboard, and the list behind it, is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.arithmetic import Totals
from attendance.choices import Series
from attendance.queries.totals import WITH_LATENESS, series_by_student, totals_in_windows
from attendance.queries.windows import Windows, together, windows
from caseload.models import Site
from caseload.queries.students import reached_ids
from core import clock
from core.id_lists import array
from interventions.choices import NOT_SEEN_WEEKS
from interventions.queries.students import Targets, targets_open_overdue, weeks_unseen
from progress.models import AssessmentPoint
from progress.queries import below_at_points, points_with_grades
from progress.queries.students import Below
from reporting.choices import VIEW_DASHBOARD

FOUR_WEEKS = timedelta(weeks=4)
_SITES = """SELECT DISTINCT s.id FROM unnest(%s::bigint[]) AS w (id)
    JOIN caseload_sitemembership AS m ON m.student_id = w.id AND m.period @> %s::date
    JOIN caseload_site AS s ON s.id = m.site_id AND s.kind = %s"""


@dataclass(slots=True)
class StudentFacts:
    """What is known of one student for the dashboard."""

    pk: int
    series: str
    six_weeks: Totals
    before: Totals
    year: Totals
    month_ago: Totals
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
    """The students of a group who attend by one series, and what they were read against."""

    day: date
    ids: list[int]  # everybody in the order of names, those of the other series and those who were never on a roll too
    series: list[str]  # those that occur in the group, the one of most students first
    shown: str = Series.SESSION  # the one that is told about
    students: dict[int, StudentFacts] = field(default_factory=dict)
    points: dict[str, AssessmentPoint] = field(default_factory=dict)  # the latest assessment point of the series
    previous_points: dict[str, AssessmentPoint] = field(default_factory=dict)
    windows: list[Windows] = field(default_factory=list)  # of the sites where they are
    below_before: dict[int, Below] = field(default_factory=dict)  # at the assessment point before the latest
    sees_progress: bool = False
    sees_work: bool = False

    @property
    def window(self) -> Windows:
        """The windows that say what the six weeks are called: of those of the sites, the one with the most weeks."""
        return max(self.windows, key=lambda those: (those.weeks, those.weeks_before), default=windows(self.day))

    def of_series(self, series: str) -> list[StudentFacts]:
        """The students who attend by this series, if it is the one that is told about."""
        return list(self.students.values()) if series == self.shown else []


def group_facts(user: Any, ids: Sequence[int], year_starts: date, wanted: str = "") -> GroupFacts:
    """Everything about those of these students (in the order of names) who attend by the wanted series, or by the one of
    most of them when nobody does; in a fixed number of queries."""
    today = clock.today()
    series = series_by_student(ids)
    names = [name for name, _ in Counter(series[pk] for pk in ids if pk in series).most_common()]
    shown = wanted if wanted in names else (names or [Series.SESSION])[0]
    members = [pk for pk in ids if series.get(pk) == shown]
    totals: dict[int, dict[str, Totals]] = {}
    read: list[Windows] = []
    for those in together(members, today) if members else []:
        totals |= totals_in_windows(those.ids, _spans(those.windows, today), shown, WITH_LATENESS)
        read.append(those.windows)
    facts = GroupFacts(today, list(ids), names, shown, windows=read)
    nothing = Totals(series=shown)
    for pk in members:
        found = totals.get(pk, {})
        year = found.get("year", nothing)
        six_weeks, before = found.get("six_weeks", nothing), found.get("before", nothing)
        month_ago = found.get("month_ago", nothing)
        facts.students[pk] = StudentFacts(pk, shown, six_weeks, before, year, month_ago, year.called_persistent)
    _add_progress(user, facts, members)
    _add_work(user, facts)
    return facts


def _spans(shown: Windows, today: date) -> dict[str, tuple[date, date]]:
    year_starts = shown.year[0]
    return shown.spans(("six_weeks", "before", "year")) | {
        "month_ago": (year_starts, max(year_starts, today - FOUR_WEEKS))
    }


def _add_progress(user: Any, facts: GroupFacts, ids: Sequence[int]) -> None:
    if not user.has_perm("progress.view_grades"):
        return
    facts.sees_progress = True
    kind = Site.Kind.SCHOOL if facts.shown == Series.SESSION else Site.Kind.COLLEGE
    seen = reached_ids(user, "progress.view_grades", VIEW_DASHBOARD, ids)
    of_site: dict[int, list[AssessmentPoint]] = {}
    for point in points_with_grades(_sites(facts, kind)).filter(on_date__lte=facts.day):
        of_site.setdefault(point.site_id, []).append(point)
    for latest, *earlier in of_site.values():
        facts.points.setdefault(facts.shown, latest)
        now, before = below_at_points(seen, latest, earlier[0] if earlier else None)
        for pk, below in now.items():
            facts.students[pk].below = below
        if earlier:
            facts.previous_points.setdefault(facts.shown, earlier[0])
            facts.below_before |= before


def _sites(facts: GroupFacts, kind: str) -> list[int]:
    """The sites of a kind at which these students are today."""
    with connection.cursor() as cursor:
        cursor.execute(_SITES, [array(facts.ids), facts.day, kind])
        return [pk for (pk,) in cursor.fetchall()]


def _add_work(user: Any, facts: GroupFacts) -> None:
    """Targets and one-to-ones; read of everybody, as the students to talk about are found among them afterwards."""
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


__all__ = ["NOT_SEEN_WEEKS", "GroupFacts", "StudentFacts", "group_facts"]
