"""Believable marks: illness in spells, dips on Fridays, a few who fall away, some whom an intervention helped (effects.py).

Calibrated to the national secondary figures for 2024/25 (DfE, pupil attendance in schools, year to date): 8.59 % of
sessions missed, 24.3 % of pupils missing a tenth or more, and each reason's share of possible sessions as below.
"""

from dataclasses import dataclass, field
from datetime import date
from math import exp
from typing import Any

import numpy as np

from config.demo_college import effects
from config.demo_college.chance import Chance
from config.demo_college.students import Person

# Per cent of possible sessions, England, secondary, 2024/25. (mean spell in days; None is one session)
WHOLE_DAYS = {
    "I": (3.85, 2.0),
    "O": (3.35, 1.4),
    "C": (0.46, 1.2),
    "E": (0.40, 2.5),
    "G": (0.34, 5.0),
    "R": (0.09, 1.0),
}
AWAY = {"V": (0.82, 1.3), "B": (0.31, 1.0), "P": (0.15, 1.0), "W": (0.31, 5.0)}
ONE_SESSION = {"M": 0.37, "U": 0.30, "J1": 0.016}
LATE = 2.86
PART_TIME = 0.31
# How wide apart students are. With this spread of a log-normal, 24 % of students miss a tenth or more.
SPREAD = 1.38
ABSENT = "IOCEGR"
WEEKDAY = {0: 1.08, 1: 0.93, 2: 0.94, 3: 0.97, 4: 1.16}
AM, PM = 0, 1
# A student is on the whole about this much more often away than another, for what is known of them (never the cause).
FREE_MEALS, SEN = 1.55, 1.3


@dataclass
class Diary:
    """The days of one site and what each student did on each: codes by student, day and half-day, empty when not on roll."""

    people: list[Person]
    days: list[date]
    codes: np.ndarray
    falling: set[int] = field(default_factory=set)
    helped: dict[str, list[Person]] = field(default_factory=dict)  # kind of intervention → who was in it


def _propensity(people: list[Person], rng: np.random.Generator, scale: float) -> np.ndarray:
    """Each student's own rate of absence, relative to one, before anything happens in the year."""
    raw = np.exp(rng.normal(-(SPREAD**2) / 2, SPREAD, len(people)))
    raw *= np.array(
        [(FREE_MEALS if p.free_meals else 1) * (SEN if p.sen != "N" else 1) * exp(-0.2 * p.ability) for p in people]
    )
    return np.minimum(raw / raw.mean() * scale, 12.0)


def _stories(diary: Diary, rates: np.ndarray, this_year: date, rng: np.random.Generator) -> np.ndarray:
    """How each student's rate moves over the days: most stay as they are, some fall away, some get better by themselves."""
    how_many, length = len(diary.people), len(diary.days)
    course = np.ones((how_many, length))
    first = next((place for place, day in enumerate(diary.days) if day >= this_year), 0)
    for place in range(how_many):
        throw = rng.random()
        if throw < 0.035 and rates[place] < 1.5 and length - first > 20:
            begins = int(rng.integers(first, max(first + 1, length - 12)))
            ramp = np.clip((np.arange(length) - begins) / 15.0, 0, 1)
            course[place] += ramp * (3.2 / max(rates[place], 0.35))
            diary.falling.add(place)
        elif throw > 0.955 and rates[place] > 1.4:
            begins = int(rng.integers(max(0, first - 60), max(first + 8, length - 15)))
            course[place, begins:] = np.maximum(0.35, 1 - (np.arange(length - begins) / 12.0))
    return course


def _spells(diary: Diary, rate: np.ndarray, rng: np.random.Generator) -> None:
    """Fill whole days day by day: whoever is in a spell stays in it, the others may begin one."""
    how_many, length = len(diary.people), len(diary.days)
    remaining = np.zeros(how_many, dtype=np.int16)
    current = np.full(how_many, "", dtype="<U2")
    kinds = {**WHOLE_DAYS, **AWAY}
    per_student = _leanings(diary.people, kinds, rng)
    for at in range(length):
        weekday = WEEKDAY[diary.days[at].weekday()]
        winter = 1.25 if diary.days[at].month in {11, 12, 1, 2} else 0.9
        for kind, (percent, mean) in kinds.items():
            start = percent / 100 / mean * per_student[kind]
            if kind in ABSENT:
                start = start * rate[:, at] * weekday * (winter if kind == "I" else 1)
            begins = (remaining == 0) & (rng.random(how_many) < start)
            lengths = rng.geometric(1 / mean, how_many) if kind not in "GW" else np.full(how_many, round(mean))
            remaining[begins] = lengths[begins]
            current[begins] = kind
        away = remaining > 0
        diary.codes[away, at, AM] = diary.codes[away, at, PM] = current[away]
        # Some of the unexplained days are an afternoon only.
        afternoon = away & (current == "O") & (rng.random(how_many) < 0.25)
        diary.codes[afternoon, at, AM] = "/"
        remaining[away] -= 1


def _leanings(people: list[Person], kinds: dict[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Some reasons touch few students and those often: suspension above all."""
    how_many = len(people)
    flat = np.ones(how_many)
    suspended = rng.random(how_many) < 0.05
    unexplained = np.exp(rng.normal(-0.5, 1.0, how_many))
    observant = np.array([person.row.ethnicity in {"APKN", "ABAN", "AIND"} for person in people])
    leaning = dict.fromkeys(kinds, flat)
    leaning["E"] = np.where(suspended, 1 / 0.05, 0.0)
    leaning["O"] = unexplained
    leaning["R"] = np.where(observant, 1 / max(observant.mean(), 0.02), 0.0)
    leaning["W"] = np.array([2.5 if max(person.nc_years.values()) in {10, 12} else 0.0 for person in people])
    return leaning


def _sessions(diary: Diary, rate: np.ndarray, rng: np.random.Generator) -> None:
    """Single sessions: appointments, arriving after the register closed, lateness, a part-time timetable for a few."""
    shape = diary.codes.shape
    present = diary.codes == ""
    for kind, percent in ONE_SESSION.items():
        chance = percent / 100 * (rate[:, :, None] if kind == "U" else 1) * (np.array([1.9, 0.1]) if kind == "U" else 1)
        hit = present & (rng.random(shape) < chance)
        diary.codes[hit] = kind
        present &= ~hit
    sleepy = np.exp(rng.normal(-0.5, 1.0, shape[0]))[:, None, None]
    hit = present & (rng.random(shape) < LATE / 100 * sleepy * np.array([1.75, 0.25]))
    diary.codes[hit] = "L"
    present &= ~hit
    part_time = rng.choice(shape[0], max(1, round(shape[0] * PART_TIME / 100 * 4)), replace=False)
    half = max(1, shape[1] // 2)
    for place in part_time:
        begins = int(rng.integers(0, max(1, shape[1] - half)))
        afternoons = diary.codes[place, begins : begins + half, PM]
        afternoons[(afternoons == "") & (rng.random(len(afternoons)) < 0.9)] = "C2"


def live(people: list[Person], days: list[date], this_year: date, today: date, chance: Chance, scale: float) -> Diary:
    """What everybody on a site did on every day up to now; `scale` moves the site's overall absence.

    Here, and only here, an intervention changes marks: its effect is added to attendance from its first day on.
    """
    diary = Diary(people, days, np.full((len(people), len(days), 2), "", dtype="<U2"))
    rng = chance.numpy()
    rates = _propensity(people, rng, scale)
    course = _stories(diary, rates, this_year, rng)
    rate = np.minimum(rates[:, None] * course, 12.0)
    _spells(diary, rate, rng)
    _sessions(diary, rate, rng)
    _recent(diary)
    help_rng = np.random.default_rng(
        chance.start + 1
    )  # of its own, so that the other marks are as they would be without
    chosen = effects.choose(people, days, diary.codes, help_rng, today)
    effects.add(diary.codes, days, chosen, help_rng, today)
    diary.helped = {kind: [people[place] for place in places] for kind, places in chosen.items()}
    diary.codes[:, :, AM][diary.codes[:, :, AM] == ""] = "/"
    diary.codes[:, :, PM][diary.codes[:, :, PM] == ""] = "\\"
    diary.codes[:, :, PM][diary.codes[:, :, PM] == "/"] = "\\"
    ordinals = np.array([day.toordinal() for day in days])
    for place, person in enumerate(people):
        away = ordinals < person.joined.toordinal()
        if person.left is not None:
            away |= ordinals >= person.left.toordinal()
        taught = list(person.nc_years)
        away |= ~np.isin([day.year if day.month >= 9 else day.year - 1 for day in days], taught)
        diary.codes[place, away] = ""
    return diary


def _recent(diary: Diary) -> None:
    """On the last days some unexplained absences have no reason yet (N is provisional for five school days)."""
    last = diary.codes[:, -4:]
    last[(last == "O")] = "N"


def summary(diary: Diary, since: date, until: date) -> dict[str, float]:
    """The figures to set beside the national ones: absence, persistent absence, each reason, per cent of possible."""
    inside = [place for place, day in enumerate(diary.days) if since <= day <= until]
    codes = diary.codes[:, inside].reshape(len(diary.people), -1)
    possible = (codes != "").sum(axis=1)
    absent = np.isin(codes, [*ABSENT, "M", "U", "J1", "C2", "N", "S"]).sum(axis=1)
    counted = possible > 0
    total = possible.sum()
    found = {
        "absence": 100 * absent.sum() / total,
        "persistent": 100 * (absent[counted] * 10 >= possible[counted]).mean(),
        "severe": 100 * (absent[counted] * 2 >= possible[counted]).mean(),
    }
    kinds, counts = np.unique(codes[codes != ""], return_counts=True)
    found |= {str(kind): 100 * count / total for kind, count in zip(kinds, counts, strict=True)}
    return {key: round(float(value), 3) for key, value in found.items()}
