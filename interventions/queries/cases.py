"""Cases of staged processes: whose turn it is, what happened, who could begin one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.alert_kinds import Hit, on_its_day
from attendance.arithmetic import Totals
from attendance.models import Alert
from attendance.queries.alerts.today import Pair, standing
from attendance.queries.alerts.words import rule_words
from attendance.queries.figures.lists import figures
from attendance.rules import VIEW
from caseload.models import Student
from caseload.needs import Need
from caseload.queries.tutors import tutor_groups_of
from caseload.querysets import reached
from caseload.registries.columns import Reason
from core import clock, wording
from core.id_lists import array
from core.reading import read_rows
from interventions.models import Case, CaseStep, ProcessStage, StagedProcess
from interventions.queries.case_triggers import triggers_of

MANAGE = "interventions.manage_case"
SHOWS = {"": "All open", "mine": "Mine", "due": "Review due", "approval": "To approve", "closed": "Closed"}
ROWS, LATE_DAYS = 300, 7


@dataclass(frozen=True)
class CasePage:
    """The rows of the page of cases, and the students whose alert proposes one and holds today. `over` is how
    many open alerts propose none, since they hold no longer."""

    rows: list[dict[str, Any]]
    could: list[dict[str, Any]]
    over: int


def case_page(user: Any, show: str = "") -> CasePage:
    """Both lists, with how the rules behind all of them stand today read together."""
    found, proposed = _cases(user, show, ROWS), [] if show else _proposed(user)
    triggers = triggers_of(found)
    behind = [(trigger.rule.pk, case.student_id) for case in found if (trigger := triggers.get(case.pk))]
    now = standing([*behind, *((alert.rule_id, alert.student_id) for alert, _ in proposed)])
    could = _could(proposed, now)
    return CasePage(_rows(user, found, now), could, len(proposed) - len(could))


def cases(user: Any, show: str = "", limit: int | None = ROWS) -> list[dict[str, Any]]:
    """The cases of students in reach, those to be looked at first on top, with their attendance now. A fixed number of queries."""
    return _rows(user, _cases(user, show, limit))


def _cases(user: Any, show: str, limit: int | None) -> list[Case]:
    rows = Case.objects.visible_to(user, MANAGE)
    rows = rows.exclude(closed_on=None) if show == "closed" else rows.open()
    if show == "mine":
        rows = rows.filter(owner=user)
    elif show == "due":
        rows = rows.filter(review_on__lte=clock.today())
    elif show == "approval":
        rows = rows.filter(awaits_approval=True)
    order = ("-closed_on", "-pk") if show == "closed" else ("review_on", "pk")
    return list(rows.select_related("student", "process", "stage", "owner", "alert__rule").order_by(*order)[:limit])


def _rows(user: Any, found: Sequence[Case], standings: Mapping[Pair, Hit] | None = None) -> list[dict[str, Any]]:
    groups = tutor_groups_of(case.student_id for case in found)
    today, now = clock.today(), attendance_now(user, found, standings)
    return [
        {
            "case": case,
            "group": groups.get(case.student_id, ""),
            "due": not case.closed_on and case.review_on <= today,
            "now": now.get(case.pk),
            "told": case.pk in now and now[case.pk].is_over and now[case.pk].words.startswith(case.reason),
        }
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
    """Students in reach with an open alert that begins the first stage of a process and holds today, and no open case of it."""
    found = _proposed(user)
    return _could(found, standing((alert.rule_id, alert.student_id) for alert, _ in found))


def _proposed(user: Any) -> list[tuple[Alert, ProcessStage]]:
    stages = ProcessStage.objects.filter(number=1, active=True, process__active=True, alert_rule__isnull=False)
    by_rule = {stage.alert_rule_id: stage for stage in stages.select_related("process")}
    alerts = list(
        Alert.objects.filter(state="open", rule__in=list(by_rule), student__in=reached(user, MANAGE))
        .select_related("student")
        .order_by("raised_on", "pk")[:ROWS]
    )
    running = set(Case.objects.open().values_list("student_id", "process_id"))
    return [
        (alert, stage)
        for alert in alerts
        for stage in [by_rule[alert.rule_id]]
        if (alert.student_id, stage.process_id) not in running
    ]


def _could(proposed: Sequence[tuple[Alert, ProcessStage]], now: Mapping[Pair, Hit]) -> list[dict[str, Any]]:
    """Those whose alert holds today, with today's figures and their day as the reason."""
    return [
        {
            "student": alert.student,
            "alert": alert,
            "words": hit.reason,
            "reason": on_its_day(hit.reason, clock.today()),
            "since": alert.raised_on,
            "stage": stage,
        }
        for alert, stage in proposed
        if (hit := now[alert.rule_id, alert.student_id]).holds
    ]


@dataclass(frozen=True)
class AttendanceNow:
    """A student's attendance today beside what opened a case: six weeks and this year, and whether the trigger still holds."""

    six_weeks: Totals | None = None
    year: Totals | None = None
    words: str = ""  # what opened it, on its day, beside today's figure; empty where no rule did
    holds: bool | None = None

    @property
    def is_over(self) -> bool:
        """Whether what opened the case holds no longer."""
        return self.holds is False


def attendance_now(
    user: Any, cases: Sequence[Case], standings: Mapping[Pair, Hit] | None = None
) -> dict[int, AttendanceNow]:
    """The attendance of today beside each case, for the students whose attendance this person may see.

    The trigger is what `triggers_of` says. A fixed number of queries.
    """
    ids = {case.student_id for case in cases}
    seen = set(Student.objects.visible_to(user, VIEW).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    here = [case for case in cases if case.student_id in seen]
    if not here:
        return {}
    triggers = triggers_of(here)
    pairs = [(trigger.rule.pk, case.student_id) for case in here if (trigger := triggers.get(case.pk))]
    shown, now = figures(seen), standing(pairs) if standings is None else standings
    words = rule_words({trigger.rule for trigger in triggers.values()})
    found = {}
    for case in here:
        totals, trigger = shown.get(case.student_id), triggers.get(case.pk)
        hit = now[trigger.rule.pk, case.student_id] if trigger else None
        found[case.pk] = AttendanceNow(
            totals.six_weeks if totals else None, totals.year if totals else None,
            trigger.words(hit, words) if trigger and hit else "", hit.holds if hit else None,
        )  # fmt: skip
    return found


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
