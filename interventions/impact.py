"""What an intervention changed: matched comparison and difference in differences, as plain arithmetic on arrays.

Students are picked for help at their worst, and most would have got better anyway; their own before and after says little.
So each is set beside students who did not have the help and whose figures before it were alike: the level of the weeks
before, the level before that, the last weeks and the worst of them (so that both sides swing back as much), the same year
group and characteristics. The effect is the mean difference between the two changes, corrected for what is left of the
difference between the matched by a regression among those compared (Abadie and Imbens 2011), with the variance of
Abadie and Imbens (2006), which knows that a student compared several times counts once.

Nothing here knows the database: rows are students, columns are school weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

METHOD = "matched-did-1"
NEIGHBOURS = 5  # compared with each student
FEWEST = 5  # students below which nothing is said
FEWEST_POOL = 25  # students to choose the comparison from
ENOUGH_IN_YEAR = 15  # candidates of the same year group, or all years are looked at
NEAR = 1.0  # a standardised difference before the start, in the spread of all students, above which the match is called poor
WEIGHTS = np.array([2.0, 1.0, 1.0, 1.0, 1.0])  # level, level before that, last week, the week before it, worst week
TRAIT_WEIGHT = 0.5

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """Every student's figures around one start: before, later, and what they are matched on; not a number where unknown."""

    before: Floats
    later: Floats
    features: Floats

    @property
    def known(self) -> Mask:
        """Who has all of it."""
        return np.isfinite(self.before) & np.isfinite(self.later) & np.isfinite(self.features).all(axis=1)


@dataclass(frozen=True)
class Asked:
    """Who had the help in a window, and who may not be compared because they had the same help.

    `years` gives each row's year group at the start, `traits` a column of 0 and 1 for each characteristic.
    """

    window: Window
    helped: Rows
    barred: Mask
    years: npt.NDArray[Any]
    traits: Floats


@dataclass
class Comparison:
    """The two changes and their difference, with a 95 % interval where there are enough students for one."""

    students: int = 0
    left_out: int = 0
    compared: int = 0
    before: float | None = None
    later: float | None = None
    compared_before: float | None = None
    compared_later: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    poor_match: bool = False
    pairs: list[tuple[int, int, list[int]]] = field(default_factory=list)  # (window, student's row, compared rows)

    @property
    def naive(self) -> float | None:
        """Their own before and after: what is wrong to believe."""
        return None if self.later is None or self.before is None else self.later - self.before

    @property
    def compared_change(self) -> float | None:
        """How those compared changed meanwhile."""
        if self.compared_later is None or self.compared_before is None:
            return None
        return self.compared_later - self.compared_before

    @property
    def told(self) -> bool:
        """Whether there were enough students for an interval."""
        return self.low is not None and self.high is not None

    @property
    def excludes_none(self) -> bool:
        """Whether no effect at all lies outside the interval."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def share(top: Floats, bottom: Floats, first: int, last: int) -> Floats:
    """Each student's figure over the weeks from `first` up to `last` (left out), summed first and divided once, in per cent."""
    first = max(first, 0)
    above, below = top[:, first:last].sum(axis=1), bottom[:, first:last].sum(axis=1)
    return _divided(above, below)


def weekly_window(top: Floats, bottom: Floats, *, start: int, weeks: int, later: tuple[int, int]) -> Window:
    """Every student's weekly figures around the week numbered `start`: `weeks` before it, and the later weeks asked for.

    Matched on the level of the weeks before, of as many weeks before those, the last two weeks and the worst week.
    Whoever was marked in fewer than half of the weeks before, or in fewer than two later weeks, is not known.
    """
    near = share(top, bottom, start - weeks, start)
    far = share(top, bottom, start - 2 * weeks, start - weeks)
    far = np.where(np.isfinite(far), far, near)
    week = _divided(top[:, max(start - weeks, 0) : start], bottom[:, max(start - weeks, 0) : start])
    marked = np.isfinite(week).sum(axis=1)
    filled = np.where(np.isfinite(week), week, near[:, None])
    if filled.shape[1] == 0:
        filled = near[:, None]
    last = filled[:, -1]
    second = filled[:, -2] if filled.shape[1] > 1 else last
    features = np.column_stack([near, far, last, second, filled.min(axis=1)])
    after = share(top, bottom, *later)
    enough = (marked * 2 >= weeks) & ((bottom[:, max(later[0], 0) : later[1]] > 0).sum(axis=1) >= 2)
    return Window(np.where(enough, near, np.nan), np.where(enough, after, np.nan), features)


def compare(asked: Sequence[Asked]) -> Comparison:
    """Match everybody who had the help and work out the difference in differences, in the unit of the windows.

    A student helped in several windows counts once, with the mean of them.
    """
    found = Comparison()
    matched = [_matched(number, one, found) for number, one in enumerate(asked)]
    kept = [one for one in matched if one is not None]
    if kept:
        _summed(found, kept)
    return found


@dataclass(frozen=True)
class _Expected:
    guess: Floats  # the change to expect of each row
    left: Floats  # what that leaves of each row's change
    design: Floats
    doubt: Floats  # how sure the line itself is: the covariance of its weights


@dataclass(frozen=True)
class _Matched:
    rows: Rows  # the helped
    mates: npt.NDArray[np.intp]  # helped × neighbours
    gaps: Floats  # one effect for each helped
    line: _Expected
    window: Window


def _matched(number: int, asked: Asked, found: Comparison) -> _Matched | None:
    known = asked.window.known
    helped = asked.helped[known[asked.helped]]
    found.left_out += len(asked.helped) - len(helped)
    free = known & ~asked.barred
    free[asked.helped] = False
    pool = np.flatnonzero(free)
    if len(helped) == 0 or len(pool) < FEWEST_POOL:
        found.left_out += len(helped)
        return None
    features = np.column_stack([asked.window.features, asked.traits])
    change = asked.window.later - asked.window.before
    line = _expected(features, change, pool)
    guess = line.guess
    mates = _nearest(features, helped, pool, asked.years, asked.window.features.shape[1])
    gaps = (change[helped] - guess[helped]) - (change[mates] - guess[mates]).mean(axis=1)
    for row, others in zip(helped, mates, strict=True):
        found.pairs.append((number, int(row), [int(other) for other in others]))
    return _Matched(helped, mates, gaps, line, asked.window)


def _expected(features: Floats, change: Floats, pool: Rows) -> _Expected:
    """The change to expect from the figures before, as learnt from those who had no help."""
    seen = features[pool]
    spread = seen.std(axis=0)
    used = spread > 1e-9
    scaled = (features[:, used] - seen[:, used].mean(axis=0)) / spread[used]
    design = np.column_stack([np.ones(len(scaled)), scaled])
    own = design[pool]
    # A whiff of ridge: the worst week and the last are often the same.
    penalty = np.diag([0.0, *([1e-3 * len(pool)] * int(used.sum()))])
    inverse = np.linalg.inv(own.T @ own + penalty)
    weights = inverse @ (own.T @ change[pool])
    with np.errstate(invalid="ignore"):
        guess = design @ weights
    # Whoever pulls the line towards themselves looks nearer to it than they are (HC3).
    pull = np.zeros(len(change))
    pull[pool] = np.einsum("ij,jk,ik->i", own, inverse, own)
    left = (change - guess) / (1 - np.minimum(pull, 0.9))
    return _Expected(guess, left, design, inverse * float(np.mean(left[pool] ** 2)))


def _nearest(features: Floats, helped: Rows, pool: Rows, years: Any, figures: int) -> npt.NDArray[np.intp]:
    spread = features[pool].std(axis=0)
    weight = np.concatenate([_weights(figures), np.full(features.shape[1] - figures, TRAIT_WEIGHT)])
    scale = np.sqrt(weight) / np.where(spread > 1e-9, spread, 1.0)
    scaled = features * scale
    mates = np.empty((len(helped), NEIGHBOURS), dtype=np.intp)
    for year in np.unique(years[helped]):
        same = pool[years[pool] == year]
        candidates = same if len(same) >= ENOUGH_IN_YEAR else pool
        wanted = np.flatnonzero(years[helped] == year)
        apart = ((scaled[helped[wanted]][:, None, :] - scaled[candidates][None, :, :]) ** 2).sum(axis=2)
        order = np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS]
        mates[wanted] = candidates[order]
    return mates


def _weights(figures: int) -> Floats:
    return WEIGHTS if figures == len(WEIGHTS) else np.ones(figures)


def _summed(found: Comparison, kept: list[_Matched]) -> None:
    rows = np.concatenate([one.rows for one in kept])
    people, place = np.unique(rows, return_inverse=True)
    times = np.bincount(place)
    weight = 1.0 / times[place] / len(people)  # of each helped in each window

    def mean(values: list[Floats]) -> float:
        return float((np.concatenate(values) * weight).sum())

    found.students = len(people)
    found.before = mean([one.window.before[one.rows] for one in kept])
    found.later = mean([one.window.later[one.rows] for one in kept])
    found.compared_before = mean([one.window.before[one.mates].mean(axis=1) for one in kept])
    found.compared_later = mean([one.window.later[one.mates].mean(axis=1) for one in kept])
    found.compared = len(np.unique(np.concatenate([one.mates.ravel() for one in kept])))
    found.effect = mean([one.gaps for one in kept])
    spread = float(np.mean([np.nanstd(one.window.before) for one in kept]))
    found.poor_match = abs(found.before - found.compared_before) > NEAR * spread / 4
    if found.students >= FEWEST:
        gaps = np.bincount(place, weights=np.concatenate([one.gaps for one in kept])) / times
        error = float(np.sqrt(_variance(gaps, kept, weight, place)))
        reach = t_quantile(found.students - 1) * error
        found.low, found.high = found.effect - reach, found.effect + reach


def _variance(gaps: Floats, kept: list[_Matched], weight: Floats, place: Rows) -> float:
    """Of the mean effect: the spread between students, and what they have in common through those compared with several."""
    own = float(gaps.var(ddof=1)) / len(gaps)
    mates = np.concatenate([one.mates.ravel() for one in kept])
    left = np.concatenate([one.line.left[one.mates.ravel()] for one in kept])
    part = np.repeat(weight, NEIGHBOURS) * left / NEIGHBOURS
    # What one compared student adds through one helped student is in the spread already; the rest comes on top.
    pairs, pair = np.unique(np.column_stack([mates, np.repeat(place, NEIGHBOURS)]), axis=0, return_inverse=True)
    each = np.bincount(pair.ravel(), weights=part)
    once = np.bincount(pairs[:, 0], weights=each**2)
    whole = np.bincount(pairs[:, 0], weights=each)
    return own + float(np.maximum(whole**2 - once, 0).sum()) + _doubt(kept, weight)


def _doubt(kept: list[_Matched], weight: Floats) -> float:
    """What the correction adds: how far apart the matched still are, and how unsure the line between them is."""
    total, begin = 0.0, 0
    for one in kept:
        part = weight[begin : begin + len(one.rows)]
        begin += len(one.rows)
        apart = (part[:, None] * (one.line.design[one.rows] - one.line.design[one.mates].mean(axis=1))).sum(axis=0)
        total += float(apart @ one.line.doubt @ apart)
    return total


def _divided(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(below > 0, 100.0 * above / below, np.nan)
    return found


def t_quantile(freedom: int) -> float:
    """Student's t for 95 % on both sides, by the expansion of Cornish and Fisher (right to 0.01 from 4 degrees up)."""
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))
