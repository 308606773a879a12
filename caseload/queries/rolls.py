"""When a student was on the roll of which site, and what correcting their first day would change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from caseload.models import (
    CaseloadMembership,
    HouseMembership,
    SiteMembership,
    Student,
    TeachingGroupMembership,
    YearGroupMembership,
)
from caseload.models.groups import Membership
from caseload.queries.calendar import ONE_DAY
from caseload.registries import hanging
from core import clock, wording

GROUPS: tuple[Any, ...] = (YearGroupMembership, HouseMembership, CaseloadMembership, TeachingGroupMembership)


@dataclass
class Corrected:
    """What a corrected day would do: why it can't be, or the places that move with it and what stays behind."""

    problem: str = ""
    places: list[tuple[Any, DateRange | None]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


NOT_ON_ROLL = "not on the roll today"


def on_roll_today(student_ids: Iterable[int]) -> set[int]:
    """Those of the students who are on the roll of some site today: nothing for many is done for the others. One query."""
    return set(Student.objects.filter(pk__in=list(student_ids)).on_roll(clock.today()).values_list("pk", flat=True))


def rolls_of(student: Student) -> list[dict[str, Any]]:
    """A student's rolls, the latest first: the site, the first day, the last day, why they left."""
    rows = SiteMembership.objects.filter(student=student).select_related("site").order_by("-period")
    return [
        {
            "row": row,
            "site": row.site.name,
            "first_day": row.period.lower,
            "last_day": row.period.upper - ONE_DAY if row.period.upper else None,
            "reason": row.leaving_reason,
        }
        for row in rows
    ]


def first_day_corrected(roll: SiteMembership, first_day: date) -> Corrected:
    """What would change if this roll had begun on another day. Changes nothing. A fixed number of queries."""
    problem = _why_not(roll, first_day)
    if problem:
        return Corrected(problem)
    places = [place for model in GROUPS for place in _places(model, roll, first_day)]
    return Corrected("", places, [*_marks(roll, first_day), *(_said(row, period) for row, period in places)])


def last_day_corrected(roll: SiteMembership, last_day: date | None) -> Corrected:
    """What would change if this roll had ended on another day, or (None) had not ended. Changes nothing."""
    problem = _why_not_until(roll, last_day)
    if problem:
        return Corrected(problem)
    ended, until = roll.period.upper, last_day + ONE_DAY if last_day else None
    rows = [row for model in GROUPS for row in _at_site(model, roll)]
    if until and until < ended:
        after = [row for row in rows if row.period.upper is None or row.period.upper > until]
        places = [(row, DateRange(row.period.lower, until) if row.period.lower < until else None) for row in after]
        day, dated = wording.day(last_day), hanging.dated_between(roll.student_id, until, ended)
        words = [f"{said} after {day} stay on record and no longer count." for said in dated]
        planned = f"What is planned after {day} is cancelled."
        return Corrected("", places, [*words, *(_said_until(row, period) for row, period in places), planned])
    ours = [row for row in rows if row.period.upper == ended]
    ends = [(row, _latest(row, rows, until)) for row in ours]
    places = [(row, DateRange(row.period.lower, end)) for row, end in ends if end != ended]
    back = "What was planned for later and cancelled when they left does not come back, nor do places that were to begin later."
    dated = hanging.dated_between(roll.student_id, ended, until or date.max)
    words = [f"{said} after {wording.day(ended - ONE_DAY)} count again." for said in dated]
    return Corrected("", places, [*words, *(_said_until(row, period) for row, period in places), back])


def _why_not_until(roll: SiteMembership, last_day: date | None) -> str:
    ended = roll.period.upper
    if ended is None:
        return "They are on the roll today. End the roll instead."
    if last_day == ended - ONE_DAY:
        return f"{wording.day(last_day)} is the last day already."
    if last_day and last_day < roll.period.lower:
        return f"They came on {wording.day(roll.period.lower)}. Give a day from then on."
    others = SiteMembership.objects.filter(student_id=roll.student_id, site_id=roll.site_id).exclude(pk=roll.pk)
    span = DateRange(roll.period.lower, last_day + ONE_DAY if last_day else None)
    other = others.filter(period__overlap=span).order_by("period").first()
    return (
        f"They are on the roll of this site again from {wording.day(other.period.lower)}. Give a day before that."
        if other
        else ""
    )


def _latest(row: Any, rows: list[Any], until: date | None) -> date | None:
    """The end that a place can have: in its academic year, and before another place of the kind begins."""
    year = getattr(row, "year", None) or getattr(row.group, "year", None)
    begins = [
        other.period.lower
        for other in rows
        if type(other) is type(row) and other is not row and other.period.lower >= row.period.upper
    ]
    ends = [*begins, *([year.ends_on + ONE_DAY] if year else []), *([until] if until else [])]
    return min(ends, default=None)


def _said_until(row: Any, period: DateRange | None) -> str:
    if period is None:
        return f"{row.group.name} is taken away: it began after the new last day."
    if period.upper is None:
        return f"{row.group.name} goes on."
    return f"{row.group.name} ends on {wording.day(period.upper - ONE_DAY)} instead of {wording.day(row.period.upper - ONE_DAY) if row.period.upper else 'later'}."


def _why_not(roll: SiteMembership, first_day: date) -> str:
    before, until = roll.period.lower, roll.period.upper
    if first_day == before:
        return f"{wording.day(before)} is the first day already."
    if until and first_day >= until:
        return f"They left on {wording.day(until - ONE_DAY)}. Give a day up to then."
    others = SiteMembership.objects.filter(student_id=roll.student_id, site_id=roll.site_id).exclude(pk=roll.pk)
    other = others.filter(period__overlap=DateRange(first_day, until)).order_by("-period").first()
    if other is None or other.period.upper is None:
        return "" if other is None else "They are on roll at this site twice in that time."
    last = wording.day(other.period.upper - ONE_DAY)
    return f"They were on the roll of this site until {last} before. Give a day after that."


def _places(model: Any, roll: SiteMembership, first_day: date) -> list[tuple[Any, DateRange | None]]:
    """The places at the site that begin with the roll, or would begin before it: each with its new dates, or none."""
    every = _at_site(model, roll)
    if first_day > roll.period.lower:
        ours = [row for row in every if roll.period.lower <= row.period.lower < first_day]
        return [(row, _from(row, first_day)) for row in ours]
    ours = [row for row in every if row.period.lower == roll.period.lower]
    return [(row, _from(row, start)) for row in ours if (start := _earliest(row, every, first_day)) < row.period.lower]


def _at_site(model: Any, roll: SiteMembership) -> list[Any]:
    """The student's places of a kind at the site of the roll, the earliest first."""
    rows = model.objects.filter(student_id=roll.student_id, group__site_id=roll.site_id).select_related("group")
    if hasattr(model, "year"):
        rows = rows.select_related("year")
    elif model is not HouseMembership:
        rows = rows.select_related("group__year")
    return list(rows.order_by("period"))


def _from(row: Membership, start: date) -> DateRange | None:
    return None if row.period.upper and row.period.upper <= start else DateRange(start, row.period.upper)


def _earliest(row: Any, every: list[Any], first_day: date) -> date:
    """The first day that a place can have: in its academic year, and after another place of the kind has ended."""
    year = getattr(row, "year", None) or getattr(row.group, "year", None)
    ends = [
        other.period.upper
        for other in every
        if other is not row and other.period.upper and first_day < other.period.upper <= row.period.lower
    ]
    return max([first_day, *ends, *([year.starts_on] if year else [])])


def _marks(roll: SiteMembership, first_day: date) -> list[str]:
    """What would no longer count, or count again."""
    start, end = sorted((roll.period.lower, first_day))
    dated = hanging.dated_between(roll.student_id, start, end)
    later = first_day > roll.period.lower
    tail = f"before {wording.day(first_day)} stay on record and no longer count." if later else "count again."
    return [f"{words} from {wording.day(start)} on {tail}" if not later else f"{words} {tail}" for words in dated]


def _said(row: Any, period: DateRange | None) -> str:
    if period is None:
        return f"{row.group.name} is taken away: it ended before the new first day."
    return f"{row.group.name} begins on {wording.day(period.lower)} instead of {wording.day(row.period.lower)}."
