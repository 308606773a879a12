"""Attendance as it is today for letters home: in the window of what triggered them, and whether that still holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.arithmetic import Totals
from attendance.choices import AlertKind
from attendance.queries.alerts.today import standing
from attendance.queries.alerts.words import rule_words
from attendance.queries.figures.lists import figures
from interventions.queries.case_triggers import Trigger

SIX_WEEKS, FEWER, THIS_YEAR = "the last six school weeks", "the school weeks so far this year", "this school year"


@dataclass(frozen=True)
class Present:
    """One student's attendance today in the window of a letter, and how its trigger stands."""

    window: str
    totals: Totals
    warning: str = ""  # the trigger that no longer holds, with today's figure

    @property
    def asks(self) -> str:
        """Why the writer is asked whether a letter about attendance should go at all: everything was attended."""
        if not self.totals.possible or self.totals.shown < self.totals.possible:
            return ""
        return f"Attendance in {self.window} is {self.totals.percent} ({self.totals.of})."


def present(pairs: Iterable[tuple[int, Trigger | None]]) -> dict[tuple[int, int | None], Present]:
    """Today's figures for each student and what triggered their letter, if anything did, by the student's and the rule's number.

    The window is the rule's own where it is about a percentage, else the six weeks. A fixed number of queries for each rule.
    """
    wanted = {(student, trigger.rule.pk if trigger else None): trigger for student, trigger in pairs}
    now = standing((trigger.rule.pk, student) for (student, _), trigger in wanted.items() if trigger)
    shown = figures({student for student, _ in wanted})
    words = rule_words({trigger.rule for trigger in wanted.values() if trigger})
    found = {}
    for (student, number), trigger in wanted.items():
        six_weeks = student in shown and shown[student].six_weeks or Totals()
        rule, hit = (trigger.rule, now[trigger.rule.pk, student]) if trigger else (None, None)
        own = hit.totals if hit and rule and rule.kind == AlertKind.BELOW else None
        weeks = FEWER if student in shown and shown[student].short else SIX_WEEKS
        window = THIS_YEAR if own and rule and not rule.weeks else weeks
        found[student, number] = Present(
            window, own or six_weeks, trigger.warning(hit, words) if trigger and hit else ""
        )
    return found
