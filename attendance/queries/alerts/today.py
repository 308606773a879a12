"""How the rules of alerts stand today, beside the sentence that each alert was raised with: worked out for many at once.

Every page, file and print that shows an alert's sentence asks here, so that the same alert says the same everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.alert_kinds import NONE_NOW, NOT_ON_ROLL, Hit, as_of_today
from attendance.choices import AlertState
from attendance.models import Alert, AlertRule
from attendance.queries.alerts.kinds import add_hits, read_rolls
from core import clock
from core.pages.once import once

Pair = tuple[int, int]  # the numbers of a rule and of a student


def standing(pairs: Iterable[Pair]) -> dict[Pair, Hit]:
    """How each rule stands today for each student: whether it holds, today's figure, and today's sentence.

    A few statements for each rule, whatever the number of students. Marks are read as they stand now, once for a page.
    """
    wanted = set(pairs)
    known: dict[Pair, Hit] = once("how alerts stand today", dict)
    if new := wanted - known.keys():
        known |= _standing(new)
    return {pair: known[pair] for pair in wanted}


def _standing(pairs: Iterable[Pair]) -> dict[Pair, Hit]:
    of_rule: dict[int, set[int]] = {}
    for number, student in pairs:
        of_rule.setdefault(number, set()).add(student)
    today = clock.today()
    rolls = read_rolls([today], set().union(*of_rule.values()))
    found: dict[Pair, Hit] = {}
    for rule in AlertRule.objects.filter(pk__in=of_rule).order_by("pk"):
        hits: dict[date, dict[int, Hit]] = {today: {}}
        here: set[int] = set()
        for population in rolls.of(rule):
            those = population.narrowed(of_rule[rule.pk])
            here |= set(those.ids)
            if those.ids:
                add_hits(hits, rule, those, everybody=True)
        for student in of_rule[rule.pk]:
            nothing = Hit(student, "", {}, False, NONE_NOW[rule.kind] if student in here else NOT_ON_ROLL)
            found[rule.pk, student] = hits[today].get(student, nothing)
    return found


@dataclass(frozen=True)
class AlertToday:
    """An alert beside what is so today: its words, and whether it is open though its rule holds no longer."""

    words: str
    is_over: bool = False


def alerts_today(alert_ids: Iterable[int]) -> dict[int, AlertToday]:
    """How each of these alerts stands today, by its number; an ended alert keeps its own sentence, with its day."""
    rows = Alert.objects.filter(pk__in=list(alert_ids))
    alerts = list(rows.values_list("pk", "rule_id", "student_id", "reason", "true_on", "state"))
    now = standing((rule, student) for _, rule, student, _, _, state in alerts if state == AlertState.OPEN)
    today, found = clock.today(), {}
    for pk, rule, student, reason, true_on, state in alerts:
        hit = now.get((rule, student)) if state == AlertState.OPEN else None
        found[pk] = AlertToday(as_of_today(reason, true_on, today, hit), hit is not None and not hit.holds)
    return found


def words_of(alert_ids: Iterable[int]) -> dict[int, str]:
    """The sentence of each of these alerts beside what is so today, by its number."""
    return {pk: alert.words for pk, alert in alerts_today(alert_ids).items()}


def holding(alerts: Iterable[tuple[Any, int, int]]) -> list[Any]:
    """Of these open alerts, each given with the numbers of its rule and its student, those whose rule holds today."""
    rows = list(alerts)
    now = standing((rule, student) for _, rule, student in rows)
    return [alert for alert, rule, student in rows if now[rule, student].holds]
