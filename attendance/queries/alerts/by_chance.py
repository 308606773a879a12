"""How many students a rule would find by chance alone, as its preview keeps and says it; the tries are in `chance_tries.py`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from attendance.alert_kinds import Hit
from attendance.choices import AlertKind
from attendance.models import AlertRule
from attendance.queries.alerts.chance_tries import tries_of
from attendance.queries.alerts.kinds import Population
from core.wording import day as day_words

TRIES, TRIES_OF_PATTERNS = 20, 4
ONE_FEWER = {
    AlertKind.BELOW: "one day's absence fewer",
    AlertKind.UNAUTHORISED: "one day's absence fewer",
    AlertKind.CONSECUTIVE: "one day's absence fewer",
    AlertKind.LATE: "one late arrival fewer",
}
# What the number is, and what it means.
_OWN_WEEKS = "With any of each student's own weeks in the place of the last ones it would hold for"
_ANY_WEEKS = " So many stand there in any weeks, because of how they attend all year; only what is beyond that is news."
SHUFFLED = {
    AlertKind.BELOW: (_OWN_WEEKS, _ANY_WEEKS),
    AlertKind.LATE: (_OWN_WEEKS, _ANY_WEEKS),
    AlertKind.UNAUTHORISED: (_OWN_WEEKS, _ANY_WEEKS),
    AlertKind.CONSECUTIVE: (
        "With each student's days in random order it would hold for",
        " So many are absent so often that their days fall together by themselves.",
    ),
    AlertKind.DROP: (
        "By chance alone, with each student's weeks in random order, it would hold for",
        " So many of those found are likely to have had a few bad weeks and no more.",
    ),
    AlertKind.PATTERN: (
        "By chance alone, with each student's absences at random places of their own timetable, it would hold for",
        " So many of those found are likely to be chance.",
    ),
}
THIS_YEAR = (
    "By chance alone, with the weeks of all students dealt out among them by lot, it would hold for",
    " So many would stand there if students differed in nothing but luck.",
)


def by_chance(rule: AlertRule, sites: Sequence[Population], day: date, hits: Sequence[Hit]) -> dict[str, Any]:
    """What a preview keeps about chance as at its last day: how many are found, how many in each try, how many at the edge."""
    tries = [tries_of(rule, those, day) for those in sites]
    number = TRIES_OF_PATTERNS if rule.kind == AlertKind.PATTERN else TRIES
    counts = [sum(once(one) for once in tries) for one in range(number)]
    return {"day": day.isoformat(), "holds": len(hits), "shuffled": counts, "edge": sum(hit.edge for hit in hits)}


def chance_words(rule: AlertRule, kept: dict[str, Any]) -> str:
    """What the page of a preview says about chance."""
    kind = AlertKind(rule.kind)
    students = "1 student" if kept["holds"] == 1 else f"{kept['holds']} students"
    said = [
        f"As at {day_words(date.fromisoformat(kept['day']))}, the last day of this preview, it holds for {students}."
    ]
    if kept["shuffled"]:
        said.append(_by_chance(rule, sorted(kept["shuffled"])))
    if few := ONE_FEWER.get(kind):
        said.append(f"At the edge: {kept['edge']}. With {few} it would not hold for them.")
    return " ".join(said)


def _by_chance(rule: AlertRule, counts: Sequence[int]) -> str:
    kind = AlertKind(rule.kind)
    what, meaning = THIS_YEAR if kind == AlertKind.BELOW and not rule.weeks else SHUFFLED[kind]
    mean = sum(counts) / len(counts)
    about = "nobody" if not mean else "less than one" if mean < 1 else f"about {mean:.0f}"
    return f"{what} {about} on that day ({counts[0]} to {counts[-1]} in {len(counts)} tries).{meaning}"
