"""Reading what impact is worked out from, once for everything: weekly figures, grades, year groups, who had what when."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Case, When

from attendance.choices import Series
from attendance.queries.figures.totals import series_by_student, weekly_by_student
from caseload.choices import CharacteristicKind
from caseload.models import Caseload, CaseloadMembership, Characteristic, Student, YearGroupMembership
from core import clock
from interventions.impact.shares import Floats, Mask, Rows, Weekly
from interventions.models import ActionPlan, InterventionMember
from progress.choices import GradeKind
from progress.models import Grade

BACK = timedelta(weeks=90)  # how far back weekly figures are read
LEAST_OF_A_WEEK = 0.2  # a week in which fewer marks were possible than this share of the usual is no school week
FAR = date(9999, 1, 1)
# The characteristics that the line knows: special needs, money, care.
TRAITS = {
    CharacteristicKind.SEN_STATUS: 0,
    CharacteristicKind.FREE_MEALS: 1,
    CharacteristicKind.PUPIL_PREMIUM: 1,
    CharacteristicKind.BURSARY: 1,
    CharacteristicKind.IN_CARE: 2,
    CharacteristicKind.POST_LOOKED_AFTER: 2,
}
TRAIT_COUNT = 3


@dataclass
class Part:
    """One student's part in an intervention: from a day to a day (left out; none while it goes on).

    An action plan made from a model plan of the bank is such a part too. It belongs to no intervention (0), and its type is
    the model plan's number taken negative, so that no kind of interventions has the same.
    """

    student: int
    intervention: int
    type: int
    first: date
    end: date | None


@dataclass
class Figures:
    """Everything of all students as of a moment. Rows are students, columns the weeks in which there was school."""

    ids: npt.NDArray[np.int64]
    weeks: list[date]
    shown: Floats
    possible: Floats
    came: Floats
    late: Floats
    years: pd.DataFrame
    traits: pd.DataFrame
    groups: pd.DataFrame
    grades: pd.DataFrame
    parts: list[Part]
    _kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of a student's number."""
        return {int(number): row for row, number in enumerate(self.ids)}

    @cached_property
    def parts_table(self) -> pd.DataFrame:
        """Every part, by row and week."""
        known = [one for one in self.parts if one.student in self.row_of]
        return pd.DataFrame(
            {
                "row": [self.row_of[one.student] for one in known],
                "type": [one.type for one in known],
                "first": [self.week(one.first) for one in known],
                "end": [self.week_after(one.end) for one in known],
            },
            dtype=np.int64,
        )

    def week(self, day: date) -> int:
        """The number of the first school week that isn't over before the day's week."""
        return int(np.searchsorted(np.array(self.weeks, dtype="datetime64[D]"), np.datetime64(clock.week_of(day))))

    def week_after(self, end: date | None) -> int:
        """The number of the first school week after a part ended; past the last one while it goes on."""
        return len(self.weeks) + 1 if end is None else self.week(end - timedelta(days=1) + timedelta(days=7))

    @cached_property
    def weekly(self) -> dict[str, Weekly]:
        """What each figure is worked out from. Of lateness the share that was on time, so that more is better in both."""
        return {
            "attendance": Weekly(self.shown, self.possible), "lateness": Weekly(self.came - self.late, self.came),
        }  # fmt: skip

    @cached_property
    def prints(self) -> list[bytes]:
        """A fingerprint of each week: it changes with any mark of the week, and with nothing else."""
        found = []
        for week in range(len(self.weeks)):
            seen = np.flatnonzero(self.possible[:, week] > 0)
            held = np.column_stack([self.ids[seen], *(one[seen, week] for one in self._counts)])
            found.append(hashlib.sha256(self.weeks[week].isoformat().encode() + held.astype(float).tobytes()).digest())
        return found

    @property
    def _counts(self) -> tuple[Floats, ...]:
        return self.shown, self.possible, self.came, self.late

    def at(self, start: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Year groups and characteristics on the first day of a week."""
        if ("at", start) not in self._kept:
            day = np.datetime64(self.weeks[min(start, len(self.weeks) - 1)])
            years = np.full(len(self.ids), -1, dtype=np.int64)
            held = self.years[(self.years["first"] <= day) & (self.years["end"] > day)]
            years[held["row"]] = held["group"]
            traits = np.zeros((len(self.ids), TRAIT_COUNT))
            has = self.traits[(self.traits["first"] <= day) & (self.traits["end"] > day)]
            traits[has["row"], has["kind"]] = 1.0
            self._kept["at", start] = years, traits
        found: tuple[npt.NDArray[np.int64], Floats] = self._kept["at", start]
        return found

    def columns(self, start: int) -> Floats:
        """A column of 0 and 1 for each year group but the first, and for each characteristic, on the first day of a week."""
        if ("columns", start) not in self._kept:
            years, traits = self.at(start)
            groups = sorted(set(self.years["group"]))[1:]
            self._kept["columns", start] = np.column_stack([*(years == one for one in groups), traits]).astype(float)
        found: Floats = self._kept["columns", start]
        return found

    def tutor_groups(self, start: int) -> npt.NDArray[np.int64]:
        """Everybody's tutor group on the first day of a week; −1 for none."""
        if ("groups", start) not in self._kept:
            day = np.datetime64(self.weeks[min(start, len(self.weeks) - 1)])
            found = np.full(len(self.ids), -1, dtype=np.int64)
            held = self.groups[(self.groups["first"] <= day) & (self.groups["end"] > day)]
            found[held["row"]] = held["group"]
            self._kept["groups", start] = found
        kept: npt.NDArray[np.int64] = self._kept["groups", start]
        return kept

    def other_help(self, types: Collection[int], first: int, over: int) -> Floats:
        """In what share of the weeks from `first` up to `over` (left out) each had help of another kind: of interventions, of plans."""
        row, kind, began, end = self._parts
        had = (began < over) & (end > first) & ~np.isin(kind, list(types))
        weeks = np.minimum(end[had], over) - np.maximum(began[had], first)
        found = np.zeros((len(self.ids), 2))
        np.maximum.at(found, (row[had], (kind[had] < 0).astype(int)), weeks / (over - first))
        return found

    @cached_property
    def _parts(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The columns of the table of parts, for what is asked at every date."""
        return tuple(self.parts_table[name].to_numpy() for name in ("row", "type", "first", "end"))

    def helped_by(self, types: Collection[int], week: int) -> Mask:
        """Who had begun with help of one of these kinds before this week."""
        row, kind, began, _ = self._parts
        mask = np.zeros(len(self.ids), dtype=bool)
        mask[row[(began < week) & np.isin(kind, list(types))]] = True
        return mask


def read_figures(today: date) -> Figures:
    """Everything that any impact needs, in ten queries whatever the number of students, interventions or plans.

    Only whole weeks count: the present one is left out.
    """
    until = clock.week_of(today) - timedelta(days=1)
    since = clock.week_of(until - BACK)
    ids = np.array(sorted(Student.objects.values_list("pk", flat=True)), dtype=np.int64)
    row_of = {int(number): row for row, number in enumerate(ids)}
    (shown, possible, came, late), weeks = _weekly(row_of, since, until)
    years = YearGroupMembership.objects.filter(period__endswith__gt=since) | YearGroupMembership.objects.filter(
        period__endswith=None
    )
    # A tutor group where there is one; other caseloads only for those without.
    caseloads = CaseloadMembership.objects.exclude(period__endswith__lte=since).order_by(
        Case(When(group__kind=Caseload.Kind.TUTOR_GROUP, then=1), default=0), "pk"
    )
    traits = Characteristic.objects.filter(kind__in=TRAITS).exclude(kind=CharacteristicKind.SEN_STATUS, code="N")
    return Figures(
        ids, weeks, shown, possible, came, late,
        _dated(row_of, years.values_list("student_id", "group_id", "period"), "group"),
        _dated(row_of, ((s, TRAITS[CharacteristicKind(k)], p) for s, k, p in traits.values_list("student_id", "kind", "period")), "kind"),
        _dated(row_of, caseloads.values_list("student_id", "group_id", "period"), "group"),
        _grades(row_of, since),
        [
            Part(student, row, kind, period.lower, period.upper)
            for student, row, kind, period in InterventionMember.objects.values_list(
                "student_id", "intervention_id", "intervention__type_id", "period"
            )
        ] + _plan_parts(),
    )  # fmt: skip


def _plan_parts() -> list[Part]:
    """Every action plan made from a model plan, while it went on; one that ended before it began is none."""
    rows = ActionPlan.objects.exclude(bank_item=None).values_list(
        "student_id", "bank_item_id", "starts_on", "closed_on"
    )
    return [
        Part(student, 0, -item, first, None if last is None else last + timedelta(days=1))
        for student, item, first, last in rows
        if last is None or last >= first
    ]


def _weekly(row_of: dict[int, int], since: date, until: date) -> tuple[list[Floats], list[date]]:
    of_series: dict[str, list[int]] = {}
    for student, series in series_by_student(row_of, until).items():
        of_series.setdefault(series, []).append(student)
    every = [since + timedelta(weeks=n) for n in range((until - since).days // 7 + 1)]
    place = {week: n for n, week in enumerate(every)}
    counts = [np.zeros((len(row_of), len(every))) for _ in range(4)]
    for series in sorted(of_series):
        for student, weekly in weekly_by_student(of_series[series], since, until, Series(series)).items():
            row = row_of[student]
            for week, totals in weekly:
                column = place[week]
                counts[0][row, column] = totals.shown
                counts[1][row, column] = totals.possible
                counts[2][row, column] = totals.came
                counts[3][row, column] = totals.times_late
    marked = counts[1].sum(axis=0)
    usual = float(np.median(marked[marked > 0])) if (marked > 0).any() else 0.0
    school = marked > usual * LEAST_OF_A_WEEK
    return [one[:, school] for one in counts], [week for week, kept in zip(every, school, strict=True) if kept]


def _dated(row_of: dict[int, int], rows: Iterable[Any], name: str) -> pd.DataFrame:
    kept = [(row_of[s], value, p.lower or date.min, p.upper or FAR) for s, value, p in rows if s in row_of]
    table = pd.DataFrame(kept, columns=["row", name, "first", "end"])
    for column in ("first", "end"):
        table[column] = table[column].to_numpy(dtype="datetime64[D]").astype("datetime64[s]")
    return table


def _grades(row_of: dict[int, int], since: date) -> pd.DataFrame:
    rows = Grade.objects.filter(kind=GradeKind.CURRENT, on_date__gte=since, grade__position__isnull=False)
    values = rows.order_by("on_date", "pk").values_list(
        "student_id", "course_id", "scale_id", "grade__position", "on_date"
    )
    table = pd.DataFrame(list(values), columns=["student", "course", "scale", "position", "on"])
    table["row"] = table["student"].map(row_of).astype("Int64")
    table = table[table["row"].notna()].astype({"row": "int64"}).drop(columns="student")
    table["on"] = table["on"].to_numpy(dtype="datetime64[D]").astype("datetime64[s]")
    return table


def rows_of(figures: Figures, parts: Iterable[Part]) -> Rows:
    """The rows of the students of these parts, each once."""
    return np.array(
        sorted({figures.row_of[one.student] for one in parts if one.student in figures.row_of}), dtype=np.intp
    )
