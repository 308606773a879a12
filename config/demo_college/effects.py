"""The interventions of this autumn, and what each kind of them is built to have changed.

This is the one place where an effect is built in: the points of attendance that everybody in an intervention gains, on
average, from its first day on. `marks.live` calls `choose` and `add`, and knows nothing else of interventions.
Students are chosen by what their registers said in the school weeks before, as a college would, and by lot among those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from config.demo_college.dates import academic_year, latest_open_day
from core import clock

PREVENTED = ("I", "O", "C", "N", "U")  # what an intervention can change; not a suspension, nor a holiday or a feast
# Who an intervention is for: some of those who missed about so much of the school weeks before, in per cent.
LOWEST, HIGHEST = 6.0, 40.0
LOOKED_AT = 60  # school days: twelve weeks
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


def choose(
    people: Sequence[Any], days: Sequence[date], codes: np.ndarray, rng: np.random.Generator, today: date
) -> dict[str, list[int]]:
    """The places of those who are in each kind of their site; nobody is in two."""
    chosen = {}
    free = {place for place, person in enumerate(people) if _is_here(person, today)}
    site = people[0].site if people else ""
    for kind in (one for one in KINDS if one.site == site):
        start = kind.starts_on(today)
        known = sum(day < start for day in days)
        first = days[max(0, known - RECORD)] if known else start
        looked_at = codes[:, max(0, known - LOOKED_AT) : known]
        missed = 100 * np.isin(looked_at, PREVENTED).mean(axis=(1, 2)) if known else np.zeros(len(people))
        able = sorted(place for place in free if _is_here(people[place], first) and LOWEST <= missed[place] <= HIGHEST)
        size = min(len(able), MOST, max(FEWEST, len(people) // ONE_IN))
        chosen[kind.name] = rng.choice(able, size, replace=False).tolist() if size > 1 else []
        free -= set(chosen[kind.name])
    return chosen


def add(
    codes: np.ndarray, days: Sequence[date], chosen: dict[str, list[int]], rng: np.random.Generator, today: date
) -> None:
    """Add each kind's points to the attendance of those in it: from its first day on, days that they would have missed are
    attended, each with the same chance."""
    for kind in (one for one in KINDS if one.effect and chosen.get(one.name)):
        after = np.ix_(chosen[kind.name], [at for at, day in enumerate(days) if day >= kind.starts_on(today)])
        missed = np.isin(codes[after], PREVENTED)
        share = missed.mean() if missed.size else 0.0
        if share:
            turned = rng.random(missed.shape[:2]) < kind.effect / 100 / share
            codes[after] = np.where(missed & turned[:, :, None], "", codes[after])


def _is_here(person: Any, day: date) -> bool:
    return person.on_roll(day) and academic_year(day) in person.nc_years
