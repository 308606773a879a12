"""Three alert rules that are on, and the alerts of the last weeks at every state: open, waiting too long, held out, acted on, lapsed.

Each morning is gone through as the job would have done it, by the same evaluation of the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from attendance.actions.raising import SYSTEM_ALERTS, raise_alerts
from attendance.alert_kinds import HELD_OUT, SAME_REASON_DAYS, Hit
from attendance.models import Alert, AlertRule, ChaseHold
from attendance.queries.alerts.kinds import students_by_day
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Person, Roll
from core import clock, naming

ON = ("Absent three days in a row", "Below 85 % in six weeks", "Down 8 points in four weeks")
WEEKS = 6
ACTED_ON, SLOW_TUTOR = 0.14, 0.05  # how likely somebody acts on an alert on a school day
HELD = 0.03  # the share of alerts that end in a hold; the first that was acted on does
HOLDS = ("In hospital, back after half-term", "Bereavement; home has told us", "On a phased return agreed with home")
THROUGH: dict[Any, float] = {"One-to-one": 6, "Call": 3, "Quick note": 2}


@dataclass
class Known:
    """What a morning needs to know of a student: their tutor, and whether that tutor gets round to alerts."""

    tutor: User
    slow: bool


class Alerts:
    """The last weeks of mornings."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.chance = frame, chance
        self.rows: list[Any] = []
        self.holds: dict[int, Any] = {}
        self.lapsed: dict[tuple[int, int], Any] = {}
        self.people = {person.row.pk: self._known(person, groups) for person in roll.people if self._here(person)}
        self.days = [*frame.dates[frame.this].until(frame.today)[-5 * WEEKS :], frame.today]
        officer = User.objects.get(email__startswith="attendance-officer@")
        for rule in AlertRule.objects.filter(name__in=ON).order_by("name"):
            AlertRule.objects.filter(pk=rule.pk).update(
                switched_on_at=self._morning(self.days[0]), switched_on_by=officer
            )
            self._live(rule)
        frame.loader.copy(self.rows)
        frame.loader.copy(self.holds.values())
        self._this_morning()

    def _this_morning(self) -> None:
        """What the job of this morning does: what an alert says is true today, not only on the day it was raised."""
        moment = self._morning(self.frame.today)
        with clock.set_to(moment), naming.named_system(SYSTEM_ALERTS.name, purpose="demonstration"):
            raise_alerts()

    @property
    def open(self) -> int:
        """How many alerts are open today."""
        return sum(1 for alert in self.rows if alert.state == "open")

    def _here(self, person: Person) -> bool:
        return self.frame.this in person.caseloads and person.on_roll(self.frame.today)

    def _known(self, person: Person, groups: Groups) -> Known:
        tutor = groups.tutors[person.caseloads[self.frame.this]]
        return Known(tutor, tutor.pk % 4 == 0 or tutor.email.startswith("tutor@"))

    def _morning(self, day: date) -> datetime:
        return min(clock.at(day, 7, 15), clock.now())

    def _live(self, rule: AlertRule) -> None:
        """Go through the mornings of a rule: each reads the marks up to the school day before, today's as of today."""
        read = [*self.days[:-2], self.days[-1]]
        found = students_by_day(rule, read)
        alerts: dict[int, Any] = {}
        quiet: dict[int, date] = {}
        for number, morning in enumerate(self.days[1:], start=1):
            hits = found[read[number - 1]]
            self._bring_up_to_date(rule, morning, hits, alerts, quiet)
            self._escalate(rule, self.days[: number + 1], alerts)
            if morning < self.frame.today:
                self._act(rule, morning, alerts, quiet)

    def _bring_up_to_date(
        self, rule: AlertRule, morning: date, hits: Mapping[int, Hit], alerts: dict[int, Any], quiet: Mapping[int, date]
    ) -> None:
        for student in sorted(set(alerts) - set(hits)):
            alert = self.lapsed[rule.pk, student] = alerts.pop(student)
            alert.state, alert.ended_at = "lapsed", self._morning(morning)
        for student, hit in sorted(hits.items()):
            held = self.holds.get(student)
            if student not in self.people or morning <= quiet.get(student, date.min):
                continue
            if held is not None and morning <= held.until:
                continue
            if student not in alerts:
                alerts[student] = self._raise(rule, student, morning)
            alerts[student].reason, alerts[student].facts = hit.reason, dict(hit.facts)
            alerts[student].true_on = morning

    def _raise(self, rule: AlertRule, student: int, morning: date) -> Any:
        """A new alert, or the one that lapsed a few days ago, opened again."""
        lapsed = self.lapsed.pop((rule.pk, student), None)
        if lapsed is not None and (self._morning(morning) - lapsed.ended_at).days <= SAME_REASON_DAYS:
            lapsed.state, lapsed.ended_at = "open", None
            return lapsed
        alert = self.frame.loader.new(
            Alert, student_id=student, rule=rule, raised_on=morning, raised_at=self._morning(morning), state="open",
            reason="", true_on=morning,
        )  # fmt: skip
        self.rows.append(alert)
        return alert

    def _escalate(self, rule: AlertRule, days: Sequence[date], alerts: Mapping[int, Any]) -> None:
        if len(days) <= rule.escalate_after_days:
            return
        for alert in alerts.values():
            if alert.escalated_at is None and alert.raised_on <= days[-1 - rule.escalate_after_days]:
                alert.escalated_at = self._morning(days[-1])

    def _act(self, rule: AlertRule, day: date, alerts: dict[int, Any], quiet: dict[int, date]) -> None:
        """What staff do about it in the course of the day."""
        for student in sorted(alerts):
            known = self.people[student]
            if not self.chance.often(SLOW_TUTOR if known.slow else ACTED_ON):
                continue
            alert = alerts.pop(student)
            alert.state, alert.ended_by = "cleared", known.tutor
            alert.ended_at = clock.at(day, self.chance.randrange(9, 15), self.chance.choice((5, 20, 35, 50)))
            if student not in self.holds and (not self.holds or self.chance.often(HELD)):
                self._hold(student, day, alert)
            else:
                alert.ended_through = self.chance.pick(THROUGH)
                quiet[student] = day + timedelta(days=rule.again_after_days)

    def _hold(self, student: int, day: date, alert: Any) -> None:
        until = next_open_day(day + timedelta(days=self.chance.randrange(10, 40)))
        hold = self.frame.loader.new(
            ChaseHold, student_id=student, until=until, reason=self.chance.choice(HOLDS), set_by=alert.ended_by,
            set_at=alert.ended_at,
        )  # fmt: skip
        self.holds[student] = hold
        alert.ended_through, alert.ended_note = HELD_OUT, f"Until {until:%-d %b}: {hold.reason}"
