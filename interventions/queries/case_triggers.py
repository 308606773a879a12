"""What opened each case of a staged process, or brought it to its stage: an alert, or what the rule of its stage watches for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.alert_kinds import Hit, as_of_today
from attendance.choices import AlertKind, AlertState
from attendance.models import Alert, AlertRule
from attendance.queries.alerts.lists import ANSWERED, answered_by, in_order
from attendance.rules import ACT
from core import clock
from interventions.models import Case, ProcessStage


@dataclass(frozen=True)
class Trigger:
    """The rule that is asked whether what opened a case still holds, and the alert that said so where one did."""

    rule: AlertRule
    alert: Alert | None = None

    def words(self, now: Hit, rules: Mapping[int, str]) -> str:
        """“Below 85 % in six weeks: 80.0 % on 9 Nov, now 90.0 %”; without an alert, what the rule watches for (`rule_words`) and
        today's figure."""
        if self.alert is None:
            return f"{rules[self.rule.pk]}: now {now.figure}"
        return as_of_today(self.alert.reason, self.alert.true_on, clock.today(), now)

    def warning(self, now: Hit, rules: Mapping[int, str]) -> str:
        """The same as a sentence for the person who writes home, where it holds no longer."""
        if now.holds:
            return ""
        over = f"{rules[self.rule.pk]}: no longer so, now {now.figure}."
        return over if self.alert is None else f"{self.words(now, rules)}."


def triggers_of(cases: Sequence[Case]) -> dict[int, Trigger]:
    """What is behind each case: its alert, else the rule of its stage, or of the latest stage before it that has one. One query.

    The cases come with their `alert__rule`.
    """
    rows = ProcessStage.objects.filter(process__in={case.process_id for case in cases}, alert_rule__isnull=False)
    stages = list(rows.select_related("alert_rule").order_by("number"))
    found: dict[int, Trigger] = {}
    for case in cases:
        if case.alert is not None:
            found[case.pk] = Trigger(case.alert.rule, case.alert)
            continue
        for stage in stages:
            if stage.process_id == case.process_id and stage.number <= case.stage.number and stage.alert_rule:
                found[case.pk] = Trigger(stage.alert_rule)
    return found


def opening_alerts(user: Any, student_ids: Collection[int], stage: ProcessStage) -> dict[int, Alert]:
    """The open alert for which a case at this stage begins, by student: of the stage's own rule, else the first (`in_order`)
    of those that the process is about. Two queries."""
    kinds = _kinds_answered(stage.process_id)
    return _first(_open(user, student_ids).filter(rule__kind__in=kinds), stage) if kinds else {}


def answered_alert(user: Any, student_id: int, stage: ProcessStage, answers: Collection[str]) -> Alert | None:
    """The open alert that a case at this stage answers, of those ticked as it begins. One query where any is."""
    keys = [key.partition(":") for key in answers]
    numbers = [
        int(number) for source, _, number in keys if source == ANSWERED and number.isascii() and number.isdigit()
    ]
    rows = _open(user, [student_id]).filter(pk__in=numbers)
    return _first(rows, stage).get(student_id) if numbers else None


def alert_of_stage(user: Any, student_id: int, stage: ProcessStage) -> Alert | None:
    """The open alert of a stage's own rule about a student, as far as this person may act on it. One query."""
    return _open(user, [student_id]).filter(rule=stage.alert_rule_id).first()


def _kinds_answered(process_id: int) -> list[str]:
    """The kinds of alert about the same as what the rules of a process watch for."""
    rows = ProcessStage.objects.filter(process=process_id).exclude(alert_rule=None)
    abouts = {answered_by(kind) for kind in rows.values_list("alert_rule__kind", flat=True)}
    return [kind for kind in AlertKind.values if answered_by(kind) in abouts]


def _open(user: Any, student_ids: Collection[int]) -> Any:
    rows = Alert.objects.visible_to(user, ACT).filter(student__in=list(student_ids), state=AlertState.OPEN)
    return in_order(rows).select_related("rule")


def _first(alerts: Any, stage: ProcessStage) -> dict[int, Alert]:
    found: dict[int, Alert] = {}
    for alert in alerts:
        best = found.get(alert.student_id)
        if best is None or (alert.rule_id == stage.alert_rule_id != best.rule_id):
            found[alert.student_id] = alert
    return found
