"""On which days a site opens."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from caseload.models import AcademicYear, Closure, Term
from caseload.queries.calendar import (
    SiteCalendar,
    academic_year_on,
    calendar_for,
    is_open,
    latest_term,
    school_days,
    week_letter,
)
from caseload.queries.timetable import lessons_on
from core.plausible import age_on
from tests.college import College

KENT = Path(settings.BASE_DIR).parent / "shared" / "data" / "term-dates" / "kent_style_2024_2026.json"


def test_a_school_day_is_a_weekday_in_a_term_without_a_closure(college: College) -> None:
    assert school_days(college.school, date(2026, 10, 22), date(2026, 11, 3)) == [
        date(2026, 10, 22),
        date(2026, 10, 23),
        date(2026, 11, 2),
        date(2026, 11, 3),
    ]
    assert not is_open(college.school, date(2026, 11, 21))  # a Saturday
    assert not is_open(college.school, date(2026, 12, 22))  # Christmas


def test_a_site_closes_alone(college: College) -> None:
    day = date(2026, 11, 27)
    Closure.objects.create(site=college.school, kind="inset", name="INSET", starts_on=day, ends_on=day)
    assert not is_open(college.school, day)
    assert is_open(college.sixth, day)
    assert is_open(None, day)


def test_august_belongs_to_the_year_before(college: College) -> None:
    assert academic_year_on(date(2027, 8, 15)) == college.year
    assert academic_year_on(date(2026, 8, 31)) is None


def test_terms(college: College) -> None:
    assert latest_term(date(2026, 11, 20)) == college.terms[0]
    assert latest_term(date(2026, 12, 25)) == college.terms[0]


def test_weeks_a_and_b_alternate_over_weeks_that_open(college: College) -> None:
    letters = [week_letter(college.school, day) for day in (date(2026, 9, 3), date(2026, 9, 7), date(2026, 10, 19))]
    assert letters == ["A", "B", "B"]
    assert week_letter(college.school, date(2026, 10, 28)) == ""  # half-term
    assert week_letter(college.school, date(2026, 11, 4)) == "A"  # goes on where it stopped


def test_lessons_meet_on_open_days_in_the_right_week(college: College) -> None:
    monday = date(2026, 11, 16)
    group = college.groups["10x/Ma1"]
    assert [row["time__label"] for row in lessons_on(monday, groups=[group.pk])] == ["P1"]
    assert [row["time__label"] for row in lessons_on(date(2026, 11, 20), groups=[group.pk])] == ["P1", "P2", "P3"]
    assert lessons_on(date(2026, 10, 26), groups=[group.pk]) == []
    lesson = college.lessons["10x/Ma1", 0, 1]
    letter = week_letter(college.school, monday)
    lesson.time.week = "B" if letter == "A" else "A"
    lesson.time.save()
    assert lessons_on(monday, groups=[group.pk]) == []
    assert len(lessons_on(monday + timedelta(days=7), groups=[group.pk])) == 1


@pytest.mark.skipif(not KENT.is_file(), reason="the published term dates are not beside this checkout")
@pytest.mark.parametrize(("key", "start", "days"), [("2024-25", 2024, 194), ("2025-26", 2025, 195)])
def test_published_term_dates_give_the_days_that_were_counted(db: None, key: str, start: int, days: int) -> None:
    year = AcademicYear.objects.create(start_year=start, starts_on=date(start, 9, 1), ends_on=date(start + 1, 8, 31))
    spans = json.loads(KENT.read_text(encoding="utf-8"))["years"][key]
    for number, (_, first, last) in enumerate(spans):
        Term.objects.create(year=year, name=f"Term {number + 1}", starts_on=first, ends_on=last)
    may = {2024: date(2025, 5, 5), 2025: date(2026, 5, 4)}[start]
    Closure.objects.create(kind="bank", name="Early May", starts_on=may, ends_on=may)
    found = school_days(None, year.starts_on, year.ends_on)
    assert len(found) == days
    assert may not in found


def test_a_calendar_is_read_in_three_queries_for_any_number_of_sites(
    college: College, django_assert_num_queries
) -> None:
    with django_assert_num_queries(3):
        calendar = calendar_for(college.school)
        assert calendar.latest(date(2026, 11, 22)) == date(2026, 11, 20)
        assert calendar.before(date(2026, 11, 2)) == date(2026, 10, 23)
        assert calendar.next_open(date(2026, 10, 23)) == date(2026, 11, 2)


open_days = st.sets(st.dates(date(2026, 9, 1), date(2027, 7, 31)), max_size=80).map(
    lambda days: tuple(sorted(day for day in days if day.weekday() < 5))
)


@given(open_days, st.dates(date(2026, 8, 1), date(2027, 8, 31)))
@how(max_examples=150)
def test_neighbours_of_a_day(days: tuple[date, ...], day: date) -> None:
    calendar = SiteCalendar(None, days, (date(2026, 9, 1),))
    assert calendar.is_open(day) == (day in days)
    assert calendar.latest(day) == max((one for one in days if one <= day), default=None)
    assert calendar.next_open(day) == min((one for one in days if one > day), default=None)
    assert calendar.before(day) == max((one for one in days if one < day), default=None)


@given(open_days)
@how(max_examples=60)
def test_week_letters_alternate_and_weeks_without_days_have_none(days: tuple[date, ...]) -> None:
    calendar = SiteCalendar(None, days, (date(2026, 9, 1),))
    mondays = calendar.weeks(date(2026, 9, 1), date(2027, 8, 31))
    letters = [calendar.week_letter(monday) for monday in mondays]
    assert letters == ["AB"[place % 2] for place in range(len(mondays))]


@given(st.dates(date(1990, 1, 1), date(2026, 11, 20)), st.integers(0, 40))
def test_somebody_is_a_year_older_each_birthday(born: date, years: int) -> None:
    try:
        birthday = born.replace(year=born.year + years)
    except ValueError:  # born on 29 February
        birthday = date(born.year + years, 3, 1)
    assert age_on(born, birthday) == years
    assert age_on(born, birthday - timedelta(days=1)) == years - 1
