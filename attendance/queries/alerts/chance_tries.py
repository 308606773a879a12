"""For how many students of a site a rule would hold by chance alone: each kind is tried on records shuffled in its own way.

The rule itself is asked (`alert_kinds`), of marks that are the students' own. A function here reads what its kind needs once and
gives back one try: a number of students, the same whenever the try has the same number and the marks are the same.

- below in so many weeks, late, unauthorised: any so many of the student's own weeks take the place of the last ones
- below this year: the weeks of all students are dealt out among them, each within its calendar week; a student's own order
  means nothing to a year's total
- days in a row: the student's days in random order
- a fall: the student's weeks in random order; a pattern: their absences at random places
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from attendance import alert_kinds as kinds
from attendance.arithmetic import Totals, sum_of
from attendance.chance import Week, is_more_than_chance
from attendance.choices import AlertKind
from attendance.models import AlertRule
from attendance.patterns import LEAST_ABSENCES, at_random, find_patterns
from attendance.queries.alerts.kinds import (
    LOOK_BACK,
    PATTERN_LEVEL,
    WEEK,
    Population,
    days_of_absence,
    unauthorised_days,
    until,
)
from attendance.queries.figures.pieces import DAY
from attendance.queries.figures.totals import weekly_by_student
from attendance.queries.figures.windows import finished_weeks
from attendance.queries.students.patterns import chances_of
from attendance.thresholds import SCHOOL_WEEKS
from core import clock

AT_A_TIME = 500
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Try = Callable[[int], int]


def tries_of(rule: AlertRule, those: Population, day: date) -> Try:
    """One try of a rule on the shuffled records of a site's students as at a day, by the number of the try."""
    on_roll = those.narrowed({pk for pk in those.ids if those.on_roll(pk, day)})
    return _TRIES[AlertKind(rule.kind)](rule, on_roll, day)


@dataclass(frozen=True)
class _Weeks:
    """Students (rows) by week (columns): how many they attended, could attend and came late to; and whether there was anything."""

    ids: list[int]
    series: str
    shown: Counts
    possible: Counts
    late: Counts

    @property
    def marked(self) -> Mask:
        """Whether a student could attend anything in a week."""
        return self.possible > 0

    def totals(self, places: Counts) -> list[Totals]:
        """Each student's totals over the weeks at these places of their row."""
        sums = [np.take_along_axis(each, places, axis=1).sum(axis=1) for each in (self.shown, self.possible, self.late)]
        return [
            Totals(present=int(shown), unauthorised=int(possible - shown), late=int(late), series=self.series)
            for shown, possible, late in zip(*sums, strict=True)
        ]


def _weeks(those: Population, start: date, end: date) -> _Weeks:
    own = weekly_by_student(sorted(those.ids), start, end, those.series) if those.ids and start <= end else {}
    first = clock.week_of(start)
    counts = np.zeros((3, len(own), max((clock.week_of(end) - first).days // 7 + 1, 0)), dtype=np.int64)
    for row, student in enumerate(sorted(own)):
        for monday, totals in own[student]:
            counts[:, row, (monday - first).days // 7] = totals.shown, totals.possible, totals.times_late
    return _Weeks(sorted(own), those.series, *counts)


def _any_of(marked: Mask, number: int, chance: np.random.Generator) -> Counts:
    """The places of so many weeks of each student, drawn from those with marks; where there are fewer, all and some without."""
    keys = np.where(marked, chance.random(marked.shape), 2.0)
    found: Counts = np.argsort(keys, axis=1)[:, :number]
    return found


def _below(rule: AlertRule, those: Population, day: date) -> Try:
    start = those.year_starts(day)
    if not rule.weeks:
        return _below_this_year(rule, _weeks(those, start, until(day)))
    mondays = finished_weeks(those.calendar, day, start)
    if not mondays:
        return _nobody
    weeks, number = _weeks(those, mondays[0], mondays[-1] + WEEK - DAY), rule.weeks
    return lambda one: sum(
        kinds.below(rule, totals) for totals in weeks.totals(_any_of(weeks.marked, number, np.random.default_rng(one)))
    )


def _below_this_year(rule: AlertRule, weeks: _Weeks) -> Try:
    everything = np.tile(np.arange(weeks.marked.shape[1]), (len(weeks.marked), 1))
    return lambda one: sum(
        kinds.below(rule, totals) for totals in _dealt(weeks, np.random.default_rng(one)).totals(everything)
    )


def _dealt(weeks: _Weeks, chance: np.random.Generator) -> _Weeks:
    """Each calendar week dealt out by lot among those who could attend in it."""
    dealt = [each.copy() for each in (weeks.shown, weeks.possible, weeks.late)]
    for column in range(weeks.marked.shape[1]):
        rows = np.flatnonzero(weeks.marked[:, column])
        other = chance.permutation(rows)
        for each in dealt:
            each[rows, column] = each[other, column]
    return _Weeks(weeks.ids, weeks.series, *dealt)


def _late(rule: AlertRule, those: Population, day: date) -> Try:
    number = rule.weeks or 1
    weeks = _weeks(those, those.year_starts(day), until(day))
    return lambda one: sum(
        kinds.late(rule, totals) for totals in weeks.totals(_any_of(weeks.marked, number, np.random.default_rng(one)))
    )


def _unauthorised(rule: AlertRule, those: Population, day: date) -> Try:
    """Ten of the student's school weeks of the last year or so take the place of the last ten."""
    start = day - LOOK_BACK
    own = unauthorised_days(those, start, day)
    weeks = _weeks(those.narrowed(own), start, until(day))
    first, sessions = clock.week_of(start), np.zeros_like(weeks.possible)
    for row, student in enumerate(weeks.ids):
        for missed_on, number, _ in own[student]:
            sessions[row, (clock.week_of(missed_on) - first).days // 7] += number

    def once(one: int) -> int:
        drawn = _any_of(weeks.marked, SCHOOL_WEEKS, np.random.default_rng(one))
        return sum(
            kinds.unauthorised(rule, int(each)) for each in np.take_along_axis(sessions, drawn, axis=1).sum(axis=1)
        )

    return once


def _consecutive(rule: AlertRule, those: Population, day: date) -> Try:
    """The days that a run is looked for in, in random order. Students with fewer absent days than it takes are left out."""
    every = [
        np.array(days, dtype=bool)
        for days in days_of_absence(those, day).values()
        if kinds.consecutive(rule, sum(days))
    ]

    def once(one: int) -> int:
        chance = np.random.default_rng(one)
        return sum(kinds.consecutive(rule, _run_at_end(chance.permutation(days))) for days in every)

    return once


def _run_at_end(absent: Mask) -> int:
    there = np.flatnonzero(~absent)
    return len(absent) - 1 - int(there[-1]) if len(there) else len(absent)


def _falls(rule: AlertRule, those: Population, day: date) -> Try:
    """Falls with each student's weeks of this year in random order."""
    mondays = finished_weeks(those.calendar, day, those.year_starts(day))
    if not mondays or not those.ids:
        return _nobody
    read = weekly_by_student(sorted(those.ids), mondays[0], mondays[-1] + WEEK - DAY, those.series)
    own = [[totals for _, totals in read[pk] if totals.possible] for pk in sorted(read)]

    def once(one: int) -> int:
        chance = Random(one)
        return sum(_fell(rule, chance.sample(weeks, len(weeks))) for weeks in own)

    return once


def _fell(rule: AlertRule, weeks: list[Totals]) -> bool:
    number = rule.weeks or 1
    before, now = weeks[-2 * number : -number], weeks[-number:]
    if not before or not kinds.dropped(rule, sum_of(before, now[0].series), sum_of(now)):
        return False
    in_order: list[Week] = [(totals.shown, totals.possible) for totals in weeks]
    return is_more_than_chance(in_order, number)


def _patterns(rule: AlertRule, those: Population, day: date) -> Try:
    """Patterns with each student's absences at random places; read some at a time, for a whole college is much."""
    start, here = max(day - WEEK * (rule.weeks or 1) + DAY, those.year_starts(day)), sorted(those.ids)

    def once(one: int) -> int:
        chance, found = Random(one), 0
        for first in range(0, len(here), AT_A_TIME):
            for chances in chances_of(here[first : first + AT_A_TIME], start, day, those.series).values():
                if sum(each.missed for each in chances) >= LEAST_ABSENCES:
                    found += bool(find_patterns(at_random(chances, chance), level=PATTERN_LEVEL).patterns)
        return found

    return once


def _nobody(_: int) -> int:
    return 0


_TRIES: Mapping[AlertKind, Callable[[Any, Population, date], Try]] = {
    AlertKind.BELOW: _below,
    AlertKind.DROP: _falls,
    AlertKind.CONSECUTIVE: _consecutive,
    AlertKind.UNAUTHORISED: _unauthorised,
    AlertKind.LATE: _late,
    AlertKind.PATTERN: _patterns,
}
