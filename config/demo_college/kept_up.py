"""The progress tutor of the cast keeps up: most of the alerts and staged processes that waited for them were seen to."""

from datetime import timedelta
from typing import Any

from attendance.models import Alert
from attendance.queries.alerts.kinds import students_by_day
from config.demo_college.alerts import THROUGH
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Roll
from core import clock
from interventions.models import Case, CaseStep

SEEN_TO, LAST_DAYS = 0.85, 5
FOUND = (
    "Better; we go on as agreed.",
    "No change yet. A date with home is agreed.",
    "Two good weeks, then one slipped.",
)


class KeptUp:
    """What this tutor did on the last school days."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.chance, self.tutor = frame, chance, groups.cast["progress_tutor"]
        self.days = frame.dates[frame.this].until(frame.today)[-LAST_DAYS - 1 :]
        mine = {row for row, who in groups.tutors.items() if who == self.tutor}
        self.mine = [one.row.pk for one in roll.people if one.caseloads.get(frame.this) in mine]
        # In the first days of a year there is nothing to have kept up with.
        self.done = self._alerts() + self._cases() if len(self.days) > 1 else 0

    def _alerts(self) -> int:
        """End alerts on one of these days, with the reason that they had that morning: of the marks up to the day before."""
        found: dict[int, Any] = {}
        done = 0
        rows = Alert.objects.filter(student__in=self.mine, state="open", raised_on__lt=self.days[-1])
        for alert in rows.select_related("rule").order_by("pk"):
            if not self.chance.often(SEEN_TO):
                continue
            if alert.rule_id not in found:
                found[alert.rule_id] = students_by_day(alert.rule, self.days)
            hits = [found[alert.rule_id][day].get(alert.student_id) for day in self.days]
            could = [n for n in range(1, len(self.days)) if hits[n - 1] and alert.raised_on < self.days[n]]
            if could:
                number = self.chance.choice(could)
                done += self._end(alert, number, hits[number - 1])
        return done

    def _end(self, alert: Alert, number: int, hit: Any) -> int:
        day = self.days[number]
        at = clock.at(day, self.chance.randrange(9, 15), self.chance.choice((5, 20, 35, 50)))
        waited = alert.escalated_at if alert.escalated_at and alert.escalated_at < at else None
        return Alert.objects.filter(pk=alert.pk).update(
            state="cleared", ended_at=at, ended_by=self.tutor, ended_through=self.chance.pick(THROUGH), true_on=day,
            reason=hit.reason, facts=dict(hit.facts), escalated_at=waited,
        )  # fmt: skip

    def _cases(self) -> int:
        """Review cases whose day had come: they stay at their stage, with a new date."""
        due = Case.objects.open().filter(owner=self.tutor, review_on__lte=self.frame.today, awaits_approval=False)
        seen_to = [case for case in due.order_by("pk") if self.chance.often(SEEN_TO)]
        for case in seen_to:
            day = self.chance.choice(self.days[1:])
            case.review_on = next_open_day(self.frame.today + timedelta(days=self.chance.randrange(5, 21)))
            CaseStep.objects.create(
                case=case, kind="reviewed", stage_id=case.stage_id, by=self.tutor, at=clock.at(day, 15, 20),
                note=self.chance.choice(FOUND), review_on=case.review_on,
            )  # fmt: skip
        Case.objects.bulk_update(seen_to, ["review_on"])
        return len(seen_to)
