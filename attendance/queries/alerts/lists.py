"""Alerts as pages show them: by student with the oldest first, beside the student, and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import BooleanField, Case, Count, QuerySet, When

from attendance import alert_kinds, rules
from attendance.alert_kinds import AT_ONCE, SAME_REASON_DAYS
from attendance.choices import AlertKind, AlertState
from attendance.models import Alert, ChaseHold
from attendance.queries.alerts.decisions import standing_decisions
from attendance.queries.alerts.today import standing, words_of
from caseload.models import Student
from caseload.queries.students import student_rows
from caseload.registries.answering import OpenReason
from caseload.registries.columns import Reason
from caseload.subjects import About
from core import clock
from core.id_lists import array

STUDENTS_PER_PAGE = 50
SOURCE = "attendance_alerts"
ANSWERED = "attendance_alert"  # open alerts as reasons that support answers
SHOWS = {"": "Open", "waiting": "Not acted on", "held": "Held out", "ended": "Ended lately"}
LOG_MEETING, LOG_CONTACT = "interventions.log_meeting", "caseload.log_contact"
_ALERT = (
    "pk", "public_id", "student_id", "rule_id", "reason", "facts", "state", "raised_on", "true_on", "escalated_at",
    "ended_at", "ended_through", "ended_note", "rule__name", "rule__kind", "ended_by__title", "ended_by__given_name",
    "ended_by__family_name",
)  # fmt: skip


@dataclass
class AlertList:
    """The page of alerts: one row a student, with what may be done for them next."""

    page: Page[dict[str, Any]]
    counts: dict[str, int] = field(default_factory=dict)


def alert_list(user: Any, show: str = "", number: str | int = 1) -> AlertList:
    """The alerts of the students within reach, by student, in order (`in_order`). A fixed number of queries."""
    every = _every(user)
    page = Paginator(_of(every, show), STUDENTS_PER_PAGE).get_page(number)
    page.object_list = _with_names(list(page.object_list), user)
    return AlertList(page, {name: len({row["student_id"] for row in rows}) for name, rows in every.items()})


def whole_alert_list(user: Any, show: str = "") -> list[dict[str, Any]]:
    """Every row of a list of alerts, for its file: the same as on its pages."""
    return _with_names(_of(_every(user), show), user)


def _every(user: Any) -> dict[str, list[dict[str, Any]]]:
    """What stands on each of the lists."""
    now = _open(user)
    held = [dict(row) for row in current_holds(user).values("student_id", "public_id", "until", "reason", "set_at")]
    waiting = [alert for alert in now if alert["escalated_at"]]
    return {"": now, "waiting": waiting, "held": held, "ended": _ended(user)}


def _of(every: Mapping[str, list[dict[str, Any]]], show: str) -> list[dict[str, Any]]:
    return _by_student(every[show], {row["student_id"]: row for row in every["held"]})


def _open(user: Any) -> list[dict[str, Any]]:
    rows = Alert.objects.visible_to(user, rules.ACT).filter(state=AlertState.OPEN)
    return [_alert(row) for row in in_order(rows).values(*_ALERT)]  # each beside today once it is on a page: `_today`


def in_order(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those that may mean that a child is missing, then the others; the oldest of each first. Marked `at_once`."""
    at_once = Case(When(rule__kind__in=AT_ONCE, then=True), default=False, output_field=BooleanField())
    return alerts.annotate(at_once=at_once).order_by("-at_once", "raised_on", "pk")


def _ended(user: Any) -> list[dict[str, Any]]:
    """What ended in the last days: acted on, or no longer so."""
    since = clock.at(clock.today() - timedelta(days=SAME_REASON_DAYS), 0)
    rows = Alert.objects.visible_to(user, rules.ACT).exclude(state=AlertState.OPEN).filter(ended_at__gte=since)
    return [_alert(row) for row in rows.order_by("-ended_at", "pk").values(*_ALERT)]


def current_holds(user: Any) -> QuerySet[ChaseHold]:
    """The students within reach who are not chased just now."""
    return (
        ChaseHold.objects.visible_to(user, rules.ACT).filter(ended_at=None, until__gte=clock.today()).order_by("until")
    )


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    who = (row["ended_by__title"] or row["ended_by__given_name"], row["ended_by__family_name"])
    return row | {
        "tone": "concern" if row["escalated_at"] else alert_kinds.TONES.get(row["rule__kind"], "watch"),
        "figures": row["facts"].get("figures", []),
        "ended_who": " ".join(part for part in who if part),
    }


def _by_student(rows: Sequence[dict[str, Any]], held: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        student = found.setdefault(row["student_id"], {"id": row["student_id"], "alerts": [], "hold": None})
        if "rule__kind" in row:
            student["alerts"].append(row)
        student["hold"] = held.get(row["student_id"])
    return list(found.values())


def _with_names(rows: list[dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """Put the student into each row, how each alert stands today, and whether this person may log a one-to-one or a contact."""
    ids = [row["id"] for row in rows]
    _today([alert for row in rows for alert in row["alerts"]])
    _decided([alert for row in rows for alert in row["alerts"]], user)
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    may_meet, may_ring = _reached(user, LOG_MEETING, ids), _reached(user, LOG_CONTACT, ids)
    return [
        row | {"student": people[row["id"]], "may_meet": row["id"] in may_meet, "may_ring": row["id"] in may_ring}
        for row in rows
    ]


def _today(alerts: Sequence[dict[str, Any]]) -> None:
    """Put beside the sentence of each alert how its rule stands today: `words`, and `over` where an open one holds no longer."""
    standings = standing(
        (alert["rule_id"], alert["student_id"]) for alert in alerts if alert["state"] == AlertState.OPEN
    )
    for alert in alerts:
        now = standings.get((alert["rule_id"], alert["student_id"])) if alert["state"] == AlertState.OPEN else None
        alert["words"] = alert_kinds.as_of_today(alert["reason"], alert["true_on"], clock.today(), now)
        alert["now"], alert["over"] = (now.figure if now else ""), now is not None and not now.holds


def _decided(alerts: Sequence[dict[str, Any]], user: Any) -> None:
    """Put beside each alert about the national threshold what was decided about the student, as `made`."""
    of_threshold = [alert for alert in alerts if alert["rule__kind"] == AlertKind.UNAUTHORISED]
    decided = standing_decisions(user, [one["student_id"] for one in of_threshold]) if of_threshold else {}
    for alert in of_threshold:
        alert["made"], alert["decides"] = decided.get(alert["student_id"]), True


def _reached(user: Any, permission: str, ids: Sequence[int]) -> set[int]:
    if not user.has_perm(permission):
        return set()
    return set(Student.objects.visible_to(user, permission).filter(pk__in=list(ids)).values_list("pk", flat=True))


def students_with_open_alerts(user: Any) -> int:
    """How many students within reach have an open alert: for the number beside the place."""
    rows = Alert.objects.visible_to(user, rules.ACT).filter(state=AlertState.OPEN)
    return rows.aggregate(students=Count("student_id", distinct=True))["students"] or 0


def of_student(student: Student, user: Any) -> tuple[list[dict[str, Any]], ChaseHold | None]:
    """The open alerts of one student, the oldest first, and the hold in force. Only for those who act on alerts."""
    rows = Alert.objects.filter(student=student, state=AlertState.OPEN).order_by("raised_on", "pk")
    holds = ChaseHold.objects.filter(student=student, ended_at=None, until__gte=clock.today())
    found = [_alert(row) for row in rows.values(*_ALERT)]
    _today(found)
    _decided(found, user)
    return found, holds.select_related("set_by").first()


def watched_for(kind: str) -> bool:
    """Whether some rule that is switched on raises alerts of this kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM attendance_alertrule WHERE kind = %s"
            " AND switched_on_at IS NOT NULL AND switched_off_at IS NULL)",
            [kind],
        )
        return bool(cursor.fetchone()[0])


def reasons(student_ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Why students need attention, for lists of them: their open alerts whose rule holds today, beside today's figures.

    An alert that holds no longer is no reason; it waits under Alerts and in My work to be ended. One query written out, and
    those of `standing`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.student_id, a.rule_id, a.reason, a.true_on, r.kind, a.escalated_at IS NOT NULL FROM attendance_alert AS a"
            " JOIN attendance_alertrule AS r ON r.id = a.rule_id"
            " WHERE a.state = %s AND a.student_id IN (SELECT unnest(%s::bigint[])) ORDER BY a.raised_on, a.id",
            [AlertState.OPEN, array(student_ids)],
        )
        rows = cursor.fetchall()
    now, today = standing((rule, student) for student, rule, *_ in rows), clock.today()
    found: dict[int, list[Reason]] = {}
    for student, rule, words, true_on, kind, escalated in rows:
        if not now[rule, student].holds:
            continue
        raised, not_acted_on = alert_kinds.NEEDS[kind]
        said = alert_kinds.as_of_today(words, true_on, today, now[rule, student])
        found.setdefault(student, []).append(Reason(said, not_acted_on if escalated else raised, "alert"))
    return found


def open_reasons(student_ids: Sequence[int]) -> list[OpenReason]:
    """The open alerts of students, as what a support may answer, beside how each stands today."""
    rows = Alert.objects.filter(student_id__in=list(student_ids), state=AlertState.OPEN).order_by("raised_on", "pk")
    found = list(rows.values_list("student_id", "pk", "rule__kind", "raised_on"))
    words = words_of([pk for _, pk, _, _ in found])
    return [
        OpenReason(student, pk, words[pk], answered_by(kind), raised)
        for student, pk, kind, raised in found
        if pk in words
    ]


def answered_by(kind: str) -> About:
    """What support has to be about to answer an alert of this kind."""
    return About.PUNCTUALITY if kind == AlertKind.LATE else About.ATTENDANCE
