"""Made-up colleges in which the true effect of an intervention is known, for testing what is worked out about it.

Four hundred students with ten sessions a week. Each has a level of their own, good and bad weeks that drag on, and now and
then a spell in which they hardly come; the college has better and worse weeks. The help begins after `START` weeks on record
and adds so many points of attendance for six weeks, up to what is possible.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from interventions.impact import guards
from interventions.impact.dates import Start
from interventions.impact.estimate import Around, estimate
from interventions.impact.finding import Finding
from interventions.impact.shares import Weekly

STUDENTS, GROUPS, SPAN, AFTERWARDS, SESSIONS = 400, 20, 6, 6, 10
START = 42
SPELL = 2.0  # in log odds
Floats = npt.NDArray[np.float64]
Chosen = npt.NDArray[np.intp]
Chooser = Callable[["College", np.random.Generator], Chosen]


@dataclass(frozen=True)
class World:
    """How attendance behaves: the spread of levels and of weeks (as log odds), how long a bad week drags on, how often a spell begins."""

    level: float = 2.85
    levels: float = 0.8
    drag: float = 0.6
    weekly: float = 0.55
    spells: float = 0.02
    sessions: int = SESSIONS
    shocks: float = 0.0  # of whole tutor groups, in points
    missing: float = 0.0  # the share of student weeks without a mark
    joined: float = (
        0.0  # the share of students who came three weeks before the start, as new year groups do in September
    )
    beside: float = 0.0  # the points that other help adds for the others of the eighty worst, in the same weeks


@dataclass
class College:
    """The chances of everybody in every week, and what was counted so far."""

    chance: Floats
    top: Floats
    bottom: Floats
    group: npt.NDArray[np.int64]
    years: npt.NDArray[np.int64]
    start: int
    level: Floats
    other_help: Floats  # 1 for who has other help

    @property
    def recorded(self) -> Chosen:
        """Who was here all the time before the start."""
        return np.flatnonzero(self.bottom[:, : self.start - 3].sum(axis=1) > 0)

    def beside(self, first: int, over: int) -> Floats:
        """The share of weeks from one up to another in which each has other help."""
        return self.other_help * max(min(over, self.start + SPAN) - max(first, self.start), 0) / (over - first)

    def near(self, back: int = 0) -> Floats:
        """Everybody's six weeks before the start, or those `back` weeks earlier."""
        last = self.start - back
        return self.top[:, last - SPAN : last].sum(axis=1) / np.maximum(
            self.bottom[:, last - SPAN : last].sum(axis=1), 1
        )

    def last(self) -> Floats:
        """Everybody's last marked week."""
        return self.top[:, self.start - 1] / np.maximum(self.bottom[:, self.start - 1], 1)


def college(dice: np.random.Generator, world: World, start: int = START, students: int = STUDENTS) -> College:
    """A college without any help."""
    weeks = start + SPAN + AFTERWARDS
    level = world.level + world.levels * dice.standard_normal(students)
    bad = np.zeros((students, weeks))
    bad[:, 0] = world.weekly * dice.standard_normal(students)
    fresh = world.weekly * np.sqrt(1 - world.drag**2)
    for week in range(1, weeks):
        bad[:, week] = world.drag * bad[:, week - 1] + fresh * dice.standard_normal(students)
    # In a spell of one to four weeks somebody comes much less.
    spell = np.zeros((students, weeks))
    for length in (1, 2, 3, 4):
        began = dice.random((students, weeks)) < world.spells / 4
        for on in range(length):
            spell[:, on:] = np.where(began[:, : weeks - on], SPELL, spell[:, on:])
    whole = 0.15 * dice.standard_normal(weeks)
    chance = 1 / (1 + np.exp(-(level[:, None] + bad + whole - spell)))
    group = dice.permutation(np.arange(students) % max(students // 20, 1)).astype(np.int64)
    if world.shocks:
        chance = chance + _shocks(dice, world.shocks, int(group.max()) + 1, weeks)[group]
    chance = np.clip(chance, 0, 1)
    top = dice.binomial(world.sessions, chance).astype(float)
    bottom = np.full(top.shape, float(world.sessions))
    if world.joined:
        joined = dice.random(students) < world.joined
        top[joined, : start - 3] = bottom[joined, : start - 3] = 0
    if world.missing:
        gone = dice.random(top.shape) < world.missing
        top[gone] = bottom[gone] = 0
    return College(chance, top, bottom, group, (group % 2).astype(np.int64), start, level, np.zeros((students, 1)))


def _shocks(dice: np.random.Generator, points: float, groups: int, weeks: int) -> Floats:
    """What befalls whole groups, in shares: it comes and goes over some weeks."""
    found = np.zeros((groups, weeks))
    found[:, 0] = dice.standard_normal(groups)
    for week in range(1, weeks):
        found[:, week] = 0.9 * found[:, week - 1] + np.sqrt(1 - 0.81) * dice.standard_normal(groups)
    return found * points / 100


def move(dice: np.random.Generator, made: College, rows: Chosen, first: int, points: Floats) -> float:
    """Move the chances of these from a week on, by so many points in each week; gives by how much they really moved.

    Nobody comes more often than always, so what was meant and what was done differ.
    """
    weeks = slice(first, first + len(points))
    without = made.chance[rows, weeks]
    made.chance[rows, weeks] = np.clip(without + points / 100, 0, 1)
    made.top[rows, weeks] = dice.binomial(made.bottom[rows, weeks].astype(int), made.chance[rows, weeks])
    return float(100 * (made.chance[rows, weeks] - without).mean())


def told(made: College, chosen: Chosen, gap: int = 0) -> Finding:
    """What Waymark says of the six weeks from the start, or of those so many weeks later."""
    helped = np.zeros(len(made.group), dtype=bool)
    helped[chosen] = True
    nobody = np.zeros(len(made.group), dtype=bool)
    years = (made.years == 0).astype(float)[:, None]
    start = Start(made.start, gap, SPAN, np.sort(chosen))
    return estimate(
        Weekly(made.top, made.bottom), [start], lambda over: helped if over > made.start else nobody,
        Around(lambda _: years, lambda _: made.group, made.beside),
    )  # fmt: skip


def by_lot(count: int) -> Chooser:
    """Any of them."""
    return lambda made, dice: dice.choice(len(made.group), count, replace=False)


def worst(count: int, of: int | None = None) -> Chooser:
    """The lowest six weeks before the start, exactly, or so many by lot out of a larger number."""

    def choose(made: College, dice: np.random.Generator) -> Chosen:
        order = np.argsort(made.near() + 1e-6 * dice.random(len(made.group)))
        return order[:count] if of is None else dice.choice(order[:of], count, replace=False)

    return choose


def of_the_lowest_third(count: int) -> Chooser:
    """By lot of the lowest third of those who were here all the time."""

    def choose(made: College, dice: np.random.Generator) -> Chosen:
        here = made.recorded
        return dice.choice(
            here[np.argsort(made.near()[here] + 1e-6 * dice.random(len(here)))][: len(here) // 3], count, replace=False
        )

    return choose


def worst_last_week(count: int) -> Chooser:
    """The lowest last week before the start."""
    return lambda made, dice: np.argsort(made.last() + 1e-6 * dice.random(len(made.group)))[:count]


def steepest_fall(count: int) -> Chooser:
    """The largest fall from the six weeks before those to the last six."""
    return lambda made, dice: np.argsort(made.near() - made.near(SPAN) + 1e-6 * dice.random(len(made.group)))[:count]


def worst_of_groups(count: int, groups: int) -> Chooser:
    """The lowest of so many tutor groups."""

    def choose(made: College, dice: np.random.Generator) -> Chosen:
        picked = dice.choice(int(made.group.max()) + 1, groups, replace=False)
        inside = np.flatnonzero(np.isin(made.group, picked))
        return inside[np.argsort(made.near()[inside] + 1e-6 * dice.random(len(inside)))][:count]

    return choose


def of_groups(count: int, groups: int) -> Chooser:
    """By lot out of so many tutor groups."""

    def choose(made: College, dice: np.random.Generator) -> Chosen:
        picked = dice.choice(int(made.group.max()) + 1, groups, replace=False)
        return dice.choice(np.flatnonzero(np.isin(made.group, picked)), count, replace=False)

    return choose


def best(count: int) -> Chooser:
    """The highest six weeks before the start: nobody has far to go."""
    return lambda made, dice: np.argsort(-made.near() + 1e-6 * dice.random(len(made.group)))[:count]


def lasting_trouble(made: College, dice: np.random.Generator) -> Chosen:
    """Twenty who fall by fifteen points for good, chosen by somebody who knows it; for twenty others the same fall passes."""
    rows = dice.choice(len(made.group), 40, replace=False)
    move(dice, made, rows[:20], made.start - 3, np.full(made.top.shape[1] - made.start + 3, -15.0))
    move(dice, made, rows[20:], made.start - 3, np.full(3, -15.0))
    return rows[:20]


def passing_trouble(made: College, dice: np.random.Generator) -> Chosen:
    """The other way round: the twenty for whom it passes are chosen."""
    rows = dice.choice(len(made.group), 40, replace=False)
    move(dice, made, rows[:20], made.start - 6, np.full(6, -15.0))
    move(dice, made, rows[20:], made.start - 6, np.full(made.top.shape[1] - made.start + 6, -15.0))
    return rows[:20]


def decliners(made: College, dice: np.random.Generator) -> Chosen:
    """Twenty who go down by two points every week, before the start and after it."""
    rows = dice.choice(len(made.group), 20, replace=False)
    move(dice, made, rows, made.start - 6, -2.0 * np.arange(1, made.top.shape[1] - made.start + 7))
    return rows


def leavers(made: College, dice: np.random.Generator) -> Chosen:
    """The lowest 24; of everybody under three quarters, six in ten leave within the first two weeks."""
    chosen = worst(24)(made, dice)
    gone = np.flatnonzero((made.near() < 0.75) & (dice.random(len(made.group)) < 0.6))
    made.top[gone, made.start + 1 :] = made.bottom[gone, made.start + 1 :] = 0
    return chosen


def newcomers(made: College, dice: np.random.Generator) -> Chosen:
    """Twenty-four who came when the help began."""
    rows = dice.choice(len(made.group), 24, replace=False)
    made.top[rows, : made.start] = made.bottom[rows, : made.start] = 0
    return rows


@dataclass(frozen=True)
class Cohort:
    """A kind of college and a way of choosing."""

    name: str
    choose: Chooser
    world: World = World()
    start: int = START
    students: int = STUDENTS
    gap: int = 0  # weeks between the start and those looked at

    def draw(self, seed: int, effect: float) -> tuple[Finding, float]:
        """One college: what is said, and what is true."""
        dice = np.random.default_rng(seed)
        made = college(dice, self.world, self.start, self.students)
        chosen = self.choose(made, dice)
        if self.world.beside:
            others = np.setdiff1d(np.argsort(made.near())[:80], chosen)
            move(dice, made, others, self.start, np.full(SPAN, self.world.beside))
            made.other_help[others] = 1
        truth = move(dice, made, chosen, self.start + self.gap, np.full(SPAN, float(effect))) if effect else 0.0
        return told(made, chosen, self.gap), truth

    def tally(self, draws: int, effect: float, seed: int) -> "Tally":
        """Many of them."""
        return Tally(self.name, effect, [self.draw(seed + n, effect) for n in range(draws)])


@dataclass(frozen=True)
class Tally:
    """What was said of many colleges of a kind. Shares are of one, not in per cent."""

    name: str
    effect: float
    drawn: list[tuple[Finding, float]]

    @property
    def printed(self) -> list[tuple[Finding, float]]:
        """Those with an interval."""
        return [(found, truth) for found, truth in self.drawn if found.told]

    @property
    def refused(self) -> float:
        """How many are told nothing."""
        return 1 - len(self.printed) / len(self.drawn)

    @property
    def covered(self) -> float:
        """How often the interval itself holds the truth, also where only "their own fall went on" keeps it from the page."""
        inside = [
            found.low <= truth <= found.high
            for found, truth in self.drawn
            if found.low is not None and found.high is not None and set(found.refusals) <= {guards.FALL_GOES_ON}
        ]
        return float(np.mean(inside)) if inside else float("nan")

    @property
    def better(self) -> float:
        """Of those printed, how many say Better."""
        return self._said([found.low is not None and found.low > 0 for found, _ in self.printed])

    @property
    def worse(self) -> float:
        """Of those printed, how many say Worse."""
        return self._said([found.high is not None and found.high < 0 for found, _ in self.printed])

    @property
    def power(self) -> float:
        """Of all, how many say Better."""
        return self.better * (1 - self.refused) if self.printed else 0.0

    @property
    def bias(self) -> float:
        """By how much the effect is said too high on average."""
        return self._said([(found.effect or 0.0) - truth for found, truth in self.printed])

    @property
    def reach(self) -> float:
        """How far the interval goes to each side on average."""
        return self._said([((found.high or 0.0) - (found.low or 0.0)) / 2 for found, _ in self.printed])

    def _said(self, values: list[Any]) -> float:
        return float(np.mean(values)) if values else float("nan")

    def row(self) -> str:
        """One line of the table in the app's README."""
        why = Counter(code for found, _ in self.drawn for code in found.refusals[:1]).most_common(2)
        cells = (
            self.name, f"{self.effect:g}", f"{100 * self.refused:.1f}", f"{100 * self.covered:.1f}", f"{self.bias:+.2f}",
            f"{100 * self.better:.1f} / {100 * self.worse:.1f}", f"{100 * self.power:.1f}", f"{self.reach:.2f}",
            ", ".join(f"{code} {count}" for code, count in why),
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| cohort | effect | no verdict % | cover % | bias | Better / Worse, % of printed | Better, % of all | reach | why none |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
SHOCKS, GAPS = World(shocks=2), World(missing=0.25)
LATE = World(level=3.4, levels=1.0, weekly=0.6, spells=0.01, sessions=9)
LOT, FORTY, TWENTY_FOUR = (
    Cohort("24 by lot", by_lot(24)), Cohort("40 of the 80 worst", worst(40, 80)), Cohort("24 of the 80 worst", worst(24, 80)),
)  # fmt: skip
PROVED = (
    LOT, FORTY, TWENTY_FOUR,
    Cohort("the 24 worst", worst(24)), Cohort("the 40 worst", worst(40)), Cohort("24 worst by last week", worst_last_week(24)),
    Cohort("24 steepest falls", steepest_fall(24)), Cohort("worst 24 of three groups, shocks", worst_of_groups(24, 3), SHOCKS),
    Cohort("24 of six groups, shocks", of_groups(24, 6), SHOCKS), Cohort("the 24 worst, a quarter of weeks missing", worst(24), GAPS),
    Cohort("24 of the best (ceiling)", best(24)),
    Cohort("36 of the lowest third, three in ten new", of_the_lowest_third(36), World(joined=0.3)),
    Cohort("24 of the 80 worst, others helped otherwise", worst(24, 80), World(beside=8)),
)  # fmt: skip
