"""Act on alerts: clear them through the support that was given, or hold a student out for a known reason."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.alert_kinds import HELD_OUT
from attendance.choices import AlertState
from attendance.errors import BadMarks, NotAllowed
from attendance.models import Alert, AlertRule, ChaseHold
from attendance.queries.alerts.today import standing
from audit import record
from caseload.models import Student
from caseload.registries.answering import Through
from core import clock, wording

LONGEST_HOLD_DAYS = 366


@transaction.atomic
def clear_alerts(alert_ids: Sequence[int], *, by: Any, through: Through) -> list[int]:
    """Clear open alerts through the support just given; one that somebody cleared before stays theirs.

    The caller has asked whether this person reaches the students (`caseload.registries.answering`). Gives those that were cleared.
    """
    rows = Alert.objects.filter(pk__in=list(alert_ids), state=AlertState.OPEN).select_for_update().order_by("pk")
    found = list(rows.values_list("pk", "student_id"))
    Alert.objects.filter(pk__in=[pk for pk, _ in found]).update(
        state=AlertState.CLEARED, ended_at=through.at, ended_by=by, ended_through=through.words[:40]
    )
    for pk, student in found:
        details = {"student": student, "through": through.kind, "through_id": through.number}
        record.record(by, choices.ALERT_CLEARED, "alert", pk, details=details)
    return [pk for pk, _ in found]


@transaction.atomic
def end_alerts_no_longer_so(alert_ids: Sequence[int], *, by: Any) -> int:
    """End those of these open alerts whose rule holds no longer, as the marks stand now; the others stay open.

    Each says by whom it was ended and today's figure. So again within the week it is the same alert, as when the morning's
    job ends it. Raises NotAllowed. Gives how many ended.
    """
    rows = Alert.objects.filter(pk__in=list(alert_ids), state=AlertState.OPEN).select_for_update().order_by("pk")
    found = list(rows)
    if not rules.may_act_on_alerts_of_all(by, {alert.student_id for alert in found}):
        raise NotAllowed("You can't end these alerts.")
    now = standing((alert.rule_id, alert.student_id) for alert in found)
    over = [alert for alert in found if not now[alert.rule_id, alert.student_id].holds]
    for alert in over:
        alert.state, alert.ended_at, alert.ended_by = AlertState.LAPSED, clock.now(), by
        alert.ended_note = f"Now {now[alert.rule_id, alert.student_id].figure}"[:200]
    Alert.objects.bulk_update(over, ["state", "ended_at", "ended_by", "ended_note"])
    record.record_each(by, choices.ALERT_NO_LONGER_SO, "alert", {one.pk: {"student": one.student_id} for one in over})
    return len(over)


@transaction.atomic
def open_alerts_again(alert_ids: Sequence[int], *, by: Any, at: datetime) -> list[int]:
    """Open alerts again that this person cleared at that moment, with their first day and all that stands in them.

    Left cleared are those on which somebody acted since: raised again, held out, or of a rule that is switched off. The
    caller has asked for reach. Gives those that are open again.
    """
    rows = Alert.objects.filter(pk__in=list(alert_ids), state=AlertState.CLEARED, ended_by=by, ended_at=at)
    # The rules first, as raising locks them: nothing is raised between our look and our write.
    watched = (
        AlertRule.objects.switched_on().filter(alerts__in=rows).order_by("pk").distinct().values_list("pk", flat=True)
    )
    rules_on = AlertRule.objects.filter(pk__in=list(watched)).select_for_update().order_by("pk")
    held = ChaseHold.objects.filter(ended_at=None, until__gte=clock.today()).values("student")
    found = [
        row
        for row in rows.filter(rule__in=list(rules_on)).exclude(student__in=held).select_for_update().order_by("pk")
        if not Alert.objects.filter(rule=row.rule_id, student=row.student_id, state=AlertState.OPEN).exists()
    ]
    Alert.objects.filter(pk__in=[row.pk for row in found]).update(
        state=AlertState.OPEN, ended_at=None, ended_by=None, ended_through="", ended_note=""
    )
    for row in found:
        record.record(by, choices.ALERT_OPENED_AGAIN, "alert", row.pk, details={"student": row.student_id})
    return [row.pk for row in found]


@transaction.atomic
def hold_out(student: Student, *, until: date, reason: str, by: Any) -> ChaseHold:
    """Do not chase a student about attendance until a date, the last one included, for a reason that is known.

    Their open alerts are cleared, and nothing is raised until then. An earlier hold ends with the new one.
    """
    if not rules.may_act_on_alerts_of(by, student.pk):
        raise NotAllowed("You can't hold this student out.")
    _check(until, reason)
    Student.objects.select_for_update().get(pk=student.pk)
    ChaseHold.objects.filter(student=student, ended_at=None).update(ended_at=clock.now(), ended_by=by)
    hold = ChaseHold.objects.create(student=student, until=until, reason=reason.strip(), set_by=by)
    cleared = Alert.objects.filter(student=student, state=AlertState.OPEN).update(
        state=AlertState.CLEARED, ended_at=clock.now(), ended_by=by, ended_through=HELD_OUT,
        ended_note=f"Until {wording.day(until)}: {hold.reason}"[:200],
    )  # fmt: skip
    details = {"student": student.pk, "until": until, "alerts": cleared}
    record.record(by, choices.HELD_OUT, "chase_hold", hold.pk, details=details)
    return hold


@transaction.atomic
def end_hold(hold: ChaseHold, *, by: Any) -> bool:
    """Chase a student again from now on. What still holds is raised the next school-day morning. False when it was over."""
    if not rules.may_act_on_alerts_of(by, hold.student_id):
        raise NotAllowed("You can't end this hold.")
    changed = ChaseHold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=clock.now(), ended_by=by)
    if changed:
        record.record(by, choices.HOLD_ENDED, "chase_hold", hold.pk, details={"student": hold.student_id})
    return bool(changed)


def _check(until: date, reason: str) -> None:
    """Raises BadMarks with a sentence for each field that can't stand."""
    problems: dict[int | str, str] = {}
    if until < clock.today():
        problems["until"] = "That day is past. Give today or a day still to come."
    elif (until - clock.today()).days > LONGEST_HOLD_DAYS:
        problems["until"] = "At most a year ahead. Hold out again when the time is over."
    if not reason.strip():
        problems["reason"] = "Say why, for whoever wonders: a hospital stay, a bereavement that home has told us of."
    if problems:
        raise BadMarks(problems)
