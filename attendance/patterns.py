"""Patterns in when a student is away, told from noise. Pure: marks go in, sentences with their chance come out.

**What is counted.** A run of missed sessions or lessons with nothing attended between is one absence, and so are runs
that touch the same day. So a week of illness from Monday to Friday is one absence that took in a Monday, not ten
sessions of which two were on a Monday; and as an absence that long takes in a Monday wherever it is put, it says
nothing about Mondays and weighs nothing in the test.

**The test.** If the days meant nothing, an absence would be as likely to begin at one place in the student's own
timetable as at another. So for each absence the chance that it takes in, say, a Monday is the share of the places at
which an absence of its length could stand from which it does. The number of absences that take one in is then a sum of
independent draws, each with its own chance (the binomial when all are equally long), and what is asked is how likely
that many or more are: an exact tail, no approximation. For absences on the day after a late arrival the draws are
without replacement: each absence follows one of the attended days, so it is the hypergeometric tail over those days.

**Many looks.** Every weekday, period, subject and so on that is looked at is a chance to be fooled, so the tails are
multiplied by their number (Bonferroni), and only what stays under the level counts. With fewer than five absences, or
four in the pattern, nothing is said. On absences at random a student is given a pattern in at most 5 cases of 100
(tests/attendance/test_patterns.py measures it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import comb
from random import Random
from typing import NamedTuple

LEVEL = 0.05  # at most this share of students without a pattern are given one
LEAST_ABSENCES, LEAST_IN_PATTERN = 5, 4
BREAK_DAYS = 7  # days without a mark between two school days that make them the edges of a break
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALVES = {"AM": "morning", "PM": "afternoon"}
DAY, SITTING, AFTER = "day", "sitting", "after"


class Chance(NamedTuple):
    """One session or lesson that the student could have attended, in order of time: when, which, and whether they were away."""

    date: date
    period: str
    missed: bool
    late: bool = False
    subject: str = ""


@dataclass(frozen=True)
class Pattern:
    """So many absences of so many share something, and how likely chance alone makes that."""

    key: str
    words: str
    number: int
    of: int
    chance: float
    looked_at: int
    longer: int = 0
    noun: str = "absences"

    @property
    def sentence(self) -> str:
        """“7 of 9 absences were on a Monday.”"""
        more = ""
        if self.longer:
            more = f", {self.longer} of them in a longer absence"
        return f"{self.number} of {self.of} {self.noun} were {self.words}{more}."

    @property
    def chance_words(self) -> str:
        """How often chance alone would show something as strong, in words."""
        return (
            f"Chance alone would show a pattern as strong as this to {odds(self.chance)} students with as many"
            f" {self.noun}; {self.looked_at} patterns were looked at."
        )


@dataclass(frozen=True)
class Findings:
    """The patterns found, the strongest first, and how much was looked at."""

    absences: int = 0
    looked_at: int = 0
    patterns: tuple[Pattern, ...] = ()
    noun: str = "absences"

    @property
    def strongest(self) -> Pattern | None:
        """The pattern least likely to be chance."""
        return self.patterns[0] if self.patterns else None

    @property
    def why_none(self) -> str:
        """Why no pattern is named, in a sentence."""
        if self.absences < LEAST_ABSENCES:
            return f"Too few {self.noun} to look for a pattern ({self.absences}; it takes {LEAST_ABSENCES})."
        return (
            f"No pattern: none of the {self.looked_at} looked at stands out from chance in {self.absences} {self.noun}."
        )


def odds(chance: float) -> str:
    """A probability as people say it: “about 1 in 150”, “fewer than 1 in 10,000”."""
    times = int(1 / chance) if chance > 0 else 10_000
    if times >= 10_000:
        return "fewer than 1 in 10,000"
    size = 10 ** max(len(str(times)) - 2, 0)
    return f"about 1 in {times // size * size:,}"


def at_random(chances: Sequence[Chance], chance: Random) -> list[Chance]:
    """The same absences at random places of the student's own timetable, each as long as it was: what no pattern looks like."""
    runs: list[list[Chance]] = []
    for one in chances:
        if one.missed and runs and runs[-1][-1].missed:
            runs[-1].append(one)
        else:
            runs.append([one])
    chance.shuffle(runs)
    moved = [one for run in runs for one in run]
    return [here._replace(missed=there.missed, late=there.late) for here, there in zip(chances, moved, strict=True)]


def find_patterns(chances: Sequence[Chance], *, level: float = LEVEL, noun: str = "absences") -> Findings:
    """The patterns in a student's absences; `chances` in order of time, only what they could have attended.

    `level` is the share of students without a pattern that may be given one: 0.05 for one student's page, less for a
    list of many students. To look at late arrivals instead, give `missed` for late and a noun.
    """
    shape = _Shape(chances)
    looks = [look for look in _looks(shape) if look.can_be_found]
    if len(shape.absences) < LEAST_ABSENCES:
        return Findings(len(shape.absences), len(looks), (), noun)
    found = [(tail, look) for look in looks if (tail := look.tail()) is not None]
    kept = [(chance, look) for tail, look in found if (chance := min(tail * len(looks), 1.0)) <= level]
    patterns = tuple(
        Pattern(look.key, look.words, look.number, len(shape.absences), chance, len(looks), look.longer, noun)
        for chance, look in _told_once(kept)
    )
    return Findings(len(shape.absences), len(looks), patterns, noun)


def at_least(chances: Iterable[float], number: int) -> float:
    """The chance that at least `number` of independent draws succeed, each with its own chance (exact)."""
    below = [1.0] + [0.0] * (number - 1)  # below[k]: exactly k so far
    for chance in chances:
        for k in range(number - 1, 0, -1):
            below[k] = below[k] * (1 - chance) + below[k - 1] * chance
        below[0] *= 1 - chance
    return max(0.0, 1.0 - sum(below))


def drawn_at_least(population: int, marked: int, draws: int, number: int) -> float:
    """The chance of at least `number` marked ones in draws without replacement (hypergeometric, exact)."""
    ways = comb(population, draws)
    return sum(
        comb(marked, k) * comb(population - marked, draws - k) for k in range(number, min(marked, draws) + 1)
    ) / ways  # fmt: skip


class _Absence(NamedTuple):
    """From one place to another in the sittings, and in the days; the places missed between."""

    first: int
    last: int
    first_day: int
    last_day: int
    missed: tuple[int, ...]

    def length(self, unit: str) -> int:
        return self.last - self.first + 1 if unit == SITTING else self.last_day - self.first_day + 1


class _Shape:
    """A student's sittings, days and absences, counted once."""

    def __init__(self, chances: Sequence[Chance]) -> None:
        self.chances = chances
        self.days = list(dict.fromkeys(chance.date for chance in chances))
        place = {day: number for number, day in enumerate(self.days)}
        self.day_of = [place[chance.date] for chance in chances]
        self.absences = self._absences()

    def _absences(self) -> list[_Absence]:
        runs: list[list[int]] = []
        for place, chance in enumerate(self.chances):
            if not chance.missed:
                continue
            goes_on = runs and (runs[-1][-1] == place - 1 or self.day_of[runs[-1][-1]] == self.day_of[place])
            if goes_on:
                runs[-1].append(place)
            else:
                runs.append([place])
        return [_Absence(run[0], run[-1], self.day_of[run[0]], self.day_of[run[-1]], tuple(run)) for run in runs]

    @cached_property
    def late_days(self) -> set[int]:
        """Days with a late arrival on which nothing was missed, and which another day follows."""
        late = {self.day_of[place] for place, chance in enumerate(self.chances) if chance.late and not chance.missed}
        return late - self.absent_days - {len(self.days) - 1}

    @cached_property
    def absent_days(self) -> set[int]:
        return {day for each in self.absences for day in range(each.first_day, each.last_day + 1)}


@dataclass
class _Look:
    """One thing that absences may share: the places (days or sittings) that have it."""

    key: str
    words: str
    unit: str
    places: list[int]
    shape: _Shape
    taking_in: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        wanted = set(self.places)
        self.taking_in = [number for number, each in enumerate(self.shape.absences) if self._takes_in(each, wanted)]

    def _takes_in(self, absence: _Absence, wanted: set[int]) -> bool:
        if self.unit == SITTING:
            return not wanted.isdisjoint(absence.missed)
        last = absence.first_day if self.unit == AFTER else absence.last_day
        return not wanted.isdisjoint(range(absence.first_day, last + 1))

    @property
    def size(self) -> int:
        return len(self.shape.chances) if self.unit == SITTING else len(self.shape.days)

    @property
    def can_be_found(self) -> bool:
        return 0 < len(self.places) < self.size

    @property
    def number(self) -> int:
        return len(self.taking_in)

    @property
    def longer(self) -> int:
        """How many of those that take it in last for more than a day."""
        if self.unit == AFTER:
            return 0
        absences = self.shape.absences
        return sum(absences[number].last_day > absences[number].first_day for number in self.taking_in)

    def tail(self) -> float | None:
        """The chance of as many or more; nothing when there are too few to say anything."""
        if self.number < LEAST_IN_PATTERN:
            return None
        if self.unit == AFTER:
            attended = self.size - len(self.shape.absent_days) + 1  # and the start, which an absence may follow too
            draws = sum(each.first_day - 1 not in self.shape.absent_days for each in self.shape.absences)
            return drawn_at_least(attended, len(self.places), draws, self.number)
        lengths = [each.length(self.unit) for each in self.shape.absences]
        of_length = {length: self._chance_for(length) for length in set(lengths)}
        return at_least((of_length[length] for length in lengths), self.number)

    def _chance_for(self, length: int) -> float:
        """The share of the places where an absence of this length may stand from which it takes this in."""
        stands = self.size - length + 1
        edges = [-1, *self.places, self.size]
        gaps = (right - left - 1 for left, right in zip(edges, edges[1:], strict=False))
        return 1 - sum(max(gap - length + 1, 0) for gap in gaps) / stands


def _looks(shape: _Shape) -> list[_Look]:
    """Everything that is looked at, the plainest first: of two that say the same of the same absences the first is told."""
    days = [
        _Look(f"weekday-{number}", f"on a {name}", DAY, _falling_on(shape.days, number), shape)
        for number, name in enumerate(WEEKDAYS)
    ]
    beside = _beside_breaks(shape.days)
    days.append(_Look("break", "on the last day before a break or the first after it", DAY, beside, shape))
    follows = sorted(day + 1 for day in shape.late_days)
    days.append(_Look("after-late", "on the school day after a late arrival", AFTER, follows, shape))
    return days + _by_sitting(shape)


def _by_sitting(shape: _Shape) -> list[_Look]:
    groups: dict[tuple[str, str], list[int]] = {}
    for place, chance in enumerate(shape.chances):
        weekday = WEEKDAYS[chance.date.weekday()]
        groups.setdefault((f"period-{chance.period}", _in_period(chance.period)), []).append(place)
        if chance.subject:
            groups.setdefault((f"subject-{chance.subject}", f"in {chance.subject}"), []).append(place)
        key = f"place-{chance.date.weekday()}-{chance.period}"
        groups.setdefault((key, _in_period(chance.period, weekday)), []).append(place)
    order = ("period", "subject", "place")
    named = sorted(groups.items(), key=lambda item: (order.index(item[0][0].split("-")[0]), item[0]))
    looks = [_Look(key, words, SITTING, places, shape) for (key, words), places in named]
    if any(chance.period not in HALVES for chance in shape.chances):
        firsts = [n for n, day in enumerate(shape.day_of) if n == 0 or shape.day_of[n - 1] != day]
        looks.insert(0, _Look("first", "in the first lesson of the day", SITTING, firsts, shape))
    return looks


def _in_period(period: str, weekday: str = "") -> str:
    if period in HALVES:
        return f"on a {weekday} {HALVES[period]}" if weekday else f"in the {HALVES[period]}"
    return f"in {period} on a {weekday}" if weekday else f"in {period}"


def _falling_on(days: Sequence[date], weekday: int) -> list[int]:
    return [number for number, day in enumerate(days) if day.weekday() == weekday]


def _beside_breaks(days: Sequence[date]) -> list[int]:
    """The days on either side of a break of a week or more."""
    found: set[int] = set()
    for number, (one, following) in enumerate(zip(days, days[1:], strict=False)):
        if (following - one).days > BREAK_DAYS:
            found |= {number, number + 1}
    return sorted(found)


def _told_once(found: Sequence[tuple[float, _Look]]) -> list[tuple[float, _Look]]:
    """Of patterns made of the same absences, or of part of them, one: the plainest of the same, else the strongest."""
    order = {
        key: place for place, key in enumerate(("weekday", "break", "after", "first", "period", "subject", "place"))
    }
    plainest: dict[frozenset[int], tuple[float, _Look]] = {}
    for chance, look in found:
        absences = frozenset(look.taking_in)
        held = plainest.get(absences)
        if held is None or order[look.key.split("-")[0]] < order[held[1].key.split("-")[0]]:
            plainest[absences] = (chance, look)
    told: list[tuple[float, _Look]] = []
    for chance, look in sorted(plainest.values(), key=lambda pair: pair[0]):
        mine = set(look.taking_in)
        if not any(mine <= set(other.taking_in) or mine >= set(other.taking_in) for _, other in told):
            told.append((chance, look))
    return told
