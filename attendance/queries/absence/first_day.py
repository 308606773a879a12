"""Who is absent today without a reason, and which absences have gone without one for too long (facts 1.4 and 1.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from attendance import rules
from attendance.choices import ATTENDED, Series, SetBy, StatClass
from attendance.codes import Code, all_codes, code_set
from attendance.models import ChaseHold, LessonMark, SessionMark, SiteSettings
from caseload.models import ContactLogEntry, Site, SiteMembership, Student
from caseload.queries.calendar import SiteCalendar, academic_year_on, calendars_for
from caseload.queries.students import student_rows
from caseload.querysets import among, reached
from core import clock
from core.reading import read_rows

CHASE_AFTER = 5  # school days, where a site has decided nothing: the guidance's own (facts 1.4)
TABLE = {Series.SESSION: "attendance_sessionmark", Series.LESSON: "attendance_lessonmark"}
REACHED = "Reached"


class MarkAt(NamedTuple):
    """Where one mark stands."""

    series: str
    student_id: int
    date: date
    slot: int


@dataclass(frozen=True, slots=True)
class Missed:
    """One mark of today without a reason."""

    at: MarkAt
    label: str
    starts: time
    code: Code


@dataclass
class Unexplained:
    """A student who is absent today without a reason: since when, and who has rung whom about it."""

    student: dict[str, Any]
    missed: list[Missed] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    hold: dict[str, Any] | None = None
    seen_at: str = ""
    in_mis: bool = False

    @property
    def since(self) -> Missed:
        """The oldest mark."""
        return self.missed[0]

    @property
    def was_reached(self) -> bool:
        """Whether somebody at home was reached."""
        return any(call["outcome"] == REACHED or call["direction"] == "in" for call in self.calls)


@dataclass
class FirstDay:
    """Today's absences without a reason, by what is to be done: the oldest mark first."""

    to_ring: list[Unexplained] = field(default_factory=list)
    tried: list[Unexplained] = field(default_factory=list)
    reached: list[Unexplained] = field(default_factory=list)
    came_in: list[Unexplained] = field(default_factory=list)
    held: list[Unexplained] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Everybody on the page."""
        return sum(len(group) for group in (self.to_ring, self.tried, self.reached, self.came_in, self.held))


@dataclass(frozen=True, slots=True)
class OldMark:
    """An absence that has stood without a reason for as many school days as the site allows, or longer."""

    at: MarkAt
    label: str
    days_ago: int
    in_mis: bool


def is_no_reason(code: Code) -> bool:
    """N, and what colleges set in its place: unauthorised, on everybody's button, and not for the late."""
    return code.stat_class == StatClass.UNAUTHORISED and code.set_by == SetBy.QUICK and not code.is_late


def no_reason_ids(series: str | None = None) -> list[int]:
    """The numbers of the codes that say “no reason yet”, of every set."""
    return [code.id for code in all_codes().values() if is_no_reason(code) and series in (None, code.series)]


def reasons_offered(series: str, site_ids: Iterable[int]) -> list[Code]:
    """The codes that may take the place of “no reason yet” today, in the order of the list; one of each symbol."""
    found: dict[str, Code] = {}
    for site in sorted(set(site_ids)):
        for code in code_set(series, site).in_force(clock.today()):
            fits = code.is_absence or code.stat_class in (StatClass.APPROVED, StatClass.NOT_POSSIBLE)
            if fits and not code.is_late and not is_no_reason(code):
                found.setdefault(code.code, code)
    return list(found.values())


def absent_without_reason(user: Any) -> FirstDay:
    """The students within reach who are marked absent today and of whom nobody knows why. A fixed number of queries."""
    found = _missed_today(user)
    if not found:
        return FirstDay()
    ids = list(found)
    students = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    calls, holds, seen, mis = calls_today(ids), holds_of(ids), _seen_since(found), _in_mis(ids)
    first_day = FirstDay()
    for student, missed in found.items():
        if student not in students:
            continue
        missed.sort(key=lambda each: (each.starts, each.at.series))
        row = Unexplained(
            students[student], missed, calls.get(student, []), holds.get(student), seen.get(student, ""), student in mis
        )
        _group(first_day, row).append(row)
    for rows in vars(first_day).values():
        rows.sort(key=lambda row: (row.since.starts, row.student["sort_key"], row.student["id"]))
    return first_day


def unexplained_of(user: Any, student_id: int) -> list[Missed]:
    """Today's marks without a reason of one student, in order of time."""
    return sorted(_missed_today(user, student_id).get(student_id, []), key=lambda each: each.starts)


def _group(first_day: FirstDay, row: Unexplained) -> list[Unexplained]:
    if row.hold:
        return first_day.held
    if row.seen_at:
        return first_day.came_in
    if row.was_reached:
        return first_day.reached
    return first_day.tried if row.calls else first_day.to_ring


def _missed_today(user: Any, student_id: int | None = None) -> dict[int, list[Missed]]:
    """The marks of today without a reason, by student. One query."""
    today, codes, who = clock.today(), all_codes(), reached(user, rules.ACT)
    if not who:
        return {}
    condition, params = among(who)
    one = "" if student_id is None else " AND m.student_id = %s"
    asked = [today, no_reason_ids(), *params, *([] if student_id is None else [student_id])]
    found: dict[int, list[Missed]] = {}
    for series, student, slot, code, label, starts in read_rows(_MISSED.format(reached=condition, one=one), asked * 2):
        at = MarkAt(series, student, today, slot)
        words = label if series == Series.SESSION else f"{label} {starts:%H:%M}"
        found.setdefault(student, []).append(Missed(at, words, starts, codes[code]))
    return found


def calls_today(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Who was in touch about these students today, with whom and what came of it, oldest first. One query."""
    begin = clock.at(clock.today(), 0)
    rows = ContactLogEntry.objects.filter(student_id__in=ids, at__gte=begin, at__lt=begin + timedelta(days=1))
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.order_by("at", "pk").values(
        "student_id", "at", "direction", "outcome", "summary", "note", "contact__given_name", "contact__family_name",
        "logged_by__title", "logged_by__given_name", "logged_by__family_name",
    ):  # fmt: skip
        who = (row["logged_by__title"] or row["logged_by__given_name"], row["logged_by__family_name"])
        contact = (row["contact__given_name"], row["contact__family_name"])
        words = {"who": " ".join(part for part in who if part), "with": " ".join(part for part in contact if part)}
        found.setdefault(row["student_id"], []).append(dict(row) | words)
    return found


def holds_of(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Which of these students are not chased just now, until when and why. One query."""
    rows = ChaseHold.objects.filter(student_id__in=ids, ended_at=None, until__gte=clock.today()).order_by("until")
    return {row["student_id"]: dict(row) for row in rows.values("student_id", "until", "reason")}


def _seen_since(found: Mapping[int, Sequence[Missed]]) -> dict[int, str]:
    """Where each of them was marked present after the first absence today: they have come in."""
    today, ids = clock.today(), list(found)
    present = [code.id for code in all_codes().values() if code.stat_class in ATTENDED or code.is_late]
    marked: dict[int, list[tuple[time, str]]] = {}
    sessions = SessionMark.objects.filter(date=today, student_id__in=ids, code_id__in=present)
    for student, slot in sessions.values_list("student_id", "slot"):
        marked.setdefault(student, []).append((time(8, 45) if slot == 1 else time(13), "AM" if slot == 1 else "PM"))
    lessons = LessonMark.objects.filter(date=today, student_id__in=ids, code_id__in=present)
    for student, label, starts in lessons.values_list("student_id", "lesson__time__label", "lesson__time__starts_at"):
        marked.setdefault(student, []).append((starts, label))
    seen = {}
    for student, places in marked.items():
        latest = max(places)
        if latest[0] > max(each.starts for each in found[student]):
            seen[student] = latest[1]
    return seen


def _in_mis(ids: Sequence[int]) -> set[int]:
    rolls = SiteMembership.objects.filter(
        student_id__in=ids, period__contains=clock.today(), site__registers_taken=Site.Registers.MIS
    )
    return set(rolls.values_list("student_id", flat=True))


def old_unexplained(user: Any) -> list[OldMark]:
    """Every absence of this academic year that is still without a reason after the school days its site allows, oldest first.

    Facts 1.4: a reason within five school days of the session, otherwise O. On the day on which they are over the mark
    stands here. A fixed number of queries, through the weekly summary.
    """
    today = clock.today()
    year = academic_year_on(today)
    if year is None:
        return []
    calendars, cutoffs = _cutoffs(year.starts_on, today)
    reached = list(Student.objects.visible_to(user, rules.ACT).values_list("pk", flat=True))
    found = []
    for series in Series:
        params = {"ids": reached, "codes": no_reason_ids(series), "start": year.starts_on, "end": today}
        for student, day, slot, label, site, mis in read_rows(_OLD[series], params):
            last = cutoffs.get(site)
            if last is not None and day <= last:
                ago = len(calendars[site].between(day, today)) - 1
                found.append(OldMark(MarkAt(series, student, day, slot), label, ago, mis))
    return sorted(found, key=lambda each: (each.at.date, each.label, each.at.student_id))


def _cutoffs(start: date, today: date) -> tuple[dict[int | None, SiteCalendar], dict[int, date | None]]:
    """Each site's calendar, and its last day whose absences are chased now."""
    sites = list(Site.objects.values_list("pk", flat=True))
    after = dict(SiteSettings.objects.values_list("site_id", "chase_after_days"))
    calendars = calendars_for(sites, start, today)
    return calendars, {site: calendars[site].before(today, max(after.get(site, CHASE_AFTER), 1)) for site in sites}


def sites_of_marks(marks: Iterable[MarkAt]) -> dict[MarkAt, tuple[int, bool]]:
    """The site each mark belongs to, and whether its registers are taken in the MIS; marks of nobody's site are left out."""
    found: dict[MarkAt, tuple[int, bool]] = {}
    wanted = list(marks)
    for series in Series:
        own = [mark for mark in wanted if mark.series == series]
        if own:
            params = {
                "students": [mark.student_id for mark in own],
                "days": [mark.date for mark in own],
                "slots": [mark.slot for mark in own],
            }
            for student, day, slot, site, mis in read_rows(_SITES[series], params):
                found[MarkAt(series, student, day, slot)] = (site, mis)
    return found


# By the clock a session stands where most sites begin it; only the order on the page hangs on it.
_MISSED = """
    SELECT 'session' AS series, m.student_id, m.slot, m.code_id, CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END,
        CASE m.slot WHEN 1 THEN time '08:45' ELSE time '13:00' END
    FROM attendance_sessionmark AS m WHERE m.date = %s AND m.code_id = ANY(%s) AND m.student_id {reached}{one}
    UNION ALL
    SELECT 'lesson', m.student_id, m.slot, m.code_id, t.label, t.starts_at
    FROM attendance_lessonmark AS m
    JOIN caseload_timetabledlesson AS l ON l.id = m.slot
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    WHERE m.date = %s AND m.code_id = ANY(%s) AND m.student_id {reached}{one}
    ORDER BY 1 DESC, 2, 3
"""
# Weeks without an unauthorised absence need not be looked at: the summary says which those are.
_WEEKS = """
    FROM attendance_weeksummary AS w
    JOIN {table} AS m ON m.student_id = w.student_id AND m.date BETWEEN w.week AND w.week + 6
"""
_WHERE = """
    WHERE w.series = '{series}' AND w.student_id = ANY(%(ids)s) AND w.unauthorised > 0 AND w.week >= %(start)s::date - 6
        AND m.code_id = ANY(%(codes)s) AND m.date BETWEEN %(start)s AND %(end)s
"""
_OLD = {
    Series.SESSION: "SELECT m.student_id, m.date, m.slot, CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END, s.id, s.registers_taken = 'mis'"
    + _WEEKS.format(table=TABLE[Series.SESSION])
    + """
    JOIN caseload_sitemembership AS r ON r.student_id = m.student_id AND r.period @> m.date
    JOIN caseload_site AS s ON s.id = r.site_id AND s.kind = 'school'
    """
    + _WHERE.format(series=Series.SESSION),
    Series.LESSON: "SELECT m.student_id, m.date, m.slot, g.name || ' · ' || t.label, s.id, s.registers_taken = 'mis'"
    + _WEEKS.format(table=TABLE[Series.LESSON])
    + """
    JOIN caseload_timetabledlesson AS l ON l.id = m.slot
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    JOIN caseload_teachinggroup AS g ON g.id = l.group_id
    JOIN caseload_site AS s ON s.id = g.site_id
    """
    + _WHERE.format(series=Series.LESSON),
}
_ASKED = "FROM unnest(%(students)s::bigint[], %(days)s::date[], %(slots)s::bigint[]) AS u (student_id, date, slot)"
_SITES = {
    Series.SESSION: f"""
    SELECT u.student_id, u.date, u.slot, s.id, s.registers_taken = 'mis' {_ASKED}
    JOIN caseload_sitemembership AS r ON r.student_id = u.student_id AND r.period @> u.date
    JOIN caseload_site AS s ON s.id = r.site_id AND s.kind = 'school'
    """,
    Series.LESSON: f"""
    SELECT u.student_id, u.date, u.slot, s.id, s.registers_taken = 'mis' {_ASKED}
    JOIN caseload_timetabledlesson AS l ON l.id = u.slot
    JOIN caseload_teachinggroup AS g ON g.id = l.group_id
    JOIN caseload_site AS s ON s.id = g.site_id
    """,
}
