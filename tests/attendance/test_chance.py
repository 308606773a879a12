"""A fall in attendance is told only where chance hardly explains it: exact, and seldom wrong on weeks that mean nothing."""

import random
from itertools import combinations

import pytest

from attendance.chance import CHANGE_LEVEL, as_low_by_chance, fewest_weeks, is_more_than_chance, shuffled


def counted(weeks: list[tuple[int, int]], last: int) -> float:
    """The same by trying every choice."""
    now = sum(week[0] for week in weeks[-last:]) / sum(week[1] for week in weeks[-last:])
    ways = list(combinations(weeks, last))
    low = [sum(w[0] for w in some) / sum(w[1] for w in some) <= now + 1e-12 for some in ways]
    return sum(low) / len(ways)


@pytest.mark.parametrize("last", [1, 2, 4])
def test_it_counts_every_choice(last: int) -> None:
    chance = random.Random(last)
    for _ in range(40):
        weeks = [(chance.randint(3, 8), chance.choice([8, 9, 10])) for _ in range(9)]
        assert as_low_by_chance(weeks, last) == pytest.approx(counted(weeks, last))


def test_four_weeks_of_nine_that_are_the_lowest_are_one_choice_of_126() -> None:
    weeks = [(10, 10)] * 5 + [(7, 10)] * 4
    assert as_low_by_chance(weeks, 4) == pytest.approx(1 / 126)
    assert is_more_than_chance(weeks, 4)
    # Of eight weeks even that is one of 70: too few to tell.
    assert not is_more_than_chance(weeks[1:], 4)
    assert (fewest_weeks(4), fewest_weeks(6), fewest_weeks(2)) == (9, 10, 15)


def test_nothing_to_choose_from_says_nothing() -> None:
    assert [as_low_by_chance(weeks, 2) for weeks in ([], [(5, 10)] * 2, [(10, 10), (0, 0), (0, 0)])] == [1.0, 1.0, 1.0]


def test_few_of_those_whose_weeks_mean_nothing_are_told_to_have_fallen() -> None:
    chance = random.Random(2026)
    told = 0
    for _ in range(4000):
        level = chance.uniform(0.7, 1.0)
        weeks = [(sum(chance.random() < level for _ in range(10)), 10) for _ in range(11)]
        told += is_more_than_chance(shuffled(weeks, chance), 4)
    assert told / 4000 <= CHANGE_LEVEL + 0.003
