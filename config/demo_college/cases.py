"""Students in the staged processes: attendance at its first three stages, fitness to study at two, some due, a few closed."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from attendance.alert_kinds import on_its_day
from config.demo_college import words
from config.demo_college.alerts import Alerts
from config.demo_college.chance import Chance
from config.demo_college.dates import latest_open_day, next_open_day, past
from config.demo_college.frame import Frame
from config.demo_college.students import Roll
from core import clock
from interventions.models import Case, CaseStep, ProcessStage

SHARE = 0.35  # of those on whom somebody acted
UNWELL = 0.08  # of the others in the college
OUTCOMES = (
    "Attendance is back above 95 %",
    "Better for six weeks",
    "A later start on two days, agreed with home; better",
)


class Cases:
    """One case for some of those whose alert was acted on, by their tutor."""

    def __init__(self, frame: Frame, roll: Roll, alerts: Alerts, chance: Chance) -> None:
        self.nc_years = {person.row.pk: person.nc_years.get(frame.this, 0) for person in roll.people}
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
                reason = on_its_day(alert.reason, alert.true_on)
                self._case(alert, attendance, reason, {1: 5, 2: 3, 3: 1}, opened_by_it=True)
            elif self.nc_years[alert.student_id] > 11 and chance.often(UNWELL):
                begun.add(alert.student_id)
                self._case(alert, fitness, words.choose(chance, words.HEALTH, 12), {1: 2, 2: 3})
        frame.loader.copy(self.cases)
        frame.loader.copy(self.steps)

    def _stages(self, code: str) -> dict[int, Any]:
        return {row.number: row for row in ProcessStage.objects.filter(process__code=code)}

    def _case(
        self, alert: Any, stages: dict[int, Any], reason: str, chances: dict[int, float], *, opened_by_it: bool = False
    ) -> None:
        tutor: User = alert.ended_by
        opened = alert.ended_at.date()
        reached = self.chance.pick(chances)
        weeks = max(0, (self.frame.today - opened).days // 7)
        stage = stages[min(reached, 1 + weeks // 2)]
        closed = weeks >= 4 and self.chance.often(0.4)
        last = latest_open_day(min(opened + timedelta(weeks=2 * (stage.number - 1)), self.frame.today))
        case = self.frame.loader.new(
            Case, student_id=alert.student_id, process_id=stage.process_id, stage=stage, owner=tutor, opened_by=tutor,
            opened_on=opened, reason=reason, alert=alert if opened_by_it else None,
            review_on=next_open_day(last + timedelta(days=stage.review_after_days // 2)),
            closed_on=latest_open_day(self.frame.today - timedelta(days=2)) if closed else None, closed_by=tutor if closed else None,
            outcome=self.chance.choice(OUTCOMES) if closed else "", version=stage.number,
        )  # fmt: skip
        self.cases.append(case)
        for number in range(1, stage.number + 1):
            day = latest_open_day(min(opened + timedelta(weeks=2 * (number - 1)), self.frame.today))
            kind, note = (
                ("opened", reason)
                if number == 1
                else ("moved_up", words.choose(self.chance, words.CASE_FOUND, self.nc_years[case.student_id]))
            )
            self._step(case, kind, stages[number], tutor, past(clock.at(day, 15, 10)), note)
        if closed:
            self._step(case, "closed", stage, tutor, clock.at(case.closed_on, 15, 30), case.outcome)

    def _step(self, case: Any, kind: str, stage: Any, by: User, at: Any, note: str) -> None:
        self.steps.append(self.frame.loader.new(CaseStep, case=case, kind=kind, stage=stage, by=by, at=at, note=note))
