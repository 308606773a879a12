"""What a rule would have raised last term, week by week and for whom, before anybody switches it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance import rules
from attendance.alert_kinds import Hit
from attendance.models import AlertRule, RulePreview
from attendance.queries.alerts.by_chance import chance_words
from caseload.models import Site, Student, Term
from caseload.queries.calendar import calendars_for, latest_term
from caseload.queries.students import student_rows
from core import clock

FRIDAY = timedelta(days=4)


@dataclass(frozen=True)
class Raised:
    """One student whom the rule would have raised, with the sentence of that day."""

    student: dict[str, Any]
    reason: str


@dataclass
class PreviewWeek:
    """One week of the term: how many would have been raised, how many would have been open, and for whom."""

    friday: date
    raised: int = 0
    open: int = 0
    people: list[Raised] = field(default_factory=list)

    @property
    def out_of_reach(self) -> int:
        """How many of them the person who looks does not reach."""
        return self.raised - len(self.people)


@dataclass
class Preview:
    """The term in weeks, and how many different students it would have been about."""

    term: Term | None = None
    complete: bool = True
    weeks: list[PreviewWeek] = field(default_factory=list)
    students: int = 0
    on_roll: int = 0
    chance: str = ""

    @property
    def raised(self) -> int:
        """How many alerts in all."""
        return sum(week.raised for week in self.weeks)

    @property
    def busiest(self) -> int:
        """The most in one week."""
        return max((week.raised for week in self.weeks), default=0)


def latest_preview(rule: AlertRule, fingerprint: str) -> RulePreview | None:
    """The newest preview of the rule as it is now; one of what it watched for before does not count."""
    return rule.previews.filter(fingerprint=fingerprint).order_by("-asked_at", "-pk").first()


def days_of_preview() -> tuple[Term | None, bool, list[date]]:
    """The last whole term, and the Friday of each of its weeks. In a first term, which has none before it, this term so far."""
    term, complete = _term()
    return term, complete, _fridays(term) if term else []


def in_weeks(found: Mapping[date, Mapping[int, Hit]]) -> list[list[Any]]:
    """Whom a rule holds for as at each day, as it is kept: the day, how many, and whom it newly raises with the sentence.

    One alert for a student and reason: whoever still is as the week before is not raised again.
    """
    weeks: list[list[Any]] = []
    before: set[int] = set()
    for day, hits in found.items():
        fresh = [[hit.student_id, hit.reason] for pk, hit in hits.items() if pk not in before]
        weeks.append([day.isoformat(), len(hits), fresh])
        before = set(hits)
    return weeks


def shown_to(run: RulePreview, user: Any) -> Preview:
    """A preview that is worked out, with the names of those whom the person reaches. Fixed number of queries."""
    kept = run.result
    term = Term.objects.select_related("year").filter(pk=kept["term"]).first()
    if term is None:
        return Preview()
    raised = {student for _, _, people in kept["weeks"] for student, _ in people}
    reached = _people(user, raised)
    weeks = [
        PreviewWeek(date.fromisoformat(day), len(people), number, _named(people, reached))
        for day, number, people in kept["weeks"]
    ]
    chance = chance_words(run.rule, kept["chance"]) if "chance" in kept else ""
    return Preview(term, kept["complete"], weeks, len(raised), kept["on_roll"], chance)


def _named(people: list[list[Any]], reached: dict[int, dict[str, Any]]) -> list[Raised]:
    known = [Raised(reached[student], reason) for student, reason in people if student in reached]
    return sorted(known, key=lambda each: each.student["sort_key"])


def _term() -> tuple[Term | None, bool]:
    today = clock.today()
    before = Term.objects.select_related("year").filter(ends_on__lt=today).order_by("-starts_on").first()
    return (before, True) if before else (latest_term(today), False)


def _fridays(term: Term) -> list[date]:
    """The Friday of each week of the term with a school day at some site, up to today."""
    last = min(term.ends_on, clock.today())
    calendars = calendars_for(Site.objects.values_list("pk", flat=True), term.starts_on, last)
    mondays = sorted({monday for calendar in calendars.values() for monday in calendar.weeks(term.starts_on, last)})
    return [min(monday + FRIDAY, last) for monday in mondays]


def _people(user: Any, ids: set[int]) -> dict[int, dict[str, Any]]:
    students = Student.objects.visible_to(user, rules.VIEW).filter(pk__in=ids)
    return {row["id"]: row for row in student_rows(students)}
