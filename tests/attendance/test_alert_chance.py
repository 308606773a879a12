"""What a preview says about chance: every kind of rule tried on shuffled records, those of level with who is at the edge too."""

import random
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.actions import rebuild_summary
from attendance.actions.alert_previews import ask_for_preview
from attendance.choices import AlertKind
from attendance.models import AlertRule, RulePreview
from attendance.patterns import Chance, at_random
from attendance.queries.alerts.by_chance import by_chance, chance_words
from attendance.queries.alerts.kinds import populations, students_by_day
from caseload.needs import Need
from caseload.queries.calendar import school_days
from caseload.queries.lists import in_order_of_need
from core.jobs import run_now
from tests.attendance.alerting import Absent
from tests.attendance.conftest import members
from tests.attendance.test_analysis import mark_sessions
from tests.college import College

FIRST, FRIDAY = date(2026, 9, 2), date(2026, 11, 20)


def kept(rule: AlertRule) -> dict[str, Any]:
    """What the preview of a rule keeps about chance."""
    hits = students_by_day(rule, [FRIDAY])[FRIDAY]
    return by_chance(rule, populations(rule, [FRIDAY]), FRIDAY, list(hits.values()))


def noise(college: College, chance: random.Random) -> None:
    """Everybody of Year 10 and 9 comes to three days in four, by lot."""
    days = school_days(college.school, FIRST, FRIDAY)
    for student in (*members(college), *members(college, "10B"), *members(college, "9C")):
        codes = [symbol for _ in days for symbol in ("/\\" if chance.random() < 0.75 else "II")]
        mark_sessions(college, student, codes, days)
    rebuild_summary()


def test_a_drop_on_weeks_that_mean_nothing_is_found_for_nearly_nobody(college: College) -> None:
    noise(college, random.Random(7))
    rule = AlertRule(name="Falling", kind="drop", points=8, weeks=4, least_possible=20)
    found = kept(rule)
    assert len(found["shuffled"]) == 20
    # Of 18 students at most one in a hundred; without the test of chance it would be three or four in every try.
    assert sum(found["shuffled"]) / 20 <= 0.5
    assert kept(rule) == found


def test_the_words_of_each_kind() -> None:
    told = {"day": "2026-11-20", "holds": 6, "shuffled": [1, 3, 2, 4], "edge": 2}
    so = "As at Fri 20 Nov, the last day of this preview, it holds for 6 students."
    found = "it would hold for about 2 on that day (1 to 4 in 4 tries)."
    edge = " At the edge: 2. With one day's absence fewer it would not hold for them."
    assert chance_words(AlertRule(kind="drop"), told) == (
        f"{so} By chance alone, with each student's weeks in random order, {found} So many of those found are likely to have had a"
        " few bad weeks and no more."
    )
    assert "each student's absences at random places of their own timetable" in chance_words(
        AlertRule(kind="pattern"), told
    )
    assert chance_words(AlertRule(kind="below", weeks=6), told) == (
        f"{so} With any of each student's own weeks in the place of the last ones {found} So many stand there in any weeks, because"
        f" of how they attend all year; only what is beyond that is news.{edge}"
    )
    assert chance_words(AlertRule(kind="below"), told) == (
        f"{so} By chance alone, with the weeks of all students dealt out among them by lot, {found} So many would stand there if"
        f" students differed in nothing but luck.{edge}"
    )
    before = chance_words(AlertRule(kind="late", weeks=4), told | {"shuffled": []})
    assert "it would hold" not in before  # worked out before every kind was tried
    for kind in AlertKind.values:
        words = chance_words(AlertRule(kind=kind), told)
        assert ("it would hold for about 2 on" in words, "chance is not the question" in words) == (True, False)
    few = [chance_words(AlertRule(kind="drop"), told | {"shuffled": counts}) for counts in ([0, 0, 1], [0, 0, 0])]
    assert ["less than one on that day (0 to 1" in few[0], "nobody on that day (0 to 0" in few[1]] == [True, True]


def marked(college: College, name: str, *, missed: list[date], code: str = "OO") -> None:
    """Eleven weeks of a student with the present one, in which they miss these days."""
    days = school_days(college.school, FIRST, FRIDAY)
    codes = [symbol for day in days for symbol in (code if day in missed else "/\\")]
    mark_sessions(college, college.student(name), codes, days)
    rebuild_summary()


def test_below_in_six_weeks_tells_who_is_low_all_year_from_who_fell(college: College) -> None:
    """Ada misses every Monday, in any six weeks; Ben missed the last two weeks and not a day before."""
    days = school_days(college.school, FIRST, FRIDAY)
    marked(college, "Ada", missed=[day for day in days if day.weekday() == 0])
    marked(college, "Ben", missed=[day for day in days if date(2026, 11, 2) <= day < date(2026, 11, 14)])
    marked(college, "Chloe", missed=[])
    found = kept(AlertRule(name="Low", kind="below", percent=85, weeks=6, least_possible=20))
    assert found["holds"] == 2
    # Ada in every try; Ben where at least one of his two weeks is among the six.
    assert (min(found["shuffled"]), max(found["shuffled"]), found["shuffled"].count(2) > 10) == (1, 2, True)
    assert found == kept(AlertRule(name="Low", kind="below", percent=85, weeks=6, least_possible=20))


def test_below_this_year_by_chance_is_of_students_who_differ_in_nothing(college: College) -> None:
    """Of eight one misses half of every week: with the weeks dealt out nobody is that low. Of eight alike as many are as before."""
    days = school_days(college.school, FIRST, FRIDAY)
    for student in members(college):
        half = student.given_name == "Ada"
        marked(college, student.given_name, missed=[day for day in days if half and day.weekday() in (0, 2)])
    rule = AlertRule(name="Low", kind="below", percent=70, least_possible=20)
    found = kept(rule)
    assert (found["holds"], found["shuffled"]) == (1, [0] * 20)
    for student in members(college, "10B"):
        marked(college, student.given_name, missed=[day for day in days if day.weekday() == 4])
    for student in members(college, "9C"):
        marked(college, student.given_name, missed=[day for day in days if day.weekday() == 4])
    alike = kept(AlertRule(name="Low", kind="below", percent=101, least_possible=20))
    assert set(alike["shuffled"]) == {alike["holds"]}


def test_days_in_a_row_by_chance_are_of_those_who_are_hardly_ever_there(college: College) -> None:
    days = school_days(college.school, FIRST, FRIDAY)
    marked(college, "Ada", missed=days[2:])  # there on two days
    marked(college, "Ben", missed=days[-3:])
    found = kept(AlertRule(name="Away", kind="consecutive", count=3))
    assert found["holds"] == 2
    assert (found["shuffled"].count(1) > 10, max(found["shuffled"])) == (True, 1)


def test_late_and_unauthorised_by_chance_are_of_any_weeks_of_their_own(college: College) -> None:
    """Ada is late, or away, on two days of every week; Ben only in the last two weeks, and as often."""
    days = school_days(college.school, FIRST, FRIDAY)
    last = [day for day in days if day >= date(2026, 11, 9)][:8]
    for name, which in (("Ada", [day for day in days if day.weekday() in (1, 3)]), ("Ben", last)):
        marked(college, name, missed=which, code="L\\")
    found = kept(AlertRule(name="Late", kind="late", count=5, weeks=3))
    assert found["holds"] == 2
    assert (min(found["shuffled"]), max(found["shuffled"]) <= 2, sum(found["shuffled"]) < 35) == (1, True, True)
    for student, which in zip(
        members(college)[2:4], ([day for day in days if day.weekday() in (1, 3)], last), strict=True
    ):
        marked(college, student.given_name, missed=which, code="O\\")
    away = kept(AlertRule(name="Away", kind="unauthorised", count=8))
    # Eleven weeks on record, of which any ten: who was away in two weeks only falls short where one of these is left out.
    assert (away["holds"], min(away["shuffled"]), max(away["shuffled"])) == (2, 1, 2)


def test_a_preview_of_every_kind_reads_as_much_for_many_as_for_few(college: College, absent: Absent) -> None:
    def asked(rule: AlertRule) -> int:
        sites = populations(rule, [FRIDAY])
        with CaptureQueriesContext(connection) as caught:
            by_chance(rule, sites, FRIDAY, [])
        return len(caught)

    absent("Ada")
    rules = [
        AlertRule(name="Any", kind=kind, percent=90, points=8, weeks=4, count=3, least_possible=1)
        for kind in AlertKind.values
    ]
    few = [asked(rule) for rule in rules]
    for student in (*members(college), *members(college, "10B")):
        if student.given_name != "Ada":
            absent(student)
    assert [asked(rule) for rule in rules] == few


@pytest.mark.parametrize(
    ("kind", "asked", "codes", "edge"),
    [
        ("below", {"percent": 90}, {"Ada": 4, "Ben": 6}, 1),
        ("consecutive", {"count": 4}, {"Ada": 4, "Ben": 6}, 1),
        ("unauthorised", {"count": 8}, {"Ada": 4, "Ben": 6}, 1),
    ],
)
def test_those_at_the_edge_of_a_rule_are_counted(
    college: College, absent: Absent, kind: str, asked: dict[str, Any], codes: dict[str, int], edge: int
) -> None:
    days = school_days(college.school, date(2026, 10, 5), FRIDAY)  # 30 days: 27 are 90 %
    for name, missed in codes.items():
        absent(name, start=days[0], end=days[-missed - 1], codes="/\\")
        absent(name, start=days[-missed], end=days[-1], codes="OO")
    found = kept(AlertRule(name="Any", kind=kind, least_possible=1, **asked))
    assert (found["holds"], found["edge"], len(found["shuffled"])) == (2, edge, 20)


def test_the_page_of_a_preview_says_it(college: College, absent: Absent, sign_in: Any) -> None:
    absent("Ada")
    rule = AlertRule.objects.get(kind="pattern")
    run_now("attendance.work_out_preview", preview_id=ask_for_preview(rule, by=college.price).pk)
    assert RulePreview.objects.get().result["chance"]["shuffled"] == [0, 0, 0, 0]
    page = sign_in(college.price).get(f"/alerts/rules/{rule.public_id}/").content.decode()
    assert "it would hold for nobody on that day" in page


def test_absences_at_random_places_are_as_many_and_as_long() -> None:
    days = [date(2026, 9, 7 + number) for number in range(20)]
    chances = [Chance(day, "AM", number in (3, 4, 5, 9)) for number, day in enumerate(days)]
    moved = at_random(chances, random.Random(3))
    assert [one.date for one in moved] == days
    assert sum(one.missed for one in moved) == 4
    assert [one.missed for one in moved] != [one.missed for one in chances]


def test_down_in_six_weeks_is_said_only_where_chance_hardly_explains_it(college: College, absent: Absent) -> None:
    # Ten weeks are over; the six are those from 28 September. Ada was there before and misses two days a week since; Ben
    # misses eight days in a row, of one illness.
    absent("Ada", start=date(2026, 9, 2), end=date(2026, 9, 25), codes="/\\")
    for day in school_days(college.school, date(2026, 9, 28), FRIDAY):
        absent("Ada", start=day, end=day, codes="II" if day.weekday() in (0, 2) else "/\\")
    absent("Ben", start=date(2026, 9, 2), end=date(2026, 11, 3), codes="/\\")
    absent("Ben", start=date(2026, 11, 4), end=date(2026, 11, 13))
    absent("Ben", start=date(2026, 11, 16), end=FRIDAY, codes="/\\")
    ids = [college.student("Ada").pk, college.student("Ben").pk]
    said = {
        row["given_name"]: [why.words for why in row["why"] if why.need == Need.FALLING]
        for row in in_order_of_need(college.lind, ids, permission="caseload.view_student")
    }
    assert said == {"Ada": ["Down 13 points in six weeks"], "Ben": []}
