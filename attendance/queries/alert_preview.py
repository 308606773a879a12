"""What a rule would have raised last term, week by week and for whom, before anybody switches it on."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance import rules
from attendance.models import AlertRule
from attendance.queries.alert_rules import students_by_day
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

    @property
    def raised(self) -> int:
        """How many alerts in all."""
        return sum(week.raised for week in self.weeks)

    @property
    def busiest(self) -> int:
        """The most in one week."""
        return max((week.raised for week in self.weeks), default=0)


def preview(rule: AlertRule, user: Any) -> Preview:
    """The rule as at each Friday of last term: who would have been raised, and who still was. Fixed number of queries.

    One alert for a student and reason: whoever still is as the week before is not raised again. Names only of those whom
    the person reaches. In a first term, which has none before it, this term so far.
    """
    term, complete = _term()
    if term is None:
        return Preview()
    days = _fridays(term)
    found = students_by_day(rule, days)
    reached = _people(user, {pk for hits in found.values() for pk in hits})
    weeks, before = [], set()
    for day in days:
        hits = found[day]
        fresh = [hit for pk, hit in hits.items() if pk not in before]
        people = [Raised(reached[hit.student_id], hit.reason) for hit in fresh if hit.student_id in reached]
        weeks.append(PreviewWeek(day, len(fresh), len(hits), sorted(people, key=lambda each: each.student["sort_key"])))
        before = set(hits)
    everybody = {pk for hits in found.values() for pk in hits}
    on_roll = Student.objects.on_roll(days[-1]).filter(merged_into=None, erased_at=None).count() if days else 0
    return Preview(term, complete, weeks, len(everybody), on_roll)


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
