"""What a planned absence would do: which registers it fills, which marks stay, and for whom it can't be, with the reason.

The preview shows it and the action carries it out, so that what is shown is what happens.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from attendance.choices import UNIT, PlannedKind, Series
from attendance.models import LessonMark, PlannedAbsence, SessionMark
from attendance.planning import Wanted, advice, meet, said_when, why_not_planned
from attendance.queries.absence.plan_marks import marks_of
from attendance.queries.registers.position_codes import Chosen, codes_for
from attendance.queries.registers.positions import StudentPlace, narrowed, positions_of
from caseload.models import SiteMembership, Student
from caseload.queries.calendar import ONE_DAY, academic_year_on, calendars_for
from core import clock, wording

Key = tuple[int, date, int]
MODELS: dict[str, Any] = {Series.SESSION: SessionMark, Series.LESSON: LessonMark}
SLOT = {Series.SESSION: "slot", Series.LESSON: "lesson_id"}


@dataclass
class PlanLine:
    """One student in a preview."""

    student: Student
    fills: int = 0
    stays: int = 0
    problem: str = ""


@dataclass
class Survey:
    """What planning this would do, and what stands in the way."""

    wanted: Wanted
    lines: dict[int, PlanLine] = field(default_factory=dict)
    places: dict[str, list[StudentPlace]] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)
    fills: Counter[str] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    closed: list[date] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[PlanLine]:
        """The students for whom it can't be planned."""
        return [line for line in self.lines.values() if line.problem]

    @property
    def possible(self) -> list[PlanLine]:
        """The students for whom it can."""
        return [line for line in self.lines.values() if not line.problem]

    @property
    def words(self) -> str:
        """“This fills 14 sessions; 3 have a mark already and stay.”"""
        if not sum(self.fills.values()) and not sum(self.stays.values()):
            return "No session or lesson is filled."
        parts = [counted(self.fills[series], series) for series in Series.values if self.fills[series]]
        words = f"This fills {' and '.join(parts)}" if parts else "Nothing is left to fill"
        stays = sum(self.stays.values())
        if not stays:
            return f"{words}."
        return f"{words}; {stays} {'has a mark already and stays' if stays == 1 else 'have a mark already and stay'}."


def counted(number: int, series: str) -> str:
    """“1 session”, “14 lessons”."""
    unit = UNIT[Series(series)]
    return f"{number:,} {unit[:-1] if number == 1 else unit}"


def survey(student_ids: Iterable[int], wanted: Wanted, instead_of: Sequence[PlannedAbsence] = ()) -> Survey:
    """What this absence would do for these students. Plans that it takes the place of don't stand in its way.

    A fixed number of queries, whatever the number of students and days.
    """
    ids = sorted(set(student_ids))
    students = Student.objects.filter(pk__in=ids).order_by("sort_key", "pk")
    found = Survey(wanted, {student.pk: PlanLine(student) for student in students})
    year = academic_year_on(wanted.starts_on)
    since = min([clock.today(), *(plan.starts_on for plan in instead_of)])
    span = (year.name, year.starts_on, year.ends_on) if year else None
    found.faults = why_not_planned(wanted, clock.today(), span, since)
    if found.faults or year is None:
        return found
    rolls = _rolls(ids, wanted)
    sites = {site for rows in rolls.values() for site, _, _ in rows}
    calendars = calendars_for(sites, year.starts_on, wanted.ends_on)
    found.closed = [
        day for day in wanted.days if day.weekday() < 5 and not any(calendars[site].is_open(day) for site in sites)
    ]
    clashes = overlaps(ids, wanted, [plan.pk for plan in instead_of])
    own = marks_of([plan.pk for plan in instead_of])
    symbols: dict[str, str] = {Series.SESSION: wanted.session_code, Series.LESSON: wanted.lesson_code}
    for series, symbol in symbols.items():
        every = positions_of(series, ids, wanted.starts_on, wanted.ends_on, calendars=calendars)
        found.places[series] = narrowed(every, wanted.part, wanted.weekdays)
        _judge(found, series, symbol)
    for number, line in found.lines.items():
        line.problem = clashes.get(number) or line.problem or _no_place(found, number, rolls.get(number, []))
    for each in Series.values:
        _count(found, each, wanted, own.get(each, set()))
    open_days = {place.date for places in found.places.values() for place in places}
    found.advice = advice(wanted, len(open_days))
    return found


def overlaps(student_ids: Sequence[int], wanted: Wanted, but_for: Collection[int] = ()) -> dict[int, str]:
    """The students who have another plan for one of the same sessions, each with a sentence naming it."""
    rows = PlannedAbsence.objects.filter(
        Q(session_code__gt="") | Q(lesson_code__gt=""),
        student_id__in=student_ids,
        withdrawn_at=None,
        starts_on__lte=wanted.ends_on,
        ends_on__gte=wanted.starts_on,
    ).exclude(pk__in=but_for)
    found = {}
    for plan in rows.order_by("-starts_on", "-pk"):
        if meet(wanted, plan.starts_on, plan.ends_on, plan.part, plan.weekdays):
            when = said_when(plan.starts_on, plan.ends_on, plan.part, plan.weekdays)
            kind = PlannedKind(plan.kind).label.lower()
            found[plan.student_id] = f"Has another plan then: {kind}, {when}. Change or withdraw that one first."
    return found


def _judge(found: Survey, series: str, symbol: str) -> None:
    """Which code stands where, and for whom it can't; without a code nothing of the series is filled."""
    places = found.places[series]
    if not symbol:
        found.places[series], found.chosen[series] = [], {}
        return
    for place in places:
        if place.in_mis:
            found.lines[
                place.student_id
            ].problem = "Registers of the site are taken in its MIS; enter the absence there."
    found.chosen[series], problems = codes_for(series, symbol, places)
    for number, sentence in problems.items():
        line = found.lines[int(number)]
        line.problem = line.problem or sentence


def _no_place(found: Survey, number: int, rolls: Sequence[tuple[int, str, str]]) -> str:
    """Why there is nothing to fill for a student, when there is nothing; of several sites the last counts."""
    if not rolls:
        return "Is on no roll on these days, so there is no register to fill."
    if any(place.student_id == number for places in found.places.values() for place in places):
        return ""
    if found.wanted.days and len(found.closed) == len([day for day in found.wanted.days if day.weekday() < 5]):
        return f"{rolls[-1][1]} is closed on {'this day' if len(found.wanted.days) == 1 else 'these days'}."
    if rolls[-1][2] == "school":
        return "Has no session then." if found.wanted.session_code else "Goes to a school: choose a session code too."
    return "Has no lesson then." if found.wanted.lesson_code else "Goes to a college: choose a lesson code too."


def _count(found: Survey, series: str, wanted: Wanted, own: Collection[Key]) -> None:
    """How many marks are filled and how many stand already; the places of those who can't be planned fall away."""
    found.places[series] = [place for place in found.places[series] if not found.lines[place.student_id].problem]
    ids = sorted({place.student_id for place in found.places[series]})
    marks = MODELS[series].objects.filter(
        student_id__in=ids, date__range=(wanted.starts_on, wanted.ends_on), code__isnull=False
    )
    standing = set(marks.values_list("student_id", "date", SLOT[Series(series)])) if ids else set()
    for place in found.places[series]:
        stays = place.key in standing and place.key not in own
        line = found.lines[place.student_id]
        line.stays, line.fills = line.stays + stays, line.fills + (not stays)
        (found.stays if stays else found.fills)[series] += 1


def _rolls(ids: Sequence[int], wanted: Wanted) -> Mapping[int, list[tuple[int, str, str]]]:
    """On whose rolls each student is at some time between the days, one after the other: site, its name and kind."""
    rows = SiteMembership.objects.filter(
        student_id__in=ids, period__overlap=(wanted.starts_on, wanted.ends_on + ONE_DAY)
    ).order_by("period")
    fields = rows.values_list("student_id", "site_id", "site__name", "site__kind")
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for student, site, name, kind in fields:
        found[student].append((site, name, kind))
    return found


def dates_said(days: Sequence[date]) -> str:
    """The first days of a list in words, and how many more there are."""
    shown = ", ".join(wording.day(day) for day in days[:5])
    return f"{shown} and {len(days) - 5} more" if len(days) > 5 else shown
