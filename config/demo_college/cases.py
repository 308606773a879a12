"""Students in the staged processes: attendance at its first three stages, fitness to study at two, some due, a few closed."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from config.demo_college.alerts import Alerts
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from core import clock
from interventions.models import Case, CaseStep, ProcessStage

SHARE = 0.35  # of those on whom somebody acted
UNWELL = 0.04  # of the others
FOUND = (
    "Buses from the village changed; leaves earlier now.",
    "Finds Monday mornings hard; agreed to meet the tutor at the gate.",
    "Works late on Sundays; home will talk to the manager.",
    "Has been ill more often; home sees the doctor.",
)
HEALTH = (
    "Panic before tests; has left three lessons.",
    "Back after six weeks of illness, and tired by noon.",
    "Sleeps badly and can't follow after two o'clock; asked for help.",
)
OUTCOMES = ("Attendance is back above 95 %", "Better for six weeks", "Left the college")


class Cases:
    """One case for some of those whose alert was acted on, by their tutor."""

    def __init__(self, frame: Frame, alerts: Alerts, chance: Chance) -> None:
        self.frame, self.chance = frame, chance
        attendance, fitness = self._stages("attendance"), self._stages("fitness-to-study")
        self.cases: list[Any] = []
        self.steps: list[Any] = []
        begun: set[int] = set()
        for alert in sorted(alerts.rows, key=lambda row: (row.raised_on, row.student_id)):
            if alert.state != "cleared" or alert.student_id in begun:
                continue
            if chance.often(SHARE):
                begun.add(alert.student_id)
                self._case(alert, attendance, alert.reason, {1: 5, 2: 3, 3: 1})
            elif chance.often(UNWELL):
                begun.add(alert.student_id)
                self._case(alert, fitness, chance.choice(HEALTH), {1: 2, 2: 3})
        frame.loader.copy(self.cases)
        frame.loader.copy(self.steps)

    def _stages(self, code: str) -> dict[int, Any]:
        return {row.number: row for row in ProcessStage.objects.filter(process__code=code)}

    def _case(self, alert: Any, stages: dict[int, Any], reason: str, chances: dict[int, float]) -> None:
        tutor: User = alert.ended_by
        opened = alert.ended_at.date()
        reached = self.chance.pick(chances)
        weeks = max(0, (self.frame.today - opened).days // 7)
        stage = stages[min(reached, 1 + weeks // 2)]
        closed = weeks >= 4 and self.chance.often(0.4)
        last = min(opened + timedelta(weeks=2 * (stage.number - 1)), self.frame.today)
        case = self.frame.loader.new(
            Case, student_id=alert.student_id, process_id=stage.process_id, stage=stage, owner=tutor, opened_by=tutor,
            opened_on=opened, reason=reason, review_on=next_open_day(last + timedelta(days=stage.review_after_days // 2)),
            closed_on=self.frame.today - timedelta(days=2) if closed else None, closed_by=tutor if closed else None,
            outcome=self.chance.choice(OUTCOMES) if closed else "", version=stage.number,
        )  # fmt: skip
        self.cases.append(case)
        for number in range(1, stage.number + 1):
            day = min(opened + timedelta(weeks=2 * (number - 1)), self.frame.today)
            kind, note = ("opened", reason) if number == 1 else ("moved_up", self.chance.choice(FOUND))
            self._step(case, kind, stages[number], tutor, clock.at(day, 15, 10), note)
        if closed:
            self._step(case, "closed", stage, tutor, clock.at(case.closed_on, 15, 30), case.outcome)

    def _step(self, case: Any, kind: str, stage: Any, by: User, at: Any, note: str) -> None:
        self.steps.append(self.frame.loader.new(CaseStep, case=case, kind=kind, stage=stage, by=by, at=at, note=note))
