"""How far the mean of the helped may be off: their own spread, the doubt of the line, what whole groups share, and placebos."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interventions.impact import students_t
from interventions.impact.shares import Floats, Rows

BORROWED = (
    12  # students' worth of spread borrowed from those like the helped, and degrees of freedom of the groups' part
)
PLACEBOS = 12  # at each date
PLACEBO_QUANTILE, PLACEBO_USUAL = 0.90, 1.69  # nine of ten placebos should lie within so many of their errors
LEAST_STRETCH, MOST_STRETCH = 1.12, 1.6  # never none: gaps are skewed, and a t interval is then a little short
SEED = 20_261_130


@dataclass(frozen=True)
class Spread:
    """The error of a mean, with its degrees of freedom."""

    error: float
    freedom: int
    stretch: float

    @property
    def reach(self) -> float:
        """How far a 95 % interval goes to each side."""
        return students_t.quantile(self.freedom) * self.error


def own(gaps: Floats, like_them: float) -> float:
    """The variance of one helped student's gap, steadied by that of those like them."""
    count = len(gaps)
    spread = float(gaps.var(ddof=1)) if count > 1 else like_them
    return ((count - 1) * spread + BORROWED * like_them) / (count + BORROWED - 1)


def weighted_variance(values: Floats, weight: Floats) -> float:
    """The variance of values that count differently."""
    mean = float(weight @ values) / float(weight.sum())
    return float(weight @ (values - mean) ** 2) / float(weight.sum())


def between_groups(left: Floats, weight: Floats, group: Rows) -> float:
    """What two students of a group at a date share, in variance: the mean product of what the line leaves of them.

    A moment estimator, as the between-group part of an analysis of variance. `group` numbers groups at dates, −1 is none.
    """
    held = (group >= 0) & (weight > 0)
    of, heavy, value = group[held], weight[held], (weight * left)[held]
    pairs = np.bincount(of, weights=heavy) ** 2 - np.bincount(of, weights=heavy**2)
    shared = np.bincount(of, weights=value) ** 2 - np.bincount(of, weights=value**2)
    return max(float(shared.sum()) / float(pairs.sum()), 0.0) if pairs.sum() > 0 else 0.0


def concentration(group: Rows, part: Floats) -> float:
    """How much of the helped is of one group at one date: 1 where all are, 1 through their number where nobody shares one."""
    alone = float((part[group < 0] ** 2).sum())
    return float((np.bincount(group[group >= 0], weights=part[group >= 0]) ** 2).sum()) + alone


def stretch(
    left: Floats, odds: Floats, cells: Sequence[Rows], group: Rows, count: int, tau: float, line_part: float
) -> float:
    """By how much intervals are too narrow, learnt from placebo groups: as many unhelped students, drawn by the same rule, at every date."""
    dice = np.random.default_rng(SEED)
    found: list[Floats] = []
    for rows in cells:
        if len(rows) < 2 * count:
            continue
        lots = np.log(np.maximum(odds[rows], 1e-9)) + dice.gumbel(size=(PLACEBOS, len(rows)))
        drawn = rows[np.argpartition(-lots, count, axis=1)[:, :count]]
        found.append(np.array([_placebo(left[one], group[one], tau, line_part) for one in drawn]))
    if not found:
        return LEAST_STRETCH
    far = float(np.quantile(np.abs(np.concatenate(found)), PLACEBO_QUANTILE))
    return float(np.clip(far / PLACEBO_USUAL, LEAST_STRETCH, MOST_STRETCH))


def _placebo(gaps: Floats, group: Rows, tau: float, line_part: float) -> float:
    count = len(gaps)
    part = np.full(count, 1 / count)
    shared = tau * max(concentration(group, part) - 1 / count, 0.0)
    return float(gaps.mean() / np.sqrt(gaps.var(ddof=1) / count + shared + line_part + 1e-9))


def together(
    students: int, own_part: float, line_part: float, clusters: int, group_part: float, stretched: float
) -> Spread:
    """All parts as one error; its degrees of freedom after Satterthwaite (1946)."""
    parts = ((own_part, students + BORROWED - 1), (line_part, max(clusters / 4, 1)), (group_part, BORROWED))
    total = sum(part for part, _ in parts)
    freedom = total**2 / max(sum(part**2 / free for part, free in parts), 1e-12)
    return Spread(stretched * float(np.sqrt(total)), max(int(freedom), 1), stretched)
