"""No line, chart or row of weeks shows a week that is not over: its few marks would look like a fall or a rise."""

from datetime import date, timedelta

from attendance.queries.student_page import student_attendance
from core import clock
from interventions.queries.panel_pack import pack_facts
from reporting.queries.dashboard import weeks_of
from reporting.queries.students import group_facts
from reporting.queries.term import term_facts
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
