"""The national threshold for penalty notices: ten unauthorised sessions in a rolling ten school weeks (facts 1.7).

*Working together to improve school attendance* (DfE), from 19 August 2024: any mix of G, N, O and U, in a row or spread
out. A school week is a week with at least one school session, and the ten weeks may span holidays, terms and school
years. At the threshold a penalty notice must be considered; nothing follows by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.choices import Series
from attendance.codes import Code, all_codes
from attendance.coding import compulsory_from, compulsory_until
from attendance.models import SessionMark
from attendance.queries.figures.totals import TABLE
from attendance.thresholds import SCHOOL_WEEKS, UNAUTHORISED_SESSIONS
from caseload.models import SiteMembership, Student
from caseload.queries.calendar import academic_years, calendars_for
from core import clock

CODES = ("G", "N", "O", "U")
PROVISIONAL = "N"
IN_FORCE_FROM = date(2024, 8, 19)
NEARLY = 7  # sessions in the window from which somebody stands on the list as near
Weeks = Mapping[int, Sequence[date]]


@dataclass
class Threshold:
    """How one student stands against the national threshold at one school."""

    student_id: int
    site_id: int
    now: int
    provisional: int
    met_in: date | None
    first_week: date
    last_week: date
    sessions: list["Missed"] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Met in the ten school weeks up to now."""
        return self.now >= UNAUTHORISED_SESSIONS

    @property
    def rests_on_provisional(self) -> bool:
        """Met only as long as the absences without a known reason stay unauthorised."""
        return self.is_met and self.now - self.provisional < UNAUTHORISED_SESSIONS


@dataclass(frozen=True)
class Missed:
    """One session missed without leave."""

    date: date
    half: str
    code: Code
    note: str

    @property
    def is_provisional(self) -> bool:
        """The reason is not established yet; it may turn out to be authorised."""
        return self.code.code == PROVISIONAL


def thresholds_of(student_ids: Iterable[int], day: date | None = None, least: int = NEARLY) -> list[Threshold]:
    """Students with at least `least` unauthorised sessions in the ten school weeks to the day, or who met the threshold
    in some ten school weeks ending this academic year; the most first. Only sessions at compulsory school age count.

    One statement for the sums; one for the sessions behind them; the calendar and dates of birth beside.
    """
    day = day or clock.today()
    ages = _ages(student_ids)
    years = [year.starts_on for year in academic_years() if year.starts_on <= day]
    start = max(years[1] if len(years) > 1 else day - timedelta(days=400), IN_FORCE_FROM)
    weeks = school_weeks_of(set(ages), start, day)
    found = _sums(ages, weeks, start, day, years[0] if years else start, least)
    _add_sessions(found, ages, day)
    return sorted(found, key=lambda each: (-each.now, -(each.met_in or date.min).toordinal(), each.student_id))


def school_weeks_of(student_ids: Iterable[int], start: date, end: date) -> dict[int, list[date]]:
    """The Mondays of each school's weeks with a session: by its calendar, and any in which sessions were marked all the same."""
    on_roll = SiteMembership.objects.filter(student__in=list(student_ids), site__kind="school")
    sites = sorted(set(on_roll.values_list("site_id", flat=True)))
    found = {
        site: set(calendar.weeks(start, end)) for site, calendar in calendars_for(sites, start, end).items() if site
    }
    statement = """SELECT DISTINCT r.site_id, s.week FROM attendance_weeksummary AS s
        JOIN caseload_sitemembership AS r ON r.student_id = s.student_id AND r.period && daterange(s.week, s.week + 7)
        WHERE s.series = 'session' AND s.week BETWEEN %s AND %s AND r.site_id = ANY(%s)
            AND s.present + s.approved + s.authorised + s.unauthorised > 0"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [start, end, sites])
        for site, week in cursor.fetchall():
            found.setdefault(site, set()).add(week)
    return {site: sorted(weeks) for site, weeks in found.items()}


def _ages(student_ids: Iterable[int]) -> dict[int, tuple[date, date]]:
    """From when to when each student is of compulsory school age; without a date of birth it is taken that they are."""
    born = Student.objects.filter(pk__in=list(student_ids)).values_list("pk", "date_of_birth")
    return {
        pk: (compulsory_from(birth), compulsory_until(birth)) if birth else (IN_FORCE_FROM, date(9999, 1, 1))
        for pk, birth in born
    }


def _sums(
    ages: Mapping[int, tuple[date, date]], weeks: Weeks, start: date, day: date, year_starts: date, least: int
) -> list[Threshold]:
    """Number the school weeks, sum each student's by week, and roll the sums over ten weeks by their number."""
    numbered = [(site, week, n) for site, found in weeks.items() for n, week in enumerate(found, start=1)]
    statement = f"""
        WITH who AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS w (id, since, until)),
        weeks AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::int[]) AS w (site_id, week, n)),
        counted AS (
            SELECT m.student_id, w.site_id, w.week, w.n, count(*) AS missed, count(*) FILTER (WHERE c.code = 'N') AS unsure
            FROM {TABLE[Series.SESSION]} AS m
            JOIN who ON who.id = m.student_id AND m.date BETWEEN who.since AND who.until
            JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.code = ANY(%s)
            JOIN caseload_sitemembership AS r ON r.student_id = m.student_id AND r.period @> m.date
            JOIN weeks AS w ON w.site_id = r.site_id AND w.week = m.date - (extract(isodow FROM m.date)::int - 1)
            WHERE m.date BETWEEN %s AND %s GROUP BY 1, 2, 3, 4),
        rolled AS (
            SELECT *, sum(missed) OVER (PARTITION BY student_id, site_id ORDER BY n
                RANGE BETWEEN {SCHOOL_WEEKS - 1} PRECEDING AND CURRENT ROW) AS in_window FROM counted),
        latest AS (SELECT site_id, max(n) AS n FROM weeks GROUP BY 1)
        SELECT student_id, site_id,
            coalesce(sum(missed) FILTER (WHERE r.n > l.n - {SCHOOL_WEEKS}), 0),
            coalesce(sum(unsure) FILTER (WHERE r.n > l.n - {SCHOOL_WEEKS}), 0),
            max(week) FILTER (WHERE in_window >= {UNAUTHORISED_SESSIONS} AND week > %s::date - 7)
        FROM rolled AS r JOIN latest AS l USING (site_id) GROUP BY 1, 2
        HAVING coalesce(sum(missed) FILTER (WHERE r.n > l.n - {SCHOOL_WEEKS}), 0) >= %s
            OR bool_or(in_window >= {UNAUTHORISED_SESSIONS} AND week > %s::date - 7)"""
    sites, mondays, numbers = ([row[n] for row in numbered] for n in range(3))
    params: list[Any] = [
        list(ages), [since for since, _ in ages.values()], [until for _, until in ages.values()],
        sites, mondays, numbers, list(CODES), start, day, year_starts, least, year_starts,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    return [_threshold(row, weeks[row[1]]) for row in rows]


def _threshold(row: tuple[int, int, int, int, date | None], weeks: Sequence[date]) -> Threshold:
    """With the ten school weeks that are shown: those to now when they meet it or none did, else the latest that did."""
    student, site, now, unsure, met_in = row
    last = weeks[-1] if now >= UNAUTHORISED_SESSIONS or met_in is None else met_in
    place = weeks.index(last)
    return Threshold(student, site, int(now), int(unsure), met_in, weeks[max(place - SCHOOL_WEEKS + 1, 0)], last)


def _add_sessions(found: Sequence[Threshold], ages: Mapping[int, tuple[date, date]], day: date) -> None:
    """The sessions in the weeks shown, in order of time."""
    if not found:
        return
    codes = {code.id: code for code in all_codes().values() if code.series == Series.SESSION and code.code in CODES}
    marks = (
        SessionMark.objects.filter(
            student__in=[each.student_id for each in found],
            date__range=(min(each.first_week for each in found), day),
            code_id__in=list(codes),
        )
        .order_by("student_id", "date", "slot")
        .values_list("student_id", "date", "slot", "code_id", "note")
    )
    of_student: dict[int, list[Missed]] = {}
    for student, when, slot, code, note in marks:
        since, until = ages[student]
        if since <= when <= until:
            missed = Missed(when, "AM" if slot == 1 else "PM", codes[code], note)
            of_student.setdefault(student, []).append(missed)
    for each in found:
        last = each.last_week + timedelta(days=6)
        each.sessions = [m for m in of_student.get(each.student_id, []) if each.first_week <= m.date <= last]
