"""How the rules of alerts stand today, beside the sentence that each alert was raised with: worked out for many at once.

Every page, file and print that shows an alert's sentence asks here, so that the same alert says the same everywhere.
"""

from collections.abc import Iterable
from datetime import date

from attendance.alert_kinds import NONE_NOW, NOT_ON_ROLL, Hit, as_of_today
from attendance.choices import AlertState
from attendance.models import Alert, AlertRule
from attendance.queries.alert_rules import add_hits, read_rolls
from core import clock

Pair = tuple[int, int]  # the numbers of a rule and of a student


def standing(pairs: Iterable[Pair]) -> dict[Pair, Hit]:
    """How each rule stands today for each student: whether it holds, today's figure, and today's sentence.

    A few statements for each rule, whatever the number of students. Marks are read as they stand now.
    """
    of_rule: dict[int, set[int]] = {}
    for number, student in pairs:
        of_rule.setdefault(number, set()).add(student)
    if not of_rule:
        return {}
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


def words_of(alert_ids: Iterable[int]) -> dict[int, str]:
    """The sentence of each of these alerts beside what is so today, by its number; an ended alert keeps its own, with its day."""
    rows = Alert.objects.filter(pk__in=list(alert_ids))
    alerts = list(rows.values_list("pk", "rule_id", "student_id", "reason", "true_on", "state"))
    now = standing((rule, student) for _, rule, student, _, _, state in alerts if state == AlertState.OPEN)
    today = clock.today()
    return {
        pk: as_of_today(reason, true_on, today, now.get((rule, student)) if state == AlertState.OPEN else None)
        for pk, rule, student, reason, true_on, state in alerts
    }
