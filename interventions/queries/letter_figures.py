"""Attendance as it is today for letters home: in the window of what triggered them, and whether that still holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.arithmetic import Totals
from attendance.choices import AlertKind
from attendance.models import AlertRule
from attendance.queries.alert_words import rule_words
from attendance.queries.alerts_today import standing
from attendance.queries.lists import figures

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


def present(pairs: Iterable[tuple[int, AlertRule | None]]) -> dict[tuple[int, int | None], Present]:
    """Today's figures for each student and the rule that triggered their letter, if one did, by their numbers.

    The window is the rule's own where it is about a percentage, else the six weeks. A fixed number of queries for each rule.
    """
    wanted = {(student, rule.pk if rule else None): rule for student, rule in pairs}
    now = standing((rule.pk, student) for (student, _), rule in wanted.items() if rule)
    shown, words = figures({student for student, _ in wanted}), rule_words({rule for rule in wanted.values() if rule})
    found = {}
    for (student, number), rule in wanted.items():
        six_weeks = student in shown and shown[student].six_weeks or Totals()
        hit = now[rule.pk, student] if rule else None
        warning = f"{words[rule.pk]}: no longer so, now {hit.figure}." if rule and hit and not hit.holds else ""
        own = hit.totals if hit and rule and rule.kind == AlertKind.BELOW else None
        weeks = FEWER if student in shown and shown[student].short else SIX_WEEKS
        window = THIS_YEAR if own and rule and not rule.weeks else weeks
        found[student, number] = Present(window, own or six_weeks, warning)
    return found
