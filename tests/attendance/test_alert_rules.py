"""Whom a rule speaks of on a day: every kind, at its edge, for leavers and late starters, in a fixed number of queries."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from attendance.actions.summary import rebuild_summary
from attendance.alert_kinds import Hit
from attendance.codes import all_codes
from attendance.models import AlertRule, SessionMark
from attendance.queries.alerts.kinds import add_hits, populations, students_by_day
from caseload.models import SiteMembership
from caseload.queries.calendar import school_days
from core import clock
from tests.attendance.conftest import members
from tests.college import College

FRIDAY = date(2026, 11, 20)
Marks = Callable[..., None]


@pytest.fixture
def marks(college: College) -> Marks:
    """Writes whole days of sessions: `marks("Ada", start, end, "/\\\\")`, or by day with `days={day: "NN"}`."""
    ids = {code.code: code.id for code in all_codes().values() if code.series == "session" and code.valid_to is None}

    def write(who: Any, start: date, end: date = FRIDAY, codes: str = "/\\", **more: Any) -> None:
        people = [college.student(who)] if isinstance(who, str) else who
        exceptions = more.get("days", {})
        SessionMark.objects.bulk_create(
            [
                SessionMark(
                    student=student, date=day, slot=slot, code_id=ids[exceptions.get(day, codes)[slot - 1]],
                    marked_by=college.okafor, marked_at=clock.now(), minutes_late=None,
                )
                for student in people
                for day in school_days(college.school, start, end)
                for slot in (1, 2)
            ]
        )  # fmt: skip
        rebuild_summary()

    return write


def rule(kind: str, **figures: Any) -> AlertRule:
    """A rule that is not stored."""
    values = {name: Decimal(value) if name in ("percent", "points") else value for name, value in figures.items()}
    return AlertRule(name=kind, kind=kind, **({"least_possible": 1} | values))


def sentences(rule: AlertRule, *days: date) -> list[dict[str, str]]:
    """For each day, the reason by first name."""
    from caseload.models import Student

    found = students_by_day(rule, days or [FRIDAY])
    names = dict(Student.objects.values_list("pk", "given_name"))
    return [{names[pk]: hit.reason for pk, hit in hits.items()} for hits in found.values()]


def test_below_a_percentage_leaves_out_whoever_is_exactly_there(college: College, marks: Marks) -> None:
    monday = date(2026, 11, 9)
    marks("Ada", monday, days={date(2026, 11, 10): "II"})  # 18 of 20
    marks("Ben", monday, days={date(2026, 11, 10): "II", date(2026, 11, 11): "I\\"})  # 17 of 20
    assert sentences(rule("below", percent=90)) == [{"Ben": "Below 90\u202f% this year: 85.0\u202f%"}]
    assert sentences(rule("below", percent=90, least_possible=21)) == [{}]
    # On Monday both weeks are over and are the sixth and the fifth of the window; on Friday the second still runs.
    reason = "Below 90\u202f% in six weeks: 85.0\u202f%"
    assert sentences(rule("below", percent=90, weeks=6), date(2026, 11, 23)) == [{"Ben": reason}]
    assert sentences(rule("below", percent=80, weeks=6)) == [{"Ben": "Below 80\u202f% in six weeks: 70.0\u202f%"}]


def test_a_drop_compares_finished_weeks_and_is_told_only_where_chance_hardly_explains_it(
    college: College, marks: Marks
) -> None:
    # Ten weeks of the year are over on Fri 20 Nov; half-term is none of them. The last four are those of 12 and 19 Oct, 2 and 9 Nov.
    falling = [date(2026, 10, 12), date(2026, 10, 19), date(2026, 11, 2), date(2026, 11, 9)]
    two_days = [monday + timedelta(days=number) for monday in falling for number in (0, 3)]
    marks("Ada", date(2026, 9, 2), days=dict.fromkeys(two_days, "II"))
    one_week = school_days(college.school, date(2026, 11, 9), date(2026, 11, 13))
    marks("Ben", date(2026, 9, 2), days=dict.fromkeys(one_week, "II"))  # down 25 points, all of it in one week
    this_week = school_days(college.school, date(2026, 11, 16), FRIDAY)
    marks("Chloe", date(2026, 9, 2), days=dict.fromkeys(this_week, "II"))  # nothing in a week that is over
    down = {"Ada": "Down 40 points in four weeks: 100\u202f% to 60\u202f%"}
    assert sentences(rule("drop", points=8, weeks=4)) == [down]
    assert sentences(rule("drop", points=40, weeks=4)) == [down]
    assert sentences(rule("drop", points="40.01", weeks=4)) == [{}]
    assert sentences(rule("drop", points=40, weeks=4, least_possible=41)) == [{}]
    found: dict[date, dict[int, Hit]] = {FRIDAY: {}}
    dropping = rule("drop", points=8, weeks=4)
    for site in populations(dropping, [FRIDAY]):
        add_hits(found, dropping, site, everybody=True)
    told = {name: found[FRIDAY][college.student(name).pk] for name in ("Ada", "Ben", "Chloe")}
    assert {name: (hit.holds, hit.figure) for name, hit in told.items()} == {
        "Ada": (True, "down 40 points"),
        "Ben": (False, "down 25 points, which chance may explain"),
        "Chloe": (False, "level"),
    }
    hit = told["Ada"]
    assert dict(hit.facts["figures"])["Chance"] == "as low by chance about 1 in 200"


def test_before_nine_weeks_of_the_year_are_over_no_drop_over_four_is_told(college: College, marks: Marks) -> None:
    falling = {date(2026, 9, 28): 2} | dict.fromkeys([date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19)], 3)
    missed = {monday + timedelta(days=n): "II" for monday, days in falling.items() for n in range(days)}
    marks("Ada", date(2026, 9, 2), days=missed | {date(2026, 11, 2 + n): "II" for n in range(3)})
    # Eight weeks are over in the week of 2 November, the last four her lowest; nine in that of 9 November.
    before, after = sentences(rule("drop", points=8, weeks=4), date(2026, 11, 6), date(2026, 11, 13))
    assert (before, after) == ({}, {"Ada": "Down 50 points in four weeks: 90\u202f% to 40\u202f%"})


def test_days_in_a_row_count_only_days_with_marks_and_end_with_attendance(college: College, marks: Marks) -> None:
    away = {date(2026, 11, 16) + timedelta(days=number): "II" for number in range(3)}
    marks("Ada", date(2026, 10, 19), days=away | {date(2026, 11, 19): "##", date(2026, 11, 20): "NN"})
    marks("Ben", date(2026, 10, 19), days=away)
    marks(
        "Chloe", date(2026, 10, 19), days=dict.fromkeys(school_days(college.school, date(2026, 10, 20), FRIDAY), "MI")
    )
    friday, wednesday, tuesday = sentences(rule("consecutive", count=4), FRIDAY, date(2026, 11, 18), date(2026, 11, 17))
    assert friday == {
        "Ada": "Absent four days in a row, since Mon 16 Nov",
        "Chloe": "Absent 19 days in a row, since Tue 20 Oct",
    }
    assert (sorted(wednesday), sorted(tuesday)) == (["Chloe"], ["Chloe"])
    then, now = sentences(rule("consecutive", count=3), date(2026, 11, 18), FRIDAY)
    assert (sorted(then), sorted(now)) == (["Ada", "Ben", "Chloe"], ["Ada", "Chloe"])


def test_the_national_threshold_runs_over_ten_school_weeks_and_is_about_compulsory_age(
    college: College, marks: Marks
) -> None:
    # Ten school weeks up to 20 November begin on 7 September, with half-term left out.
    inside = {date(2026, 9, 7): "GO", date(2026, 9, 8): "NU", date(2026, 11, 16): "OO", date(2026, 11, 17): "OO"}
    marks("Ada", date(2026, 9, 2), days=inside | {date(2026, 11, 18): "NO"})
    marks("Ben", date(2026, 9, 2), days=inside | {date(2026, 9, 3): "OO"})
    found = sentences(rule("unauthorised", count=10, series="session"), FRIDAY, date(2026, 11, 17))
    assert found == [{"Ada": "10 unauthorised sessions in ten school weeks, 2 of them N and provisional"}, {}]
    college.student("Ada").__class__.objects.filter(given_name="Ada").update(date_of_birth=date(2009, 5, 1))
    assert sentences(rule("unauthorised", count=10)) == [{}]


def test_late_counts_before_and_after_the_register_closed(college: College, marks: Marks) -> None:
    marks("Ada", date(2026, 11, 9), days={date(2026, 11, 9): "LL", date(2026, 11, 17): "U\\"})
    marks("Ben", date(2026, 11, 9), days={date(2026, 11, 9): "LL"})
    assert sentences(rule("late", count=3, weeks=2)) == [{"Ada": "Late 3 times in two weeks"}]


def test_a_pattern_needs_the_chance_test_and_is_kept_from_day_to_day(college: College, marks: Marks) -> None:
    mondays = [date(2026, 9, 7) + timedelta(weeks=number) for number in range(7)] + [date(2026, 11, 9)]
    marks("Ada", date(2026, 9, 2), days=dict.fromkeys(mondays, "II"))
    marks("Ben", date(2026, 9, 2), days=dict.fromkeys([date(2026, 9, 8), date(2026, 10, 2), date(2026, 11, 9)], "II"))
    thursday, friday = sentences(rule("pattern", weeks=12), date(2026, 11, 19), FRIDAY)
    assert thursday == friday == {"Ada": "8 of 8 absences were on a Monday"}


def test_the_national_threshold_says_what_its_own_page_says(college: College, marks: Marks) -> None:
    from attendance.queries.analysis.unauthorised import thresholds_of

    away = {date(2026, 9, 7): "GO", date(2026, 9, 8): "NU", date(2026, 11, 16): "OO", date(2026, 11, 17): "OO"}
    marks("Ada", date(2026, 9, 2), days=away)
    marks("Ben", date(2026, 9, 2), days=away | {date(2026, 9, 3): "OO", date(2026, 11, 18): "UU"})
    for day in (FRIDAY, date(2026, 11, 13), date(2026, 10, 23)):
        page = {
            each.student_id: (each.now, each.provisional)
            for each in thresholds_of([s.pk for s in college.students], day, 1)
        }
        hits = students_by_day(rule("unauthorised", count=1), [day])[day]
        figures = {pk: tuple(int(words) for _, words in hit.facts["figures"]) for pk, hit in hits.items()}
        assert figures == {pk: found for pk, found in page.items() if found[0]}


def test_a_leaver_and_a_late_starter_count_between_their_dates(college: College, marks: Marks) -> None:
    marks([college.student("Ada"), college.student("Ben")], date(2026, 11, 2), codes="II")
    membership = SiteMembership.objects.filter(student=college.student("Ada"))
    membership.update(period=DateRange(date(2026, 9, 1), date(2026, 11, 13)))
    found = sentences(rule("below", percent=90), date(2026, 11, 12), FRIDAY)
    assert [sorted(day) for day in found] == [["Ada", "Ben"], ["Ben"]]


def test_only_the_site_of_the_rule_and_merged_students_left_out(college: College, marks: Marks) -> None:
    marks([college.student("Ada"), college.student("Ben")], date(2026, 11, 2), codes="II")
    other = rule("below", percent=90)
    other.site = college.sixth
    assert sentences(other) == [{}]
    type(college.student("Ada")).objects.filter(given_name="Ben").update(merged_into=college.student("Ada"))
    assert [sorted(day) for day in sentences(rule("below", percent=90))] == [["Ada"]]


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("below", {"percent": 99}),
        ("drop", {"points": 5, "weeks": 4}),
        ("consecutive", {"count": 1}),
        ("unauthorised", {"count": 1}),
        ("late", {"count": 1, "weeks": 2}),
        ("pattern", {"weeks": 12}),
    ],
)
def test_as_many_queries_for_three_students_as_for_everybody(
    college: College, marks: Marks, kind: str, figures: dict[str, Any]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            students_by_day(rule(kind, **figures), [FRIDAY - timedelta(days=7), FRIDAY])
        return len(asked)

    everybody = members(college) + members(college, "10B") + members(college, "9C")
    marks(everybody[:3], date(2026, 10, 19), days={FRIDAY: "OL", FRIDAY - timedelta(days=1): "OO"})
    few = cost()
    marks(everybody[3:], date(2026, 10, 19), days={FRIDAY: "OL", FRIDAY - timedelta(days=1): "OO"})
    assert cost() == few
