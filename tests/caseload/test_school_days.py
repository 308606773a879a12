"""Proposed days: school days of the student's site, and something sensible where the calendar does not go so far."""

from datetime import date, timedelta

import pytest

from attendance.forms.alerts import HoldForm
from caseload.models import AcademicYear, Closure, Term
from caseload.queries.calendar import calendar_for
from caseload.queries.school_days import school_day_by, school_day_from, sites_of, this_school_day
from caseload.rules.bank_holidays import bank_holidays
from core import clock
from interventions.forms_programmes import InterventionForm
from interventions.forms_support import next_review
from interventions.forms_targets import Offered
from interventions.queries.plans import staff_around
from safeguarding.forms.casework import ShareForm
from tests.college import College

NEW_YEAR, MONDAY, TUESDAY = date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)


def test_a_day_in_the_holidays_becomes_the_next_school_day(college: College) -> None:
    assert [school_day_from(day) for day in (date(2026, 12, 18), date(2026, 12, 19), NEW_YEAR)] == [
        date(2026, 12, 18), MONDAY, MONDAY
    ]  # fmt: skip


def test_what_must_not_last_longer_ends_on_the_school_day_before(college: College) -> None:
    assert [school_day_by(day) for day in (date(2026, 12, 18), date(2026, 12, 19), NEW_YEAR)] == [
        date(2026, 12, 18)
    ] * 3
    with clock.set_to(date(2026, 12, 18)):
        assert school_day_by(NEW_YEAR) == MONDAY  # there is no school day left before it


def test_a_day_is_open_at_every_site_that_it_concerns(college: College) -> None:
    Closure.objects.create(kind="inset", name="INSET", site=college.school, starts_on=MONDAY, ends_on=MONDAY)
    school, sixth = college.school.pk, college.sixth.pk
    assert school_day_from(NEW_YEAR, [sixth]) == MONDAY
    assert school_day_from(NEW_YEAR, [school]) == school_day_from(NEW_YEAR, [sixth, school]) == TUESDAY
    ada = college.student("Ada")
    assert sites_of([ada.pk]) == {school}


@pytest.mark.parametrize(
    ("asked", "proposed"),
    [
        (date(2027, 7, 26), date(2027, 9, 1)),  # after the last term of a year that is known
        (date(2027, 8, 2), date(2027, 9, 1)),
        (date(2027, 9, 4), date(2027, 9, 6)),  # a Saturday
        (date(2027, 12, 25), date(2028, 1, 4)),  # New Year's Day is a Saturday, and Monday is free instead
        (date(2028, 4, 14), date(2028, 4, 18)),  # Good Friday to Easter Monday
        (date(2028, 8, 1), date(2028, 9, 1)),
    ],
)
def test_without_a_calendar_it_is_a_weekday_on_which_schools_are_likely_to_open(
    college: College, asked: date, proposed: date
) -> None:
    assert school_day_from(asked) == school_day_from(asked, [college.school.pk]) == proposed


def test_a_college_without_any_calendar_gets_weekdays(college: College) -> None:
    Term.objects.all().delete()
    AcademicYear.objects.exclude(pk=college.year.pk).delete()
    assert school_day_from(date(2026, 11, 21)) == date(2026, 11, 23)
    assert this_school_day() == college.today


def test_the_bank_holidays_of_england() -> None:
    assert sorted(bank_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31),
        date(2026, 12, 25), date(2026, 12, 28),
    ]  # fmt: skip
    assert {date(2027, 12, 27), date(2027, 12, 28)} < bank_holidays(2027)


@pytest.mark.parametrize("week", range(0, 28, 2))
def test_no_page_proposes_a_day_on_which_the_students_site_is_closed(college: College, week: int) -> None:
    """Whatever the day on which the form is opened, weekends and holidays too."""
    ada, by = college.student("Ada"), college.lind
    calendar = calendar_for(college.school, date(2026, 9, 1), date(2027, 8, 31))
    for number in (0, 3, 4, 5, 6):
        day = date(2026, 9, 14) + timedelta(weeks=week, days=number)
        with clock.set_to(day):
            sites = sites_of([ada.pk])
            intervention = InterventionForm(by=by, sites=sites)
            proposed = {
                "target": Offered(ada).usual_day,
                "support review": next_review(ada),
                "intervention": intervention["starts_on"].value(),
                "intervention review": intervention["review_on"].value(),
                "pause": HoldForm(student=ada)["until"].value(),
                "share": ShareForm(user=by, entries=[])["until_on"].value(),
                "plan": school_day_from(day + timedelta(days=28), staff_around(ada).sites),
            }
        closed = {what: on for what, on in proposed.items() if not calendar.is_open(on)}
        assert closed == {}, day
