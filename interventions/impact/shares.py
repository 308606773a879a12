"""Each student's figure in the weeks around a date, from what is counted each week. Rows are students, columns school weeks."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

NEAR = 6  # the weeks just before a date; as many before those are "far", twice as many before both "long"
BEFORE = ((NEAR, 0), (2 * NEAR, NEAR), (4 * NEAR, 2 * NEAR))  # near, far and long, in weeks back
FEWEST_LATER = 2  # weeks with marks without which there is no figure afterwards
NEAR_, FAR_, LONG_, LAST_, LAST2_, WORST_, GAPS_ = range(7)  # the columns of what is known before a date


@dataclass(frozen=True)
class Before:
    """What is known of everybody on the day before a date: six figures, two shapes, and who has enough marks to be looked at.

    The figures are those of the six weeks before, the six before those, the twelve before those, the last week, the last but
    one and the worst of the six. The shapes say how the figure moved inside the near six weeks and inside the far six.
    """

    values: Floats
    shapes: Floats
    known: Mask


@dataclass
class Weekly:
    """What is counted of each student each week: `top` of `bottom`, as attended of possible."""

    top: Floats
    bottom: Floats
    _kept: dict[int, Before] = field(default_factory=dict, repr=False)

    @property
    def weeks(self) -> int:
        """How many school weeks are on record."""
        return self.top.shape[1]

    @cached_property
    def _sums(self) -> tuple[Floats, Floats, Floats]:
        """Running sums of what is counted, of what it is counted of, and of the weeks that have any."""
        tops, bottoms, marked = (np.cumsum(one, axis=1) for one in (self.top, self.bottom, self.bottom > 0))
        nothing = np.zeros((len(self.top), 1))
        return tuple(np.concatenate([nothing, one], axis=1) for one in (tops, bottoms, marked))  # type: ignore[return-value]

    def _over(self, which: int, first: int, last: int) -> Floats:
        sums = self._sums[which]
        first, last = (min(max(week, 0), self.weeks) for week in (first, last))
        found: Floats = sums[:, last] - sums[:, first]
        return found

    def share(self, first: int, last: int) -> Floats:
        """Each student's figure over the weeks from `first` up to `last` (left out), summed first and divided once, in per cent."""
        return _divided(self._over(0, first, last), self._over(1, first, last))

    def marked(self, first: int, last: int) -> Floats:
        """The share of these weeks in which each student has any mark; weeks before the record began have none."""
        return self._over(2, first, last) / (last - first)

    def before(self, date: int) -> Before:
        """What is known before the week with this number; worked out once for everything that asks."""
        if date not in self._kept:
            self._kept[date] = _before(self, date)
        return self._kept[date]

    def later(self, date: int, gap: int, length: int) -> Floats:
        """The figure of `length` weeks, beginning `gap` weeks after the date; not a number with too few marked weeks."""
        first, last = date + gap, date + gap + length
        enough = self._over(2, first, last) >= min(FEWEST_LATER, length)
        return np.where(enough, self.share(first, last), np.nan)


def _before(weekly: Weekly, date: int) -> Before:
    near = weekly.share(date - NEAR, date)
    far = _filled(weekly.share(date - 2 * NEAR, date - NEAR), near)
    long = _filled(weekly.share(date - 4 * NEAR, date - 2 * NEAR), far)
    begin = max(date - NEAR, 0)
    week = _divided(weekly.top[:, begin:date], weekly.bottom[:, begin:date])
    known = np.isfinite(near) & (np.isfinite(week).sum(axis=1) * 2 >= NEAR)
    if week.shape[1] < 2:
        week = np.repeat(near[:, None], 2, axis=1)
    each = np.where(np.isfinite(week), week, near[:, None])
    gaps = [1 - weekly.marked(date - first, date - last) for first, last in BEFORE]
    values = np.column_stack([near, far, long, each[:, -1], each[:, -2], each.min(axis=1), *gaps])
    return Before(values, np.column_stack([_shape(weekly, date, near), _shape(weekly, date - NEAR, far)]), known)


def _shape(weekly: Weekly, end: int, level: Floats) -> Floats:
    """How much higher the second half of six weeks was than the first."""
    half = NEAR // 2
    second = _filled(weekly.share(end - half, end), level)
    return second - _filled(weekly.share(end - NEAR, end - half), level)


def _filled(values: Floats, instead: Floats) -> Floats:
    return np.where(np.isfinite(values), values, instead)


def _divided(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(below > 0, 100.0 * above / below, np.nan)
    return found
