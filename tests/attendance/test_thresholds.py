"""How far from a threshold, and the national threshold for penalty notices (facts 1.7)."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.arithmetic import PERSISTENT, SEVERE, Totals
from attendance.codes import all_codes
from attendance.models import SessionMark
from attendance.queries.analysis.unauthorised import CODES, school_weeks_of, thresholds_of
from attendance.thresholds import (
    UNAUTHORISED_SESSIONS,
    attended_until_below,
    consecutive,
    more_by_the_end,
    more_until,
    rolling_sums,
    weeks_at_threshold,
)
from caseload.models import AcademicYear, Closure, SiteMembership, Term
from core import clock

counts = st.integers(0, 400)


def totals(absent, possible):
    return Totals(present=possible - absent, authorised=absent)


@given(counts, counts, st.sampled_from([PERSISTENT, SEVERE]))
def test_more_until_is_the_first_number_that_crosses(absent, attended, times):
    k = more_until(totals(absent, absent + attended), times)
    assert (absent + k) * times >= absent + attended + k
    assert k == 0 or (absent + k - 1) * times < absent + attended + k - 1


@given(counts, counts, st.sampled_from([PERSISTENT, SEVERE]))
def test_attended_until_below_is_the_first_number_that_goes_back(absent, attended, times):
    possible = absent + attended
    m = attended_until_below(totals(absent, possible), times)
    if possible:
        assert absent * times < possible + m
        assert m == 0 or absent * times >= possible + m - 1


@given(counts, counts, counts)
def test_by_the_end_is_the_first_number_that_makes_it_so_there(absent, attended, to_come):
    k = more_by_the_end(totals(absent, absent + attended), to_come)
    at_the_end = absent + attended + to_come
    if k is None:
        assert (absent + to_come) * 10 < at_the_end
    else:
        assert (absent + k) * 10 >= at_the_end
        assert k == 0 or (absent + k - 1) * 10 < at_the_end


@pytest.mark.parametrize(
    ("absent", "possible", "more"), [(37, 380, 2), (38, 380, 0), (0, 9, 1), (0, 10, 2), (36, 378, 2), (8, 98, 2)]
)
def test_more_until_by_hand(absent, possible, more):
    """37 of 380 missed: one more is 38 of 381, still under a tenth; two are 39 of 382."""
    assert more_until(totals(absent, possible)) == more


def test_consecutive_days():
    away, there, closed, both = (False, True), (True, False), (False, False), (True, True)
    assert consecutive([there, away, away]) == 2
    assert consecutive([away, closed, away]) == 2
    assert consecutive([away, both]) == 0
    assert consecutive([]) == 0


@pytest.mark.parametrize(
    ("by_week", "met"),
    [
        ({1: 6, 2: 1, 3: 1, 4: 1, 5: 1}, [5]),
        ({1: 5, 10: 5}, [10]),
        ({1: 5, 11: 5}, []),
        ({3: 9}, []),
        ({3: 10, 4: 0}, [3, 4]),
    ],
)
def test_the_fact_sheets_checks_in_the_plain_form(by_week, met):
    assert weeks_at_threshold(by_week) == met


# --- the statement, against the same checks and brute force -----------------------------------------------------------


@pytest.fixture
def two_years(college):
    """Last year's terms beside this year's, so that ten school weeks reach over the summer."""
    last = AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    Term.objects.create(year=last, name="Summer", starts_on=date(2026, 4, 13), ends_on=date(2026, 7, 17))
    Closure.objects.create(kind="holiday", name="Half-term", starts_on=date(2026, 5, 25), ends_on=date(2026, 5, 29))
    SiteMembership.objects.update(period="[2025-09-01,)")
    ids = [student.pk for student in college.students]
    (college.weeks,) = [
        w for s, w in school_weeks_of(ids, last.starts_on, college.today).items() if s == college.school.pk
    ]
    return college


def code_id(symbol):
    return next(c.id for c in all_codes().values() if c.code == symbol and c.series == "session" and c.valid_to is None)


def miss(college, student, weeks, symbol="O"):
    """So many sessions missed in the school weeks numbered from the end: 0 is this week."""
    rows = []
    for back, number in weeks.items():
        monday = college.weeks[-1 - back]
        for n in range(number):
            rows.append(
                SessionMark(
                    student=student, date=monday + timedelta(days=n // 2), slot=n % 2 + 1, code_id=code_id(symbol),
                    marked_at=clock.now(),
                )
            )  # fmt: skip
    SessionMark.objects.bulk_create(rows)


def only(college, student, least=1):
    found = thresholds_of([student.pk], college.today, least)
    return found[0] if found else None


def test_six_and_four_single_ones_meet_it(two_years):
    ada = two_years.student("Ada")
    miss(two_years, ada, {4: 6, 3: 1, 2: 1, 1: 1, 0: 1})
    found = only(two_years, ada)
    assert (found.now, found.is_met, found.met_in) == (10, True, two_years.weeks[-1])
    assert len(found.sessions) == 10


def test_five_and_five_nine_weeks_apart_meet_it_and_ten_weeks_apart_do_not(two_years):
    ada, ben = two_years.student("Ada"), two_years.student("Ben")
    miss(two_years, ada, {9: 5, 0: 5})
    miss(two_years, ben, {10: 5, 0: 5})
    assert (only(two_years, ada).now, only(two_years, ada).is_met) == (10, True)
    assert (only(two_years, ben).now, only(two_years, ben).met_in) == (5, None)


def test_holidays_and_the_summer_are_no_school_weeks(two_years):
    """Twelve weeks of this term to now without half-term are eleven; two weeks before the summer are two school weeks."""
    assert len([week for week in two_years.weeks if week >= date(2026, 8, 31)]) == 11
    dora = two_years.student("Dmytro")
    miss(two_years, dora, {12: 6, 8: 4})
    found = only(two_years, dora)
    assert two_years.weeks[-13] == date(2026, 7, 6)
    assert (found.is_met, found.met_in) == (False, two_years.weeks[-9])
    assert found.sessions[0].date == date(2026, 7, 6)


def test_provisional_ones_count_and_are_marked(two_years):
    ada = two_years.student("Ada")
    miss(two_years, ada, {1: 7})
    miss(two_years, ada, {0: 3}, "N")
    found = only(two_years, ada)
    assert (found.now, found.provisional, found.rests_on_provisional) == (10, 3, True)
    assert [missed.is_provisional for missed in found.sessions] == [False] * 7 + [True] * 3


def test_authorised_absence_does_not_count(two_years):
    ada = two_years.student("Ada")
    miss(two_years, ada, {0: 9})
    miss(two_years, ada, {1: 5}, "I")
    assert (only(two_years, ada).now, only(two_years, ada).is_met) == (9, False)


def test_only_compulsory_school_age_counts(two_years):
    ada = two_years.student("Ada")
    miss(two_years, ada, {0: 10})
    ada.date_of_birth = date(2009, 10, 4)  # sixteen in 2025/26: no longer of the age after 26 June 2026
    ada.save(update_fields=["date_of_birth"])
    assert only(two_years, ada) is None


def test_as_many_queries_for_many_students_as_for_one(two_years):
    def asked(ids):
        with CaptureQueriesContext(connection) as queries:
            thresholds_of(ids, two_years.today)
        return len(queries)

    for given_name in ("Ada", "Ben", "Chloe", "Dmytro"):
        miss(two_years, two_years.student(given_name), {0: 8})
    assert asked([two_years.student("Ada").pk]) == asked([student.pk for student in two_years.students])


@given(st.lists(st.dictionaries(st.integers(0, 20), st.integers(1, 8), max_size=12), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_statement_is_what_going_through_every_window_gives(two_years, each_student):
    students = two_years.students[: len(each_student)]
    with transaction.atomic():
        for student, weeks in zip(students, each_student, strict=True):
            miss(two_years, student, weeks, "U")
        found = {each.student_id: each for each in thresholds_of([s.pk for s in students], two_years.today, 1)}
        transaction.set_rollback(True)
    total = len(two_years.weeks)
    for student, weeks in zip(students, each_student, strict=True):
        numbered = {total - back: number for back, number in weeks.items()}
        now = sum(number for week, number in numbered.items() if week > total - 10)
        windows = {
            week: sum(n for other, n in numbered.items() if week - 9 <= other <= week) for week in range(1, total + 1)
        }
        this_year = [
            w for w in numbered if windows[w] >= UNAUTHORISED_SESSIONS and two_years.weeks[w - 1] > date(2026, 8, 25)
        ]
        one = found.get(student.pk)
        assert rolling_sums(numbered) == {week: windows[week] for week in numbered}
        assert (one.now if one else 0) == now
        assert (one.met_in if one else None) == (two_years.weeks[max(this_year) - 1] if this_year else None)


def test_the_codes_are_the_unauthorised_ones():
    assert CODES == ("G", "N", "O", "U")
