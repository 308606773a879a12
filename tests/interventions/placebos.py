"""Groups chosen on real-looking marks in which nobody was helped, or so many points were added, at starts all over the record."""

import numpy as np
import numpy.typing as npt

from interventions.impact.dates import Start
from interventions.impact.estimate import Around, estimate
from interventions.impact.shares import Weekly
from interventions.queries.impact_figures import Figures
from tests.interventions.cohorts import SPAN, Tally

EARLIEST = 24  # school weeks on record before a start
Rows = npt.NDArray[np.intp]
WAYS = (
    "24 by lot",
    "24 of the lowest third",
    "the 24 lowest of half",
    "24 by last week of half",
    "24 steepest falls of half",
)


def chosen(way: str, weekly: Weekly, start: int, dice: np.random.Generator) -> Rows:
    """Twenty-four chosen in a way, of those with figures before the start and after it."""
    known = weekly.before(start).known & np.isfinite(weekly.later(start, 0, SPAN))
    rows = np.flatnonzero(known)
    if way == WAYS[0]:
        return dice.choice(rows, 24, replace=False)
    near, last = weekly.share(start - SPAN, start), weekly.share(start - 1, start)
    far = weekly.share(start - 2 * SPAN, start - SPAN)
    if way == WAYS[1]:
        return dice.choice(rows[np.argsort(near[rows])][: len(rows) // 3], 24, replace=False)
    half = dice.permutation(rows)[: len(rows) // 2]
    looked = {
        WAYS[2]: near,
        WAYS[3]: np.where(np.isfinite(last), last, near),
        WAYS[4]: near - np.nan_to_num(far, nan=0.0),
    }
    return half[np.argsort(looked[way][half] + 1e-6 * dice.random(len(half)))][:24]


def helped(weekly: Weekly, rows: Rows, start: int, points: float, dice: np.random.Generator) -> tuple[Weekly, float]:
    """The same marks, with so many points more for these in the six weeks, as far as they were absent; and how many it really was."""
    if not points:
        return weekly, 0.0
    weeks = slice(start, start + SPAN)
    top, bottom = weekly.top.copy(), weekly.bottom
    absent, of = bottom[rows, weeks] - top[rows, weeks], bottom[rows, weeks]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(
            absent > 0, np.minimum(points / 100 * of.sum(1, keepdims=True) / absent.sum(1, keepdims=True), 1), 0
        )
    top[rows, weeks] += dice.binomial(absent.astype(int), np.nan_to_num(share))
    before, after = (100 * one[rows, weeks].sum(1) / of.sum(1) for one in (weekly.top, top))
    return Weekly(top, bottom), float((after - before).mean())


def tally(figures: Figures, way: str, points: float, draws: int, seed: int) -> Tally:
    """So many made-up starts, at weeks all over the record."""
    base = figures.weekly["attendance"]
    drawn = []
    for number in range(draws):
        dice = np.random.default_rng(seed + number)
        start = int(dice.integers(EARLIEST, base.weeks - SPAN + 1))
        rows = chosen(way, base, start, dice)
        weekly, truth = helped(base, rows, start, points, dice)
        mask = np.zeros(len(figures.ids), dtype=bool)
        mask[rows] = True
        found = estimate(
            weekly, [Start(start, 0, SPAN, np.sort(rows))], lambda over, mask=mask, start=start: mask & (over > start),  # type: ignore[misc]
            Around(figures.columns, figures.tutor_groups, lambda first, over: figures.other_help((), first, over)),
        )  # fmt: skip
        drawn.append((found, truth))
    return Tally(way, points, drawn)
