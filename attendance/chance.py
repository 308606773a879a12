"""Whether a fall in attendance is more than chance: an exact test over a student's own weeks. Pure, no database.

If the weeks meant nothing, the last four would be any four of the student's weeks of this year. So what is asked is in how
many of all the ways to choose four of them the attendance is as low as it was in the last four: an exact share, counted, not
drawn. A week stays whole, so that an illness of a week counts as one thing and not as ten sessions. An illness across two
weeks makes falls a little likelier than the test thinks; we accept that.

With few weeks no choice is rare enough, and nothing is said: of nine weeks there are 126 ways to choose four, of eight 70.
"""

import random
from collections import Counter
from collections.abc import Sequence
from math import comb

CHANGE_LEVEL = 0.01  # at most this share of students whose weeks mean nothing is told to have fallen
Week = tuple[int, int]  # attended and possible, of one school week


def as_low_by_chance(weeks: Sequence[Week], last: int) -> float:
    """The share of all ways to choose so many of the weeks, in order of time, that have an attendance as low as the last have.

    One where there is nothing to choose from: all the weeks, none, or none in which anything was possible.
    """
    now = weeks[-last:] if last else []
    attended, possible = sum(week[0] for week in now), sum(week[1] for week in now)
    if not possible or len(weeks) <= last:
        return 1.0
    # A choice is as low when its attended x possible now is at most its possible x attended now: add up the differences.
    scores = Counter(there * possible - of * attended for there, of in weeks)
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter[int]() for _ in range(last))]
    for score, times in scores.items():
        for chosen in range(last, 0, -1):
            for more in range(1, min(times, chosen) + 1):
                choices = comb(times, more)
                for total, number in ways[chosen - more].items():
                    ways[chosen][total + more * score] += number * choices
    as_low = sum(number for total, number in ways[last].items() if total <= 0)
    return as_low / comb(len(weeks), last)


def is_more_than_chance(weeks: Sequence[Week], last: int) -> bool:
    """Whether the last weeks are so low that chance alone hardly explains it."""
    return as_low_by_chance(weeks, last) <= CHANGE_LEVEL


def fewest_weeks(last: int) -> int:
    """How many weeks it takes until a fall of the last so many can be told from chance at all."""
    weeks = last + 1
    while comb(weeks, last) * CHANGE_LEVEL < 1:
        weeks += 1
    return weeks


def shuffled(weeks: Sequence[Week], chance: random.Random) -> list[Week]:
    """The same weeks in an order that means nothing."""
    found = list(weeks)
    chance.shuffle(found)
    return found
