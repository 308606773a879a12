"""The interventions of this autumn, and what each kind of them is built to have changed.

This is the one place where an effect is built in: the points of attendance that everybody in an intervention gains, on
average, from its first day on. `marks.live` takes it off their rate of absence and knows nothing else of interventions.
Students are chosen by how often they are away on the whole and not by how their last weeks went, and by lot among those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from config.demo_college.dates import academic_year, latest_open_day
from core import clock

# Points of attendance that go with one unit of a student's rate of absence (the sum of `marks.WHOLE_DAYS`).
POINTS_OF_A_RATE = 8.5
# Who an intervention is for: those who are away about as often as this, some of them.
LOWEST, HIGHEST = 0.7, 6.0
RECORD = 150  # school days on record before the start: thirty weeks
ONE_IN, FEWEST, MOST = 14, 5, 36  # students of a kind: one in so many of the site's people, within these bounds


@dataclass(frozen=True)
class Kind:
    """One kind: where, what for, the points that it is built to add, when it began and ended, when it met."""

    name: str
    site: str
    intended: str
    effect: float
    weeks_ago: int
    lasted: int
    at: tuple[int, int]
    minutes: int
    outcome: str

    def starts_on(self, today: date) -> date:
        """The first day: the Monday of that week, or the last school day before it."""
        return latest_open_day(clock.week_of(today) - timedelta(weeks=self.weeks_ago))


KINDS = (
    Kind("Attendance mentoring", "school", "Back to 95 % and staying there", 5.0, 10, 7, (8, 30), 20, "Most are in every day; the mentor looks in once a month."),
    Kind("One-to-one mentoring", "school", "Somebody to talk to once a week, and fewer days away", 5.0, 10, 7, (12, 30), 30, "Talks go on for two; the others know where to come."),
    Kind("Behaviour support", "school", "Calmer mornings, and in lessons all day", 0.0, 9, 6, (13, 0), 30, "Enjoyed by all. No clear change in how often they are away."),
    Kind("Study skills", "college", "A weekly plan that is kept, and no lesson missed", 5.0, 10, 7, (12, 5), 40, "Plans are kept; most come without being asked."),
    Kind("Counselling", "college", "Feels well enough to come in", 0.0, 9, 7, (15, 45), 45, "Talks ended as agreed."),
)  # fmt: skip


def effects(
    people: Sequence[Any], days: Sequence[date], rates: np.ndarray, rng: np.random.Generator, today: date
) -> tuple[np.ndarray, dict[str, list[Any]]]:
    """What to take off each student's rate of absence on each day, and who is in each kind."""
    lift, chosen = np.zeros((len(people), len(days))), {}
    free = {
        place for place, person in enumerate(people) if LOWEST <= rates[place] <= HIGHEST and _is_here(person, today)
    }
    site = people[0].site if people else ""
    for kind in (one for one in KINDS if one.site == site):
        start = kind.starts_on(today)
        known = sum(day < start for day in days)
        first = days[max(0, known - RECORD)] if known else start
        able = sorted(place for place in free if _is_here(people[place], first))
        size = min(len(able), MOST, max(FEWEST, len(people) // ONE_IN))
        places = rng.choice(able, size, replace=False).tolist() if size > 1 else []
        free -= set(places)
        chosen[kind.name] = [people[place] for place in places]
        lift[np.ix_(places, range(known, len(days)))] = kind.effect / POINTS_OF_A_RATE
    return lift, chosen


def _is_here(person: Any, day: date) -> bool:
    return person.on_roll(day) and academic_year(day) in person.nc_years
