"""Many dates: what is to be expected of the helped is learnt from every unhelped student at every date of the same college.

The steps are those of the app's README, in order: dates, rule, line, who is comparable, gaps, spread, guards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interventions.impact import guards, odds, spread, students_t
from interventions.impact.comparable import comparable
from interventions.impact.dates import Cell, HelpedBy, Start, cells
from interventions.impact.finding import Finding
from interventions.impact.line import Fit, design, fit
from interventions.impact.shares import FAR_, NEAR_, Floats, Mask, Rows, Weekly

FEWEST_SHOWN = 5  # students with a mean of their own
FEWEST_POOL = 50  # rows of unhelped students, over all dates, without which no line is drawn


@dataclass(frozen=True)
class Around:
    """What is known of everybody at a date besides the figures: columns for the line, the number of the tutor group (−1 none),
    and columns that say in what share of the weeks from one up to another (left out) they had other help."""

    columns: Callable[[int], Floats]
    groups: Callable[[int], npt.NDArray[np.int64]]
    other_help: Callable[[int, int], Floats]

    def beside(self, cell: Cell, rows: Rows) -> Floats:
        """All columns of these rows at a date."""
        first = cell.date + cell.gap
        return np.column_stack([self.columns(cell.date), self.other_help(first, first + cell.length)])[rows]


@dataclass(frozen=True)
class _Table:
    """Everybody at every date, one below the other; the helped stand at the date of their start."""

    student: Rows
    cell: Rows
    values: Floats
    shapes: Floats
    later: Floats
    columns: Floats
    group: Rows
    helped: Mask
    begins: Mask  # whether help began at the row's date

    @property
    def unhelped(self) -> Mask:
        """The rows that are learnt from."""
        return ~self.helped


def estimate(weekly: Weekly, starts: Sequence[Start], helped_by: HelpedBy, around: Around) -> Finding:
    """How much higher the helped were later than students with such figures are without help."""
    found = Finding(asked=len({int(row) for one in starts for row in one.helped}))
    found.record = min((one.date for one in starts), default=0)
    every = cells(weekly, starts, helped_by) if starts else []
    kept = [_known(weekly, one, found) for one in every]
    if found.asked == 0 or not any(len(rows) for rows in kept):
        found.refusals = [_nobody_known(found)]
        return found
    table = _table(weekly, every, kept, around)
    if int(table.unhelped.sum()) < FEWEST_POOL or not table.begins[table.unhelped].any():
        found.refusals = [guards.NO_POOL]
        return found
    return _compared(found, table)


def _nobody_known(found: Finding) -> str:
    if found.without_later:
        return guards.NO_LATER
    return guards.NOBODY_LIKE if found.without_record else guards.NOTHING_YET


def _known(weekly: Weekly, cell: Cell, found: Finding) -> Rows:
    """Those helped at a date who have figures before and later; the others are counted."""
    known = weekly.before(cell.date).known[cell.helped]
    later = np.isfinite(weekly.later(cell.date, cell.gap, cell.length)[cell.helped])
    found.without_record += int((~known).sum())
    found.without_later += int((known & ~later).sum())
    return cell.helped[known & later]


def _table(weekly: Weekly, every: Sequence[Cell], kept: Sequence[Rows], around: Around) -> _Table:
    rows = [np.concatenate([one.unhelped, helped]).astype(np.intp) for one, helped in zip(every, kept, strict=True)]
    before = [weekly.before(one.date) for one in every]
    values = np.concatenate([one.values[row] for one, row in zip(before, rows, strict=True)])
    more = np.concatenate([around.beside(one, row) for one, row in zip(every, rows, strict=True)])
    size = [len(row) for row in rows]
    groups = [around.groups(one.date)[row] for one, row in zip(every, rows, strict=True)]
    most = max((int(one.max(initial=0)) for one in groups), default=0) + 1
    dates = np.repeat([one.date for one in every], size)
    group = np.concatenate(groups)
    return _Table(
        student=np.concatenate(rows),
        cell=np.repeat(np.arange(len(every)), size),
        values=values,
        shapes=np.concatenate([one.shapes[row] for one, row in zip(before, rows, strict=True)]),
        later=np.concatenate(
            [weekly.later(one.date, one.gap, one.length)[row] for one, row in zip(every, rows, strict=True)]
        ),
        columns=design(values, more),
        group=np.where(group >= 0, dates * most + group, -1).astype(np.intp),
        helped=np.concatenate([np.arange(len(row)) >= len(one.unhelped) for one, row in zip(every, rows, strict=True)]),
        begins=np.repeat([len(one) > 0 for one in kept], size),
    )


def _compared(found: Finding, table: _Table) -> Finding:
    chosen = odds.weights(table.values, table.begins, table.helped)
    mean = float(chosen[table.unhelped].mean())
    weight = np.where(table.unhelped, chosen / max(mean, 1e-12) + odds.FLOOR, 0.0)
    line = fit(table.columns, weight, table.cell)
    expected = line.expected(table.later)
    helped = np.flatnonzero(table.helped)
    near, fall = table.values[:, NEAR_], table.values[:, NEAR_] - table.values[:, FAR_]
    marks = np.column_stack([expected, near, fall])
    alike = comparable(marks, table.student, table.unhelped, helped, found.record)
    found.out = sorted({int(row) for row in table.student[helped[~alike]]} - set(table.student[helped[alike]].tolist()))
    used = helped[alike]
    _own(found, table, helped)
    found.compared = len(np.unique(table.student[table.unhelped]))
    found.dates = len(np.unique(table.cell))
    if len(used) < 2:
        found.refusals = [guards.TOO_FEW] if len(helped) < guards.FEWEST else [guards.NOBODY_LIKE]
        found.students = len(used)
        return found
    return _with_interval(found, table, line, expected, weight, used)


def _own(found: Finding, table: _Table, rows: Rows) -> None:
    """Their own figures before and later, unless they are so few that a mean is nearly somebody's own."""
    if len(np.unique(table.student[rows])) >= FEWEST_SHOWN:
        found.before, found.later = float(table.values[rows, NEAR_].mean()), float(table.later[rows].mean())
    else:
        found.before = found.later = None


def _with_interval(found: Finding, table: _Table, line: Fit, expected: Floats, weight: Floats, used: Rows) -> Finding:
    people, place = np.unique(table.student[used], return_inverse=True)
    times = np.bincount(place)
    part = 1.0 / times[place] / len(people)  # a student helped several times counts once
    gaps = np.bincount(place, weights=table.later[used] - expected[used]) / times
    left = line.left(table.later, expected)
    tau = spread.between_groups(left, weight, table.group)
    alone = float(((np.bincount(place, weights=part)) ** 2).sum())
    apart = max(spread.concentration(table.group[used], part) - alone, 0.0)
    each = np.bincount(table.student, weights=line.bears(used, part) * left)
    pools = [np.flatnonzero((table.cell == one) & table.unhelped) for one in np.unique(table.cell)]
    wide = spread.stretch(left, weight, pools, table.group, len(people), tau, float((each**2).sum()))
    like_them = spread.weighted_variance(left[table.unhelped], weight[table.unhelped])
    error = spread.together(
        len(people), spread.own(gaps, like_them) / len(people), float((each**2).sum()), int(np.count_nonzero(each)),
        tau * apart, wide,
    )  # fmt: skip
    seen = guards.Seen(
        students=len(people), with_record=found.asked - found.without_record, without_record=found.without_record,
        without_later=found.without_later, left_out=len(found.out), values=table.values[used],
        shape=table.shapes[used, 0], later=table.later[used],
        expected=expected[used], part=part, concentration=_of_one_group(table, used, part),
        shapes=[_shape(table, line, table.shapes[:, one], used, part, weight) for one in (0, 1)], found=error,
    )  # fmt: skip
    effect = seen.effect
    found.students, found.error, found.freedom, found.stretch = len(people), error.error, error.freedom, error.stretch
    _own(found, table, used)
    found.expected, found.effect = float(part @ expected[used]), effect
    found.low, found.high = effect - error.reach, effect + error.reach
    found.chance = students_t.two_sided(effect / max(error.error, 1e-9), error.freedom)
    found.refusals = guards.refusals(seen)
    return found


def _of_one_group(table: _Table, used: Rows, part: Floats) -> float:
    return spread.concentration(table.group[used], part)


def _shape(table: _Table, line: Fit, shape: Floats, used: Rows, part: Floats, weight: Floats) -> tuple[float, float]:
    """By how much the weeks before the start moved otherwise than those of students like them, with its error."""
    expected = line.expected(shape)
    gaps = shape[used] - expected[used]
    left = line.left(shape, expected)
    each = np.bincount(table.student, weights=line.bears(used, part) * left)
    like_them = spread.weighted_variance(left[table.unhelped], weight[table.unhelped])
    variance = spread.own(gaps, like_them) / len(used) + float((each**2).sum())
    return float(part @ gaps), float(np.sqrt(variance))
