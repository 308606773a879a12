"""For whom a rule holds on a day: one set-based evaluation over every student on roll, for several days at once.

Percentages come from `queries.totals`, so an alert never disagrees with the page behind it. A rule without a series takes
each student in that of their site: sessions at a school, lessons at a college.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance import alert_kinds as kinds
from attendance.alert_kinds import Hit
from attendance.arithmetic import Totals
from attendance.chance import CHANGE_LEVEL, as_low_by_chance
from attendance.choices import AlertKind, Series
from attendance.coding import of_compulsory_school_age
from attendance.models import AlertRule
from attendance.patterns import LEAST_ABSENCES, odds
from attendance.queries.analysis.unauthorised import CODES, PROVISIONAL, school_weeks_of
from attendance.queries.figures.totals import TABLE, totals_in_windows, weekly_by_student
from attendance.queries.figures.windows import finished_weeks, label_of, span_of
from attendance.queries.students.patterns import patterns_of
from attendance.thresholds import SCHOOL_WEEKS, UNAUTHORISED_SESSIONS
from caseload.models import Site, SiteMembership
from caseload.queries.calendar import SiteCalendar, calendars_for
from core import clock

Found = dict[date, list[Hit]]
LOOK_BACK = timedelta(days=400)  # far enough for a year to date and for ten school weeks across a summer
RUN_LOOK_BACK = timedelta(days=150)  # the longest run of absent days that is followed back to its first day
# At most this share of students without a pattern is given one: a whole college is looked at, not one student.
PATTERN_LEVEL = 0.01
FRIDAY = 4
DAY_OF_ABSENCE = 2  # sessions
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Population:
    """The students of one site whom a rule may speak of, when each is on its roll, and when it opens."""

    series: str
    calendar: SiteCalendar
    rolls: Mapping[int, list[Any]]
    born: Mapping[int, date | None]

    @property
    def ids(self) -> list[int]:
        """Whoever is on the roll on one of the days."""
        return list(self.rolls)

    def narrowed(self, only: Collection[int]) -> "Population":
        """The same site with some of its students only."""
        return replace(self, rolls={pk: periods for pk, periods in self.rolls.items() if pk in only})

    def on_roll(self, student_id: int, day: date) -> bool:
        """Whether the student is on the site's roll on the day: a leaver and a late starter count between their dates."""
        return any(
            period.lower <= day and (period.upper is None or day < period.upper) for period in self.rolls[student_id]
        )

    def weeks(self, day: date, number: int) -> list[date]:
        """The Mondays of the last so many school weeks up to a day, in order."""
        return self.calendar.weeks(self.calendar.days[0], day)[-number:] if self.calendar.days else []

    def year_starts(self, day: date) -> date:
        """The first day of the academic year in which a day falls."""
        return max((start for start in self.calendar.year_starts if start <= day), default=day - LOOK_BACK)


def students_by_day(rule: AlertRule, days: Sequence[date]) -> dict[date, dict[int, Hit]]:
    """The students for whom the rule holds as at each of the days, by id. The same queries whatever their number.

    `rule` need not be stored. Marks are read as they stand now.
    """
    found: dict[date, dict[int, Hit]] = {day: {} for day in days}
    for population in populations(rule, days) if days else []:
        add_hits(found, rule, population)
    return found


def add_hits(
    found: dict[date, dict[int, Hit]], rule: AlertRule, population: Population, *, everybody: bool = False
) -> None:
    """Add the students of one site for whom the rule holds as at each of the days in `found`; who is there already stays.

    With `everybody`, those too for whom it does not hold, each with their figure.
    """
    for day, hits in _EVALUATE[AlertKind(rule.kind)](rule, population, list(found), everybody).items():
        for hit in hits:
            if population.on_roll(hit.student_id, day):
                found[day].setdefault(hit.student_id, hit)


@dataclass(frozen=True)
class Rolls:
    """Who is on which roll between two days, and when each site opens: read once for any number of rules."""

    kinds: Mapping[int, str]
    members: Mapping[int, Mapping[int, list[Any]]]
    born: Mapping[int, date | None]
    calendars: Mapping[int | None, SiteCalendar]

    def of(self, rule: AlertRule) -> list[Population]:
        """The students of each site that the rule may speak of."""
        schools_only = rule.series == Series.SESSION or rule.kind == AlertKind.UNAUTHORISED
        return [
            Population(_series(rule, kind), self.calendars[site], self.members[site], self.born)
            for site, kind in self.kinds.items()
            if site in self.members and rule.site_id in (None, site) and (kind == "school" or not schools_only)
        ]


def read_rolls(days: Sequence[date], only: Collection[int] | None = None) -> Rolls:
    """The rolls of every site over these days, of everybody or of some students only."""
    kind_of = dict(Site.objects.order_by("pk").values_list("pk", "kind"))
    first, last = min(days), max(days)
    rows = SiteMembership.objects.filter(
        student__merged_into=None, student__erased_at=None, period__overlap=(first, last + timedelta(days=1))
    )
    if only is not None:
        rows = rows.filter(student__in=list(only))
    members: dict[int, dict[int, list[Any]]] = {}
    born: dict[int, date | None] = {}
    for site, student, period, birthday in rows.values_list(
        "site_id", "student_id", "period", "student__date_of_birth"
    ):
        members.setdefault(site, {}).setdefault(student, []).append(period)
        born[student] = birthday
    return Rolls(kind_of, members, born, calendars_for(kind_of, first - LOOK_BACK, last))


def populations(rule: AlertRule, days: Sequence[date]) -> list[Population]:
    """The students of each site that the rule may speak of on these days."""
    return read_rolls(days).of(rule)


def _series(rule: AlertRule, site_kind: str) -> str:
    if rule.kind == AlertKind.UNAUTHORISED:
        return Series.SESSION
    return rule.series or (Series.SESSION if site_kind == "school" else Series.LESSON)


def until(day: date) -> date:
    """A Friday is taken with its weekend, which has no marks, so that the week is read whole from the summary."""
    return day + timedelta(days=2) if day.weekday() == FRIDAY else day


def _below(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    # The six weeks are those of every other page: the last that are over, of this site and this year.
    spans, had = {}, {}
    for day in days:
        start = those.year_starts(day)
        weeks = finished_weeks(those.calendar, day, start)[-rule.weeks :] if rule.weeks else []
        spans[day.isoformat()] = span_of(weeks, start, day) if rule.weeks else (start, until(day))
        had[day] = len(weeks)
    found: Found = {day: [] for day in days}
    for student, totals, day in _each(those, spans, days):
        holds = kinds.below(rule, totals)
        if holds or everybody:
            figures = [(label_of(had[day]) if rule.weeks else "This year", totals.words)]
            facts = _facts(*spans[day.isoformat()], day, figures)
            sentence = kinds.below_sentence(rule, totals, had[day])
            found[day].append(
                Hit(student, sentence, facts, holds, totals.percent, totals, kinds.below_edge(rule, totals))
            )
    return found


def _each(
    those: Population, spans: Mapping[str, tuple[date, date]], days: Sequence[date]
) -> Iterable[tuple[int, Totals, date]]:
    for student, by_day in totals_in_windows(those.ids, spans, those.series).items():
        for day in days:
            if day.isoformat() in by_day:
                yield student, by_day[day.isoformat()], day


def _drop(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    """The last finished weeks beside as many before them, where chance hardly explains how low they are (`chance.py`)."""
    number = rule.weeks or 1
    weeks = {day: finished_weeks(those.calendar, day, those.year_starts(day)) for day in days}
    spans: dict[str, tuple[date, date]] = {}
    for day, mondays in weeks.items():
        if len(mondays) > number:
            start = those.year_starts(day)
            spans[f"{day} now"] = span_of(mondays[-number:], start, day)
            spans[f"{day} before"] = span_of(mondays[-2 * number : -number], start, day)
    read = totals_in_windows(those.ids, spans, those.series)
    pairs = [
        (student, day, by_span[f"{day} before"], by_span[f"{day} now"])
        for student, by_span in read.items()
        for day in days
        if f"{day} before" in by_span and f"{day} now" in by_span
    ]
    fell = {(student, day) for student, day, before, now in pairs if kinds.dropped(rule, before, now)}
    chances = _chances(those, weeks, number, fell)
    found: Found = {day: [] for day in days}
    for student, day, before, now in pairs:
        holds = chances.get((student, day), 1.0) <= CHANGE_LEVEL
        if holds or everybody:
            words = f"{kinds.number(number).capitalize()} {'week' if number == 1 else 'weeks'}"
            figures = [("Before", before.words), (words, now.words)]
            if holds:
                figures.append(("Chance", f"as low by chance {odds(chances[student, day])}"))
            facts = _facts(spans[f"{day} before"][0], day, day, figures)
            sentence = kinds.dropped_sentence(rule, before, now)
            moved = kinds.moved(before, now)
            if not holds and (student, day) in fell:
                moved += ", which chance may explain"
            found[day].append(Hit(student, sentence, facts, holds, moved))
    return found


def _chances(
    those: Population, weeks: Mapping[date, Sequence[date]], number: int, fell: set[tuple[int, date]]
) -> dict[tuple[int, date], float]:
    """How likely chance makes weeks as low as the last, for each student who fell and day. One statement, if anybody fell."""
    if not fell:
        return {}
    first, last = min(mondays[0] for mondays in weeks.values() if mondays), max(day for _, day in fell)
    own = weekly_by_student(sorted({student for student, _ in fell}), first, last, those.series)
    found = {}
    for student, day in fell:
        counted = {
            monday: (totals.shown, totals.possible) for monday, totals in own.get(student, ()) if totals.possible
        }
        found[student, day] = as_low_by_chance([counted[week] for week in weeks[day] if week in counted], number)
    return found


def _late(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    spans = {}
    for day in days:
        weeks = those.weeks(day, rule.weeks or 1)
        if weeks:
            spans[day.isoformat()] = (max(weeks[0], those.year_starts(day)), until(day))
    found: Found = {day: [] for day in days}
    for student, totals, day in _each(those, spans, days):
        holds = kinds.late(rule, totals)
        if holds or everybody:
            figures = [("Late", totals.late_words)]
            facts = _facts(spans[day.isoformat()][0], day, day, figures)
            times = kinds.in_times(totals.times_late)
            found[day].append(
                Hit(
                    student,
                    kinds.late_sentence(rule, totals),
                    facts,
                    holds,
                    times,
                    edge=totals.times_late == rule.count,
                )
            )
    return found


def _unauthorised(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    """Facts 1.7: the week of the day and the nine school weeks before it, across terms and years; compulsory age only.

    The school weeks, codes and ages are those of the page about the national threshold.
    """
    weeks = school_weeks_of(those.ids, min(days) - LOOK_BACK, max(days)).get(those.calendar.site_id or 0, [])
    first = {day: past[-SCHOOL_WEEKS:][0] for day in days if (past := [week for week in weeks if week <= day])}
    found: Found = {day: [] for day in days}
    if not first:
        return found
    for student, own in unauthorised_days(those, min(first.values()), max(days)).items():
        for day, start in first.items():
            inside = [mark for mark in own if start <= mark[0] <= day]
            sessions, provisional = sum(mark[1] for mark in inside), sum(mark[2] for mark in inside)
            holds = kinds.unauthorised(rule, sessions)
            if holds or everybody:
                facts = _facts(start, day, day, [("Unauthorised", f"{sessions}"), ("Of these N", f"{provisional}")])
                sentence = kinds.unauthorised_sentence(sessions, provisional)
                found[day].append(
                    Hit(
                        student,
                        sentence,
                        facts,
                        holds,
                        f"{sessions}",
                        edge=sessions < (rule.count or UNAUTHORISED_SESSIONS) + DAY_OF_ABSENCE,
                    )
                )
    return found


def unauthorised_days(those: Population, start: date, end: date) -> dict[int, list[tuple[date, int, int]]]:
    """The days with unauthorised sessions of those of compulsory school age: the day, how many, and how many of them N."""
    values = {"ids": those.ids, "codes": list(CODES), "start": start, "end": end, "provisional": PROVISIONAL}
    found: dict[int, list[tuple[date, int, int]]] = {}
    for student, day, sessions, provisional in _rows(_UNAUTHORISED, values):
        born = those.born[student]
        if born is None or of_compulsory_school_age(born, day):
            found.setdefault(student, []).append((day, sessions, provisional))
    return found


def days_of_absence(those: Population, day: date) -> dict[int, list[bool]]:
    """Whether each student was absent on each of their days in which a run is looked for, in order. One statement."""
    values = {"ids": those.ids, "start": day - RUN_LOOK_BACK, "end": day}
    return dict(_rows(_ABSENT_DAYS.format(table=TABLE[Series(those.series)]), values))


def _consecutive(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    """Days with an absence and nothing attended, one after another; days without a mark that counts break no run."""
    values = {
        "ids": those.ids,
        "start": min(days) - RUN_LOOK_BACK,
        "end": max(days),
        "least": 1 if everybody else rule.count or 1,
        "first": min(days),
    }
    found: Found = {day: [] for day in days}
    for student, absent, ended in _rows(_RUNS.format(table=TABLE[Series(those.series)]), values):
        for day in days:
            run = [missed for missed in absent if missed <= day]
            holds = kinds.consecutive(rule, len(run))
            if run and (holds or everybody) and (ended is None or ended > day):
                facts = _facts(run[0], run[-1], day, [("Days absent", f"{len(run)}")])
                sentence = kinds.consecutive_sentence(len(run), run[0])
                found[day].append(
                    Hit(student, sentence, facts, holds, kinds.in_days(len(run)), edge=len(run) == rule.count)
                )
    return found


def _pattern(rule: AlertRule, those: Population, days: Sequence[date], everybody: bool) -> Found:
    """A pattern with the chance test that it passed, at a stricter level than one student's page: many are looked at.

    Of several days, a student is looked at anew only where they missed something since the day before it; until then
    they keep what was found. Nobody with fewer absences than a pattern takes is looked at.
    """
    spans = {
        day: (max(day - WEEK * (rule.weeks or 1) + timedelta(days=1), those.year_starts(day)), day)
        for day in sorted(days)
    }
    if not spans:
        return {}
    missed = _missed_by_week(those, min(start for start, _ in spans.values()), max(days))
    found: Found = {}
    kept: dict[int, Hit] = {}
    before = date.min
    for day, (start, end) in spans.items():
        many = {pk for pk, weeks in missed.items() if _in_weeks(weeks, start, end) >= LEAST_ABSENCES}
        anew = {pk for pk in many if before == date.min or _in_weeks(missed[pk], before, end)}
        kept = {pk: hit for pk, hit in kept.items() if pk in many - anew}
        for student, findings in patterns_of(anew, start, end, those.series, PATTERN_LEVEL).items():
            if (strongest := findings.strongest) is not None:
                figures = [("Pattern", strongest.sentence), ("Chance", strongest.chance_words)]
                sentence, share = strongest.sentence.rstrip("."), f"{strongest.number} of {strongest.of}"
                kept[student] = Hit(student, sentence, _facts(start, end, day, figures), figure=share)
        found[day], before = list(kept.values()), day
    return found


def _missed_by_week(those: Population, start: date, end: date) -> dict[int, dict[date, int]]:
    found: dict[int, dict[date, int]] = {}
    values = {"ids": those.ids, "series": those.series, "start": clock.week_of(start), "end": end}
    for student, week, missed in _rows(_MISSED, values):
        found.setdefault(student, {})[week] = missed
    return found


def _in_weeks(missed: Mapping[date, int], start: date, end: date) -> int:
    return sum(number for week, number in missed.items() if clock.week_of(start) <= week <= end)


def _facts(start: date, end: date, day: date, figures: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "from": start.isoformat(),
        "to": min(end, day).isoformat(),
        "figures": [list(pair) for pair in figures],
    }


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


_MISSED = """
    SELECT student_id, week, authorised + unauthorised FROM attendance_weeksummary
    WHERE student_id = ANY(%(ids)s) AND series = %(series)s AND week BETWEEN %(start)s AND %(end)s
        AND authorised + unauthorised > 0 ORDER BY 1, 2
"""
_ON_ROLL = (
    "EXISTS (SELECT 1 FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)"
)
_UNAUTHORISED = f"""
    SELECT m.student_id, m.date, count(*), count(*) FILTER (WHERE c.code = %(provisional)s)
    FROM attendance_sessionmark AS m JOIN attendance_attendancecode AS c ON c.id = m.code_id
    WHERE m.student_id = ANY(%(ids)s) AND m.date BETWEEN %(start)s AND %(end)s AND c.code = ANY(%(codes)s) AND {_ON_ROLL}
    GROUP BY 1, 2 ORDER BY 1, 2
"""
# A day on which every mark that counts is an absence is an absent one; days without a mark that counts are no days.
_DAYS = (
    """
    WITH days AS (
        SELECT m.student_id, m.date, bool_or(c.stat_class IN ('P', 'AEA')) AS attended
        FROM {table} AS m JOIN attendance_attendancecode AS c ON c.id = m.code_id
        WHERE m.student_id = ANY(%(ids)s) AND m.date BETWEEN %(start)s AND %(end)s
            AND c.stat_class IN ('P', 'AEA', 'AA', 'UA') AND """
    + _ON_ROLL
    + """
        GROUP BY 1, 2
    )"""
)
_ABSENT_DAYS = f"{_DAYS} SELECT student_id, array_agg(NOT attended ORDER BY date) FROM days GROUP BY 1 ORDER BY 1"
# Each attended day opens an island; the absent days of an island are a run, which the next island's first day ends.
_RUNS = (
    _DAYS
    + """, islands AS (
        SELECT *, count(*) FILTER (WHERE attended) OVER (PARTITION BY student_id ORDER BY date) AS island FROM days
    ), runs AS (
        SELECT student_id, min(date) AS begun, array_agg(date ORDER BY date) FILTER (WHERE NOT attended) AS absent
        FROM islands GROUP BY student_id, island
    ), ended AS (
        SELECT student_id, absent, lead(begun) OVER (PARTITION BY student_id ORDER BY begun) AS ended FROM runs
    )
    SELECT student_id, absent, ended FROM ended
    WHERE cardinality(absent) >= %(least)s AND (ended IS NULL OR ended > %(first)s)
    ORDER BY student_id, ended
"""
)
_EVALUATE: dict[AlertKind, Callable[[AlertRule, Population, Sequence[date], bool], Found]] = {
    AlertKind.BELOW: _below,
    AlertKind.DROP: _drop,
    AlertKind.CONSECUTIVE: _consecutive,
    AlertKind.UNAUTHORISED: _unauthorised,
    AlertKind.LATE: _late,
    AlertKind.PATTERN: _pattern,
}
