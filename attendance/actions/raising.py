"""Raise alerts, let them lapse, and tell heads of year what nobody has acted on. Nothing here goes home.

The only mail is a count with a link, to staff. A rule's row is locked while it is worked on, so that two workers at once
raise each alert once; the database refuses a second open one besides.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from attendance import choices
from attendance.actions.escalating import escalate
from attendance.alert_kinds import HELD_OUT, SAME_REASON_DAYS, Hit
from attendance.choices import AlertState
from attendance.models import Alert, AlertRule, ChaseHold
from attendance.queries.alerts.kinds import students_by_day
from audit import record
from caseload.models import Site
from caseload.queries.calendar import calendars_for
from core import clock
from core.actors import SystemActor

SYSTEM_ALERTS = SystemActor("attendance-alerts", "raises the alerts that the college's own rules ask for")


@dataclass
class Raised:
    """What one run did."""

    raised: int = 0
    reopened: int = 0
    lapsed: int = 0
    escalated: int = 0


def raise_alerts_this_morning(by: SystemActor = SYSTEM_ALERTS) -> Raised | None:
    """The work of a school-day morning: raise, lapse, escalate. Does nothing on a day when every site is closed."""
    today = clock.today()
    calendars = calendars_for([*Site.objects.values_list("pk", flat=True)], today, today)
    if not any(calendar.is_open(today) for calendar in calendars.values()):
        return None
    done = raise_alerts(by)
    done.escalated = escalate(by)
    return done


@transaction.atomic
def raise_alerts(by: SystemActor = SYSTEM_ALERTS) -> Raised:
    """Bring every alert up to date with the marks as they stand: at most one open for a student and rule.

    A new reason is raised, one that still holds is kept up to date, one that does not lapses. Nobody held out and no
    leaver is raised. Run again it changes nothing.
    """
    done = Raised()
    held = set(ChaseHold.objects.filter(ended_at=None, until__gte=clock.today()).values_list("student_id", flat=True))
    for rule in AlertRule.objects.switched_on().select_for_update().order_by("pk"):
        hits = students_by_day(rule, [clock.today()])[clock.today()]
        _bring_up_to_date(rule, {pk: hit for pk, hit in hits.items() if pk not in held}, by, done)
    return done


def _bring_up_to_date(rule: AlertRule, hits: Mapping[int, Hit], by: SystemActor, done: Raised) -> None:
    still_open = dict(Alert.objects.filter(rule=rule, state=AlertState.OPEN).values_list("student_id", "pk"))
    lapsed = [pk for student, pk in still_open.items() if student not in hits]
    _keep_up_to_date({pk: hits[student] for student, pk in still_open.items() if student in hits})
    Alert.objects.filter(pk__in=lapsed).update(state=AlertState.LAPSED, ended_at=clock.now())
    fresh = {student: hit for student, hit in hits.items() if student not in still_open}
    recently = _acted_on_recently(rule)
    again = {
        student: pk for student, pk in _lapsed_lately(rule).items() if student in fresh and student not in recently
    }
    _reopen({pk: fresh[student] for student, pk in again.items()})
    new = [hit for student, hit in fresh.items() if student not in recently and student not in again]
    _raise(rule, new)
    done.raised, done.reopened, done.lapsed = (
        done.raised + len(new),
        done.reopened + len(again),
        done.lapsed + len(lapsed),
    )
    if new or again or lapsed:
        details = {"raised": len(new), "reopened": len(again), "lapsed": len(lapsed)}
        record.record(by, choices.ALERTS_RAISED, "alert_rule", rule.pk, details=details)


def _acted_on_recently(rule: AlertRule) -> set[int]:
    """Whom somebody has helped about this so lately that the same reason waits. A hold waits by its own date instead."""
    since = clock.at(clock.today() - timedelta(days=rule.again_after_days), 0)
    acted = Alert.objects.filter(rule=rule, state=AlertState.CLEARED, ended_at__gte=since).exclude(
        ended_through=HELD_OUT
    )
    return set(acted.values_list("student_id", flat=True))


def _lapsed_lately(rule: AlertRule) -> dict[int, int]:
    since = clock.at(clock.today() - timedelta(days=SAME_REASON_DAYS), 0)
    rows = Alert.objects.filter(rule=rule, state=AlertState.LAPSED, ended_at__gte=since)
    return dict(rows.order_by("ended_at").values_list("student_id", "pk"))


def _raise(rule: AlertRule, hits: list[Hit]) -> None:
    today, now = clock.today(), clock.now()
    Alert.objects.bulk_create(
        (
            Alert(
                student_id=hit.student_id,
                rule=rule,
                reason=hit.reason,
                facts=dict(hit.facts),
                raised_on=today,
                raised_at=now,
                true_on=today,
            )
            for hit in sorted(hits, key=lambda hit: hit.student_id)
        ),
        ignore_conflicts=True,
        batch_size=5000,
    )


def _keep_up_to_date(hits: Mapping[int, Hit]) -> None:
    """Write the figures of today into alerts that stay open, in one statement; what is so already is left alone."""
    _write(_STILL_SO, hits)


def _reopen(hits: Mapping[int, Hit]) -> None:
    _write(_SO_AGAIN, hits)


def _write(statement: str, hits: Mapping[int, Hit]) -> None:
    values: dict[str, Any] = {
        "ids": list(hits),
        "reasons": [hit.reason for hit in hits.values()],
        "facts": [json.dumps(dict(hit.facts)) for hit in hits.values()],
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


_ROWS = "unnest(%(ids)s::bigint[], %(reasons)s::text[], %(facts)s::text[]) AS n (id, reason, facts) WHERE a.id = n.id"
_STILL_SO = (
    "UPDATE attendance_alert AS a SET reason = n.reason, facts = n.facts::jsonb, true_on = %(today)s FROM "
    + _ROWS
    + " AND a.state = 'open' AND (a.reason, a.facts, a.true_on) IS DISTINCT FROM (n.reason, n.facts::jsonb, %(today)s::date)"
)
_SO_AGAIN = (
    "UPDATE attendance_alert AS a SET state = 'open', reason = n.reason, facts = n.facts::jsonb, true_on = %(today)s,"
    " ended_at = NULL, ended_by_id = NULL, ended_note = '' FROM " + _ROWS + " AND a.state = 'lapsed'"
)
