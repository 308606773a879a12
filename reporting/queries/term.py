"""The facts of a termly report, gathered by one function: plain values that the document prints and its hash covers."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from attendance.arithmetic import Totals, plain, sum_of, written
from attendance.choices import Series
from attendance.queries.figures.totals import over_until, series_by_student, totals_by_student, weekly_by_student
from attendance.queries.registers.feeds import words_about
from attendance.queries.students.students import codes_used, students_by_code
from caseload.models import CaseloadMembership, Site, Student, Term, YearGroupMembership
from caseload.rules.telling_apart import groups_in_full
from core import clock, wording
from interventions.choices import CLOSED_STATES, OPEN_STATES
from interventions.models import Meeting, Target
from progress.queries import points_with_grades, progress_summary
from reporting.choices import Edition, Parts
from reporting.queries import hiding
from reporting.queries.groups import characteristic_sets

Beat = Callable[[int], None]
YEAR = timedelta(weeks=52)
MOST = 0.9  # of the students of a week must have had marks a year before, for the two weeks to be set beside each other
SECTION = {Series.SESSION: "AM and PM sessions", Series.LESSON: "Lessons"}


def term_facts(
    scope: tuple[str, int], term: Term, edition: str, parts: str = Parts.WHOLE, beat: Beat = lambda step: None
) -> dict[str, Any]:
    """Everything that the report says about the students who are in the scope on the last day it covers; of its attendance
    part no more than their attendance: no characteristics, grades, one-to-ones or targets."""
    start, end = term.starts_on, min(term.ends_on, clock.today())
    students = Student.objects.in_container(*scope, end).filter(merged_into=None, erased_at=None)
    ids = list(students.order_by("pk").values_list("pk", flat=True))
    series = series_by_student(ids, end)
    facts: dict[str, Any] = {
        "from": start,
        "to": end,
        "complete": end == term.ends_on,
        "students": len(ids),
        "feed": words_about(ids),
        "edition": edition,
        "sections": [],
    }
    for step, name in enumerate(Series.values, start=1):
        members = [pk for pk in ids if series.get(pk) == name]
        if members:
            facts["sections"].append(_attendance(members, start, end, name))
        beat(step)
    if parts == Parts.WHOLE:
        facts["gaps"] = _gaps(ids, series, start, end)
        beat(3)
        facts["progress"] = _progress(ids, start, end)
        beat(4)
        facts["work"] = _work(ids, start, end)
    beat(5)
    return _told(hiding.for_governors(facts) if edition == Edition.GOVERNORS else facts)


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without who is in which group, which only the hiding needs."""
    for section in facts["sections"]:
        section.pop("members")
        section["weeks"] = [week[:5] for week in section["weeks"]]
        section["beside_a_year_before"] = any(week[2] is not None for week in section["weeks"])
        for row in (*section["by_year"], *section["by_caseload"], *section["reasons"]):
            row.pop("members")
    for row in facts.get("gaps", ()):
        row.pop("members")
        row.pop("shares", None)
    return facts


def _attendance(ids: Sequence[int], start: date, end: date, series: str) -> dict[str, Any]:
    by_student = totals_by_student(ids, start, end, series)
    total = sum_of(by_student.values(), series)
    # A year before is set beside the weeks that are over: a week that still runs is in no comparison.
    until = min(end, over_until(clock.today()))
    over = totals_by_student(ids, start, until, series) if until < end else by_student
    earlier = totals_by_student(ids, start - YEAR, until - YEAR, series)
    members = {pk: totals for pk, totals in by_student.items() if totals.possible}
    same = [pk for pk in over if over[pk].possible and pk in earlier and earlier[pk].possible]
    counted = [totals for totals in members.values() if totals.is_enough]
    return {
        "series": series,
        "title": SECTION[Series(series)],
        "unit": total.unit,
        "students": len(ids),
        "total": _line(total),
        "members": set(members),
        "last_year": _both_years([earlier[pk] for pk in same], [over[pk] for pk in same], series) if same else None,
        "counted": len(counted),
        "persistent": sum(totals.is_persistent for totals in counted),
        "severe": sum(totals.is_severe for totals in counted),
        "weeks": _weeks(ids, start, end, series),
        "by_year": _by_group(YearGroupMembership, members, end, series, "group__nc_year"),
        "by_caseload": _by_group(CaseloadMembership, members, end, series, "group__name"),
        "reasons": _reasons(ids, start, end, total, series),
    }


def _both_years(earlier: Sequence[Totals], now: Sequence[Totals], series: str) -> dict[str, Any]:
    """The attendance of the same students a year before and now: a comparison is never of others."""
    return _line(sum_of(earlier, series)) | {"students": len(earlier), "now": _line(sum_of(now, series))}


def _line(totals: Totals) -> dict[str, Any]:
    return totals._asdict() | {
        "of": totals.of,
        "possible": totals.possible,
        "attended": totals.attended,
        "shown": totals.shown,
        "times_late": totals.times_late,
        "came": totals.came,
        "absent": totals.absent,
        "attendance": written(totals.attendance),
        "authorised_share": plain(totals.share(totals.authorised)),
        "unauthorised_share": plain(totals.share(totals.unauthorised)),
        "late_share": totals.late_percent,
        "late_of": totals.late_of,
        "late_definition": totals.late_definition,
    }


def _weeks(ids: Sequence[int], start: date, end: date, series: str) -> list[list[Any]]:
    """The weeks that are over: attendance, that of a year before, attended, possible, and of how many students each is."""
    before = {week + YEAR: totals for week, totals in _by_week(ids, start - YEAR, end - YEAR, series).items()}
    rows = []
    for week, students in sorted(_by_week(ids, start, min(end, over_until(clock.today())), series).items()):
        then = before.get(week, [])
        then = then if len(then) >= MOST * len(students) else []  # else they are not the same students
        total, earlier = sum_of(students, series), sum_of(then, series)
        figures = [_number(total), _number(earlier), total.attended, total.possible, len(students), len(then)]
        rows.append([f"{week.day} {week:%b}", *figures])
    return rows


def _by_week(ids: Sequence[int], start: date, end: date, series: str) -> dict[date, list[Totals]]:
    """The totals of each student who could attend, by week."""
    found: dict[date, list[Totals]] = {}
    for weekly in weekly_by_student(ids, start, end, series).values():
        for week, totals in weekly:
            if totals.possible:
                found.setdefault(week, []).append(totals)
    return found


def _number(totals: Totals | None) -> float | None:
    return None if totals is None or totals.attendance is None else round(float(totals.attendance), 2)


def _by_group(model: Any, by_student: dict[int, Totals], end: date, series: str, order: str) -> list[dict[str, Any]]:
    pairs = model.objects.filter(student__in=list(by_student), period__contains=end).order_by(order, "group_id")
    rows = list(pairs.values_list("group_id", "group__name", "group__site__name", "student_id"))
    names = groups_in_full((pk, name, site) for pk, name, site, _ in rows)
    members: dict[int, dict[int, Totals]] = {}
    for pk, _, _, student in rows:
        members.setdefault(pk, {})[student] = by_student[student]
    return [_group(names[pk], totals, series) for pk, totals in members.items()]


def _group(name: str, members: dict[int, Totals], series: str) -> dict[str, Any]:
    total = sum_of(members.values(), series)
    counted = [totals for totals in members.values() if totals.is_enough]
    persistent = sum(totals.is_persistent for totals in counted)
    return {
        "name": name,
        "members": set(members),
        "students": len(members),
        "attended": total.attended,
        "shown": total.shown,
        "possible": total.possible,
        "attendance": written(total.attendance),
        "value": _number(total),
        "counted": len(counted),
        "persistent": persistent,
        "persistent_share": wording.percent_of(persistent, len(counted)),
    }


def _reasons(ids: Sequence[int], start: date, end: date, total: Totals, series: str) -> list[dict[str, Any]]:
    members = students_by_code(ids, start, end, series)
    return [
        {
            "members": members[used.code.id],
            "code": used.code.code,
            "meaning": used.code.short,
            "number": used.number,
            "share": plain(total.share(used.number)),
        }
        for used in codes_used(list(ids), start, end, series)
        if used.code.is_absence
    ]


def _gaps(ids: Sequence[int], series: dict[int, str], start: date, end: date) -> list[dict[str, Any]]:
    rows = []
    sets = characteristic_sets(ids)
    for name in sorted(set(series.values()), reverse=True):
        members = [pk for pk in ids if series.get(pk) == name]
        found = totals_by_student(members, start, end, name)
        totals = {pk: each for pk, each in found.items() if each.possible}
        for words, inside in sets.items():
            here = {pk: totals[pk] for pk in members if pk in inside and pk in totals}
            others = [totals[pk] for pk in members if pk not in inside and pk in totals]
            if not here or not others:
                continue
            one, other = sum_of(here.values(), name), sum_of(others, name)
            gap = None if one.attendance is None or other.attendance is None else one.attendance - other.attendance
            rows.append(
                {
                    "name": words,
                    "members": set(here),
                    "series": str(SECTION[Series(name)]),
                    "students": len(here),
                    "shares": [(one.shown, one.possible), (other.shown, other.possible)],
                    "attendance": written(one.attendance),
                    "others": len(others),
                    "others_attendance": written(other.attendance),
                    "gap": None if gap is None else _signed(round(float(gap), 1)),
                }
            )
    return rows


def _signed(points: float) -> str:
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points):.1f}"


def _progress(ids: Sequence[int], start: date, end: date) -> list[dict[str, Any]]:
    """The latest assessment point of each site in the term, or before it where the term has none."""
    found = []
    for site in Site.objects.filter(memberships__student__in=list(ids), memberships__period__contains=end).distinct():
        point = points_with_grades([site.pk]).filter(on_date__lte=end).first()
        if point is None:
            continue
        summary = progress_summary(ids, point)
        if not summary.total.compared:
            continue
        found.append(
            {
                "site": site.name,
                "point": point.name,
                "year": point.year.name,
                "on": point.on_date,
                "in_term": point.on_date >= start,
                "students": summary.graded_students,
                "students_below": summary.students_below,
                "total": _standing("All subjects", summary.total),
                "by_course": [_standing(title, standing) for title, standing in summary.by_course.values()],
            }
        )
    return found


def _standing(name: str, standing: Any) -> dict[str, Any]:
    compared = standing.compared
    return {
        "name": name,
        "compared": compared,
        "below": standing.below,
        "on": standing.on,
        "above": standing.above,
        "below_share": wording.percent_of(standing.below, compared),
    }


def _work(ids: Sequence[int], start: date, end: date) -> dict[str, Any]:
    """How many one-to-ones and targets, never what was said in them."""
    from_when, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
    meetings = Meeting.objects.filter(student__in=list(ids), held_at__gte=from_when, held_at__lt=until)
    held = meetings.aggregate(held=Count("pk"), seen=Count("student", distinct=True))
    targets = Target.objects.filter(student__in=list(ids))
    counts = targets.aggregate(
        set=Count("pk", filter=Q(set_on__range=(start, end))),
        closed=Count("pk", filter=Q(closed_on__range=(start, end), state__in=CLOSED_STATES)),
        met=Count("pk", filter=Q(closed_on__range=(start, end), state="met")),
        partly=Count("pk", filter=Q(closed_on__range=(start, end), state="partly_met")),
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
        overdue=Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=clock.today())),
    )
    return held | counts | {"students": len(ids)}
