"""Cases of staged processes: whose turn it is, what happened, who could begin one."""

from collections.abc import Sequence
from typing import Any

from attendance.models import Alert
from caseload.columns import Reason
from caseload.needs import Need
from caseload.queries.tutors import tutor_groups_of
from caseload.querysets import reached
from core import clock, wording
from core.id_lists import array
from core.reading import read_rows
from interventions.models import Case, CaseStep, ProcessStage, StagedProcess

MANAGE = "interventions.manage_case"
SHOWS = {"": "All open", "mine": "Mine", "due": "Review due", "approval": "To approve", "closed": "Closed"}
ROWS, LATE_DAYS = 300, 7


def cases(user: Any, show: str = "", limit: int | None = ROWS) -> list[dict[str, Any]]:
    """The cases of students in reach, those to be looked at first on top. Two queries."""
    rows = Case.objects.visible_to(user, MANAGE)
    rows = rows.exclude(closed_on=None) if show == "closed" else rows.open()
    if show == "mine":
        rows = rows.filter(owner=user)
    elif show == "due":
        rows = rows.filter(review_on__lte=clock.today())
    elif show == "approval":
        rows = rows.filter(awaits_approval=True)
    order = ("-closed_on", "-pk") if show == "closed" else ("review_on", "pk")
    found = list(rows.select_related("student", "process", "stage", "owner").order_by(*order)[:limit])
    groups = tutor_groups_of(case.student_id for case in found)
    today = clock.today()
    return [
        {"case": case, "group": groups.get(case.student_id, ""), "due": not case.closed_on and case.review_on <= today}
        for case in found
    ]


def counts(user: Any) -> dict[str, int]:
    """How many stand under each chip, in one query."""
    rows = Case.objects.visible_to(user, MANAGE).values_list("owner_id", "review_on", "awaits_approval", "closed_on")
    found = dict.fromkeys(SHOWS, 0)
    for owner, review_on, awaits, closed_on in rows:
        if closed_on:
            found["closed"] += 1
            continue
        found[""] += 1
        found["mine"] += owner == user.pk
        found["due"] += review_on <= clock.today()
        found["approval"] += awaits
    return found


def could_begin(user: Any) -> list[dict[str, Any]]:
    """Students in reach with an open alert that begins the first stage of a process, and no open case of it. Two queries."""
    stages = ProcessStage.objects.filter(number=1, active=True, process__active=True, alert_rule__isnull=False)
    by_rule = {stage.alert_rule_id: stage for stage in stages.select_related("process")}
    alerts = (
        Alert.objects.filter(state="open", rule__in=list(by_rule), student__in=reached(user, MANAGE))
        .select_related("student")
        .order_by("raised_on", "pk")[:ROWS]
    )
    running = set(Case.objects.open().values_list("student_id", "process_id"))
    return [
        {"student": alert.student, "reason": alert.reason, "since": alert.raised_on, "stage": stage}
        for alert in alerts
        for stage in [by_rule[alert.rule_id]]
        if (alert.student_id, stage.process_id) not in running
    ]


def steps_of(case: Case) -> list[CaseStep]:
    """What happened, the latest first."""
    rows = CaseStep.objects.filter(case=case).select_related("by", "stage", "letter", "letter__contact", "meeting")
    return list(rows.order_by("-at", "-pk"))


def processes(*, all_of_them: bool = False) -> list[StagedProcess]:
    """Processes with their stages in order. Two queries."""
    rows = StagedProcess.objects.prefetch_related("stages__letter", "stages__alert_rule", "stages__meeting_type")
    return list(rows if all_of_them else rows.filter(active=True))


_DUE = """
    SELECT c.student_id, p.name, s.number, c.review_on FROM interventions_case AS c
    JOIN interventions_stagedprocess AS p ON p.id = c.process_id JOIN interventions_processstage AS s ON s.id = c.stage_id
    WHERE c.closed_on IS NULL AND c.review_on <= %s AND c.student_id IN (SELECT unnest(%s::bigint[])) ORDER BY c.review_on, c.id
"""


def case_reasons(student_ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Cases whose review is due, for lists of students. One query."""
    today = clock.today()
    found: dict[int, list[Reason]] = {}
    for student, process, stage, due in read_rows(_DUE, [today, array(student_ids)]):
        words = f"{process}, stage {stage}: review due {wording.day(due)}"
        need = Need.CASE_LONG_OVERDUE if (today - due).days > LATE_DAYS else Need.CASE_OVERDUE
        found.setdefault(student, []).append(Reason(words, need, "case"))
    return found
