"""When nothing may be said: each guard looks at one thing that no interval can make up for. Gives the codes of those that hold."""

from dataclasses import dataclass

import numpy as np

from interventions.impact import spread, students_t
from interventions.impact.shares import FAR_, NEAR_, Floats

FEWEST = 10
MOST_WITHOUT_LATER = 0.10
MOST_LEFT_OUT = 0.25
MOST_STRETCH = 1.5
MOST_OF_ONE_GROUP = 0.5  # the sum of squared shares: about seven in ten of one group
SHAPE = 2.58  # errors by which the weeks before the start may differ in shape from those of students like them
SHAPE_SLACK = 1.0  # points that the line itself may be off in telling a shape
FALL_CHANCE = 0.05  # two-sided, so 97.5 % on the side of worse

# The codes that a result is stored with, and the words for them are chosen by.
TOO_FEW, NO_LATER, NOBODY_LIKE, ONE_GROUP, SHAPE_DIFFERS, UNSTEADY, IMPOSSIBLE, FALL_GOES_ON, NOTHING_YET, NO_POOL = (
    "too_few", "no_later", "nobody_like", "one_group", "shape", "unsteady", "impossible", "fall", "nothing_yet", "no_pool",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What the guards look at, of those compared: `part` says how much each row counts, `gaps` are beyond the expected."""

    students: int
    with_record: int
    without_record: int
    without_later: int
    left_out: int
    values: Floats
    shape: Floats  # how each moved inside the six weeks before
    later: Floats
    expected: Floats
    part: Floats
    concentration: float
    shapes: list[tuple[float, float]]  # mean gap and its error
    found: spread.Spread
    top: float = 100.0

    @property
    def effect(self) -> float:
        """The mean gap."""
        return float(self.part @ (self.later - self.expected))


def refusals(seen: Seen) -> list[str]:
    """Every reason for which nothing may be said, the plainest first."""
    everybody = seen.with_record + seen.without_record
    unlike = seen.left_out + seen.without_record
    checks = (
        (TOO_FEW, everybody < FEWEST),
        (NO_LATER, seen.without_later > MOST_WITHOUT_LATER * seen.with_record),
        (NOBODY_LIKE, unlike > MOST_LEFT_OUT * everybody or seen.students < FEWEST <= seen.students + unlike),
        (TOO_FEW, seen.students < FEWEST <= everybody),
        (ONE_GROUP, seen.concentration > MOST_OF_ONE_GROUP),
        (SHAPE_DIFFERS, any(abs(gap) > SHAPE_SLACK + SHAPE * error for gap, error in seen.shapes)),
        (UNSTEADY, seen.found.stretch >= MOST_STRETCH),
        (IMPOSSIBLE, seen.effect > float(seen.part @ (seen.top - seen.expected))),
        (FALL_GOES_ON, _only_fell_on(seen)),
    )
    return list(dict.fromkeys(code for code, holds in checks if holds))


def _only_fell_on(seen: Seen) -> bool:
    """Worse than expected, but not surely worse than if their own fall had gone on: from the six weeks to these, or inside these."""
    if seen.effect + seen.found.reach >= 0:
        return False
    near, far = seen.values[:, NEAR_], seen.values[:, FAR_]
    # From the first half of six weeks to the second are three weeks, from these six to the next six are six.
    falls = (near - far, 2 * seen.shape)
    return not all(_surely_below(seen, near + (fall if seen.part @ fall < 0 else 0)) for fall in falls)


def _surely_below(seen: Seen, level: Floats) -> bool:
    gaps = seen.later - level
    mean = float(seen.part @ gaps)
    error = float(np.sqrt((seen.part**2) @ (gaps - mean) ** 2))
    return mean + students_t.quantile(max(seen.students - 1, 1), FALL_CHANCE) * error < 0
