"""Made-up cohorts in which the true effect of an intervention is known, for testing what is worked out about it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interventions.impact import Asked, Comparison, compare, weekly_window

WEEKS, START, SPAN, LESSONS = 20, 12, 6, 20
STUDENTS = 400


@dataclass(frozen=True)
class Cohort:
    """Attended and possible lessons of each student in each week, who was helped, year groups and characteristics."""

    attended: npt.NDArray[np.float64]
    possible: npt.NDArray[np.float64]
    helped: npt.NDArray[np.intp]
    years: npt.NDArray[np.intp]
    traits: npt.NDArray[np.float64]

    def compared(self) -> Comparison:
        """What Waymark says of the six weeks from the start."""
        window = weekly_window(self.attended, self.possible, start=START, weeks=SPAN, later=(START, START + SPAN))
        nobody = np.zeros(len(self.years), dtype=bool)
        return compare([Asked(window, self.helped, nobody, self.years, self.traits)])


def cohort(seed: int, *, effect: float, worst: bool, helped: int = 24) -> Cohort:
    """400 students over 20 weeks; the help begins in week 13 and adds `effect` points of attendance to each one helped.

    Each student has a level of their own, weeks of illness that drag on, and the luck of single lessons; all have the
    college's better and worse weeks. With `worst` the helped are picked from those whose last week was the worst.
    """
    dice = np.random.default_rng(seed)
    years = dice.integers(0, 2, STUDENTS)
    traits = (dice.random((STUDENTS, 2)) < 0.25).astype(float)
    level = np.clip(dice.normal(0.88, 0.06, STUDENTS) - 0.03 * traits[:, 0] - 0.01 * years, 0.5, 0.95)
    college = dice.normal(0, 0.015, WEEKS)
    drag = np.zeros((STUDENTS, WEEKS))
    for week in range(WEEKS):
        before = drag[:, week - 1] if week else 0.0
        drag[:, week] = 0.6 * before + dice.normal(0, 0.05, STUDENTS)
    chance = np.clip(level[:, None] + college + drag, 0.05, 0.95)
    last = dice.binomial(LESSONS, chance[:, :START])
    order = np.argsort(last[:, START - 1] + dice.random(STUDENTS)) if worst else dice.permutation(STUDENTS)
    chosen = dice.choice(order[:100] if worst else order, helped, replace=False)
    chance[chosen, START:] += effect / 100
    later = dice.binomial(LESSONS, chance[:, START:])
    attended = np.concatenate([last, later], axis=1).astype(float)
    return Cohort(attended, np.full(attended.shape, float(LESSONS)), chosen, years, traits)


@dataclass(frozen=True)
class Trial:
    """Many cohorts with one true effect: how often the interval covers it, and what both ways of reckoning say on average."""

    covered: float
    mean: float
    naive: float
    width: float


def trial(cohorts: int, *, effect: float, worst: bool, helped: int = 24, seed: int = 0) -> Trial:
    """Work out so many cohorts."""
    found = [cohort(seed + n, effect=effect, worst=worst, helped=helped).compared() for n in range(cohorts)]
    low = np.array([one.low for one in found], dtype=float)
    high = np.array([one.high for one in found], dtype=float)
    return Trial(
        covered=float(((low <= effect) & (effect <= high)).mean()),
        mean=float(np.mean([one.effect for one in found])),
        naive=float(np.mean([one.naive for one in found])),
        width=float((high - low).mean()),
    )
