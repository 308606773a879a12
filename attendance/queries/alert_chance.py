"""How many students a rule would find by chance alone, worked out for its preview by shuffling each student's own record.

A rule about a change is tried on the student's weeks in random order, a rule about a pattern on their absences at random
places. The other kinds count what has happened: there chance is not the question, and those at the edge are counted instead.
"""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from attendance import alert_kinds as kinds
from attendance.alert_kinds import Hit
from attendance.arithmetic import Totals, sum_of
from attendance.chance import Week, is_more_than_chance
from attendance.choices import AlertKind
from attendance.models import AlertRule
from attendance.patterns import LEAST_ABSENCES, at_random, find_patterns
from attendance.queries.alert_rules import PATTERN_LEVEL, WEEK, Population
from attendance.queries.patterns import chances_of
from attendance.queries.pieces import DAY
from attendance.queries.totals import weekly_by_student
from attendance.queries.windows import finished_weeks
from core.wording import day as day_words

SHUFFLES = {AlertKind.DROP: 20, AlertKind.PATTERN: 4}
ONE_FEWER = {
    AlertKind.BELOW: "one day's absence fewer",
    AlertKind.UNAUTHORISED: "one day's absence fewer",
    AlertKind.CONSECUTIVE: "one day's absence fewer",
    AlertKind.LATE: "one late arrival fewer",
}
AT_A_TIME = 500


def by_chance(rule: AlertRule, sites: Sequence[Population], day: date, hits: Sequence[Hit]) -> dict[str, Any]:
    """What a preview keeps about chance as at its last day: how many are found, how many in each shuffle, how many at the edge."""
    kind = AlertKind(rule.kind)
    counts = [0] * SHUFFLES.get(kind, 0)
    for number in range(len(counts)):
        chance = Random(number)  # the same figures each time it is worked out on the same marks
        counts[number] = sum(_FOUND[kind](rule, those, day, chance) for those in sites)
    return {"day": day.isoformat(), "holds": len(hits), "shuffled": counts, "edge": sum(hit.edge for hit in hits)}


def chance_words(rule: AlertRule, kept: dict[str, Any]) -> str:
    """What the page of a preview says about chance."""
    day = day_words(date.fromisoformat(kept["day"]))
    students = "1 student" if kept["holds"] == 1 else f"{kept['holds']} students"
    so = f"As at {day} it holds for {students}."
    counts = sorted(kept["shuffled"])
    if not counts:
        few = ONE_FEWER[AlertKind(rule.kind)]
        return (
            f"{so} It counts what has happened, so chance is not the question. {kept['edge']} of them stand at the edge:"
            f" with {few} it would not hold."
        )
    mean = f"{sum(counts) / len(counts):.1f}".removesuffix(".0")
    what = (
        "each student's weeks in random order"
        if rule.kind == AlertKind.DROP
        else "each student's absences at random places of their own timetable"
    )
    return (
        f"{so} By chance alone it would hold for {mean}: so many are found with {what}"
        f" ({counts[0]} to {counts[-1]} in {len(counts)} tries)."
    )


def _falls(rule: AlertRule, those: Population, day: date, chance: Random) -> int:
    """How many fall by the rule with their weeks of this year in random order."""
    mondays = finished_weeks(those.calendar, day, those.year_starts(day))
    here = [pk for pk in those.ids if those.on_roll(pk, day)]
    if not mondays or not here:
        return 0
    own = weekly_by_student(here, mondays[0], mondays[-1] + WEEK - DAY, those.series)
    return sum(_fell(rule, [totals for _, totals in own[pk] if totals.possible], chance) for pk in sorted(own))


def _fell(rule: AlertRule, weeks: list[Totals], chance: Random) -> bool:
    number = rule.weeks or 1
    chance.shuffle(weeks)
    before, now = weeks[-2 * number : -number], weeks[-number:]
    if not before or not kinds.dropped(rule, sum_of(before, now[0].series), sum_of(now)):
        return False
    in_order: list[Week] = [(totals.shown, totals.possible) for totals in weeks]
    return is_more_than_chance(in_order, number)


def _patterns(rule: AlertRule, those: Population, day: date, chance: Random) -> int:
    """How many have a pattern with their absences at random places."""
    start = max(day - WEEK * (rule.weeks or 1) + DAY, those.year_starts(day))
    here = sorted(pk for pk in those.ids if those.on_roll(pk, day))
    found = 0
    for first in range(0, len(here), AT_A_TIME):
        for chances in chances_of(here[first : first + AT_A_TIME], start, day, those.series).values():
            if sum(one.missed for one in chances) >= LEAST_ABSENCES:
                found += bool(find_patterns(at_random(chances, chance), level=PATTERN_LEVEL).patterns)
    return found


_FOUND = {AlertKind.DROP: _falls, AlertKind.PATTERN: _patterns}
