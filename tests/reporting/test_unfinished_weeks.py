"""No line, chart or row of weeks shows a week that is not over: its few marks would look like a fall or a rise."""

from datetime import date, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from attendance.actions import rebuild_summary
from attendance.queries.analysis.spans import windows_offered
from attendance.queries.students.page import student_attendance
from caseload.models import AcademicYear, SiteMembership
from core import clock
from interventions.queries.panel_pack import pack_facts
from reporting.queries.dashboard import attendance_figures, beside_last_year, weeks_of
from reporting.queries.students import group_facts
from reporting.queries.term import term_facts
from tests.attendance.conftest import members
from tests.attendance.test_analysis import mark_sessions
from tests.college import College
from tests.interventions.test_panels import call
from tests.reporting.conftest import mark

THIS_WEEK, LAST_WEEK = date(2026, 11, 16), date(2026, 11, 9)


def weeks_shown(college: College) -> dict[str, list[object]]:
    """The weeks that each page or document draws of Ben, or of his year."""
    ben, year = college.student("Ben"), college.year.starts_on
    facts = group_facts(college.lind, [ben.pk])
    term = term_facts(("year_group", college.years[10].pk), college.terms[0], "staff")
    (pack,) = pack_facts(college.lind, call(college, names=("Ben",)))["pages"]
    return {
        "dashboard": [week for week, _ in weeks_of(facts.of_series("session"), year, facts.day, "session")],
        "term report": [row[0] for row in term["sections"][0]["weeks"]],
        "panel pack": [row[0] for row in pack["attendance"]["weeks"]],
        "student page": student_attendance(ben.pk).spark,
    }


def test_a_week_is_drawn_once_it_is_over(full: College) -> None:
    mark(full, THIS_WEEK)
    before = weeks_shown(full)
    assert (before["dashboard"][-1], before["term report"][-1], before["panel pack"][-1]) == (
        LAST_WEEK,
        "9 Nov",
        "9 Nov",
    )
    with clock.set_to(clock.at(THIS_WEEK + timedelta(days=5), 10)):
        after = weeks_shown(full)
    assert (after["dashboard"][-1], after["term report"][-1], after["panel pack"][-1]) == (
        THIS_WEEK,
        "16 Nov",
        "16 Nov",
    )
    assert {name: len(after[name]) - len(before[name]) for name in before} == dict.fromkeys(before, 1)


def compared(college: College) -> dict[str, tuple[object, ...]]:
    """What each page sets beside a year before, or beside four weeks ago, of Year 10."""
    ids = [student.pk for student in college.students]
    facts = group_facts(college.lind, ids)
    beside = beside_last_year(facts.of_series("session"), "session")
    persistent = attendance_figures(facts, "session", [], str)[1]
    term = term_facts(("year_group", college.years[10].pk), college.terms[0], "staff")["sections"][0]
    spans = {
        name: {(p.compared, p.before) for p in window.parts} for name, window in windows_offered(ids, facts.day).items()
    }
    assert beside is not None
    return {
        "dashboard": (len(beside.students), beside.now.of, beside.before.of, beside.change),
        "persistent": (persistent["change"],),
        "term report": tuple(term["last_year"][name] for name in ("students", "of"))
        + (term["last_year"]["now"]["of"],),
        "term window": tuple(spans["term"]),
        "year window": tuple(spans["year"]),
    }


def test_a_change_of_a_year_or_term_ends_with_the_last_finished_week(full: College) -> None:
    """A year before only 10A had registers, on five mornings with Ben away on four: the change is of those eight students. Nobody is
    there in the week that still runs, and no change says so."""
    AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    SiteMembership.objects.update(period=DateRange(date(2025, 9, 1), None))
    days = [date(2025, 10, 13) + timedelta(days=day) for day in range(5)]
    for student in members(full, "10A"):
        mark_sessions(full, student, ["I" if student.given_name == "Ben" else "/", "."] * 4 + ["/"], days)
    rebuild_summary()
    before = compared(full)
    assert before["dashboard"] == (8, "140 of 160 sessions", "36 of 40 sessions", -2.5)
    assert before["term report"] == (8, "36 of 40 sessions", "140 of 160 sessions")
    assert (
        before["persistent"][0].endswith("four weeks ago, finished weeks only, same 14 students")
        or not before["persistent"][0]
    )
    assert before["term window"] == (((date(2026, 9, 2), date(2026, 11, 15)), (date(2025, 9, 3), date(2025, 11, 16))),)
    for day in range(3):
        mark(full, THIS_WEEK + timedelta(days=day), **dict.fromkeys(("Ada", "Ben", "Chloe"), "I"))
    assert compared(full) == before


def test_the_chart_draws_the_year_before_of_the_same_students_on_both_sides(full: College, sign_in: Any) -> None:
    """Of 14 with marks this year eight had some a year before: everybody, those eight now, and those eight then."""
    AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    SiteMembership.objects.update(period=DateRange(date(2025, 9, 1), None))
    for student in members(full, "10A"):
        mark_sessions(full, student, ["I" if student.given_name == "Ben" else "/"], [date(2025, 10, 13)])
    rebuild_summary()
    page = sign_in(full.lind).get(reverse("reporting:dashboard"))
    (part,) = page.context["parts"]
    assert part["chart"].columns == ["Week beginning", "2026/27, all", "2026/27, same 8", "2025/26, same 8"]
    week = next(row for row in part["chart"].table if row[0] == "12 Oct")
    # Ada misses everything this year, and Imran of the other group; Ben was away in the week of a year before.
    assert [float(value) for value in week[1:]] == [85.71, 87.5, 87.5]
    text = " ".join(page.content.decode().replace("\u202f", " ").split())
    assert (
        "Year so far, finished weeks, same 8 students: <strong>87.5 %</strong>, in the same weeks of 2025/26 87.5 % (no change)."
        in text
    )
