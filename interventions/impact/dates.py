"""From which dates of the college what to expect is learnt, and which rows (a student at a date) belong to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from interventions.impact.shares import NEAR, Mask, Rows, Weekly

EVERY = 2  # a date every so many school weeks
MOST = 30  # with more dates than these they stand further apart
AFTERWARDS = 6  # dates so many weeks after the last helped weeks are still learnt from


@dataclass(frozen=True)
class Start:
    """Students who began in the same week, and the weeks looked at: `length` of them, `gap` after the beginning."""

    date: int
    gap: int
    length: int
    helped: Rows

    @property
    def over(self) -> int:
        """The first week after those looked at."""
        return self.date + self.gap + self.length


# Says for the first week after a window who had the help by then, so that nobody helped counts as unhelped.
HelpedBy = Callable[[int], Mask]


@dataclass(frozen=True)
class Cell:
    """One date for one length of later weeks: everybody unhelped there, and those whose help began on it."""

    date: int
    gap: int
    length: int
    unhelped: Rows
    helped: Rows


def horizon(starts: Sequence[Start], weeks: int) -> int:
    """The first week whose marks no longer matter for these starts."""
    return min(weeks, max(one.over for one in starts) + AFTERWARDS)


def cells(weekly: Weekly, starts: Sequence[Start], helped_by: HelpedBy) -> list[Cell]:
    """Every date that is learnt from, for each length of later weeks, with who was unhelped there.

    Before a start, a date counts only when its later weeks were over by then: those who stayed unhelped in between are the
    ones whose later weeks went well. After it, only those who never had the help are left. Where each helped student stands
    at the date of their own start.
    """
    until = horizon(starts, weekly.weeks)
    shapes = sorted({(one.gap, one.length) for one in starts})
    dates = {one.date for one in starts}
    found = []
    for gap, length in shapes:
        own = {one.date: one for one in starts if (one.gap, one.length) == (gap, length)}
        others = _others(dates, gap + length, until, max(MOST // len(shapes), 4))
        for date in sorted(own.keys() | set(others)):
            begun = own[date].helped if date in own else np.array([], dtype=np.intp)
            found.append(_cell(weekly, date, gap, length, begun, helped_by))
    return found


def _others(starts: set[int], span: int, until: int, most: int) -> list[int]:
    first = min(starts)
    earliest = 2 * NEAR if first - span >= 2 * NEAR else NEAR
    allowed = [
        date
        for date in range(earliest, until - span + 1)
        if date not in starts and all(date > one or date + span <= one for one in starts)
    ]
    step = EVERY
    while len(allowed) / step > most:
        step += 1
    # Counted from the start, so that the nearest dates on both sides are among them.
    return [date for date in allowed if (date - first - (span if date < first else 0)) % step == 0]


def _cell(weekly: Weekly, date: int, gap: int, length: int, begun: Rows, helped_by: HelpedBy) -> Cell:
    known = weekly.before(date).known
    seen = known & np.isfinite(weekly.later(date, gap, length))
    free = seen & ~helped_by(date + gap + length)
    free[begun] = False
    return Cell(date, gap, length, np.flatnonzero(free), begun)
