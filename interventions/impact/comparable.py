"""Who has somebody to be compared with: at least three other students, at any date, with figures close to theirs."""

import numpy as np

from interventions.impact.shares import Floats, Mask, Rows

FEWEST_ALIKE = 3
# How close, in spreads of all: the expected figure, the six weeks before, their change from those before.
REACH = (0.55, 0.77, 1.10)
# The reach is shorter with few helped, whom a line drawn beyond its data harms most, and with few weeks on record.
NARROWER, FEW, ENOUGH_RECORD = 0.55, 20, 18


def comparable(marks: Floats, student: Rows, unhelped: Mask, helped: Rows, record: int) -> Mask:
    """For each helped row whether there are enough like it. `marks` has a column for each part of `REACH`."""
    pool = np.flatnonzero(unhelped)
    narrow = len(np.unique(student[helped])) < FEW or record < ENOUGH_RECORD
    reach = np.maximum(np.array(REACH) * marks[pool].std(axis=0) * (NARROWER if narrow else 1.0), 1e-9)
    scaled, of = marks[pool] / reach, student[pool]
    order = np.argsort(scaled[:, 0], kind="stable")
    scaled, of = scaled[order], of[order]
    return np.array([_alike(scaled, of, marks[row] / reach, student[row]) for row in helped], dtype=bool)


def _alike(scaled: Floats, of: Rows, mine: Floats, me: int) -> bool:
    first, last = np.searchsorted(scaled[:, 0], [mine[0] - 1, mine[0] + 1])
    near = (np.abs(scaled[first:last, 1:] - mine[1:]) <= 1).all(axis=1)
    others = np.unique(of[first:last][near])
    return int(np.count_nonzero(others != me)) >= FEWEST_ALIKE
