"""What a preview says about chance: a rule of change or pattern tried on shuffled records, the others with who is at the edge."""

import random
from datetime import date
from typing import Any

import pytest

from attendance.actions.alert_previews import ask_for_preview
from attendance.models import AlertRule, RulePreview
from attendance.patterns import Chance, at_random
from attendance.queries.alert_chance import by_chance, chance_words
from attendance.queries.alert_rules import populations, students_by_day
from caseload.needs import Need
from caseload.queries.calendar import school_days
from caseload.queries.lists import in_order_of_need
from core.jobs import run_now
from tests.attendance.alerting import Absent
from tests.attendance.conftest import members
from tests.college import College

FRIDAY = date(2026, 11, 20)


def kept(rule: AlertRule) -> dict[str, Any]:
    """What the preview of a rule keeps about chance."""
    hits = students_by_day(rule, [FRIDAY])[FRIDAY]
    return by_chance(rule, populations(rule, [FRIDAY]), FRIDAY, list(hits.values()))


def noise(college: College, absent: Absent, chance: random.Random, *, from_day: date = date(2026, 9, 2)) -> None:
    """Everybody of Year 10 and 9 comes to three days in four, by lot."""
    for student in (*members(college), *members(college, "10B"), *members(college, "9C")):
        for day in school_days(college.school, from_day, FRIDAY):
            absent(student, start=day, end=day, codes="/\\" if chance.random() < 0.75 else "II")


def test_a_drop_on_weeks_that_mean_nothing_is_found_for_nearly_nobody(college: College, absent: Absent) -> None:
    noise(college, absent, random.Random(7))
    rule = AlertRule(name="Falling", kind="drop", points=8, weeks=4, least_possible=20)
    found = kept(rule)
    assert len(found["shuffled"]) == 20
    # Of 18 students at most one in a hundred; without the test of chance it would be three or four in every try.
    assert sum(found["shuffled"]) / 20 <= 0.5
    assert kept(rule) == found


def test_the_words_of_each_kind() -> None:
    drop, below = AlertRule(kind="drop"), AlertRule(kind="below")
    told = {"day": "2026-11-20", "holds": 6, "shuffled": [1, 3, 2, 4], "edge": 0}
    assert chance_words(drop, told) == (
        "As at Fri 20 Nov it holds for 6 students. By chance alone it would hold for 2.5: so many are found with each"
        " student's weeks in random order (1 to 4 in 4 tries)."
    )
    assert "each student's absences at random places of their own timetable" in chance_words(
        AlertRule(kind="pattern"), told
    )
    assert chance_words(below, told | {"shuffled": [], "edge": 2}) == (
        "As at Fri 20 Nov it holds for 6 students. It counts what has happened, so chance is not the question. 2 of them"
        " stand at the edge: with one day's absence fewer it would not hold."
    )


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
    assert (found["holds"], found["edge"], found["shuffled"]) == (2, edge, [])


def test_the_page_of_a_preview_says_it(college: College, absent: Absent, sign_in: Any) -> None:
    absent("Ada")
    rule = AlertRule.objects.get(kind="pattern")
    run_now("attendance.work_out_preview", preview_id=ask_for_preview(rule, by=college.price).pk)
    assert RulePreview.objects.get().result["chance"]["shuffled"] == [0, 0, 0, 0]
    page = sign_in(college.price).get(f"/alerts/rules/{rule.public_id}/").content.decode()
    assert "By chance alone it would hold for 0" in page


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
