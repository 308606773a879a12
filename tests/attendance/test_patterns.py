"""Patterns of absence are told from noise."""

import random
from datetime import date, timedelta
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.patterns import LEVEL, Chance, at_least, drawn_at_least, find_patterns, odds

SEPTEMBER = date(2026, 9, 7)


def school_days(weeks, start=SEPTEMBER):
    """Monday to Friday, for so many weeks, with a week off after the seventh."""
    found = []
    for week in range(weeks):
        monday = start + timedelta(weeks=week + (week >= 7))
        found += [monday + timedelta(days=n) for n in range(5)]
    return found


def sessions(days, missed=(), late=()):
    """AM and PM of each day; `missed` holds days or (day, "AM")."""
    return [
        Chance(day, half, day in missed or (day, half) in missed, (day, half) in late)
        for day in days
        for half in ("AM", "PM")
    ]


def lessons(days, missed=()):
    """Four lessons a day, a subject for each place."""
    subjects = ("Biology", "Chemistry", "Maths", "English")
    return [
        Chance(day, f"P{n + 1}", (day, f"P{n + 1}") in missed, subject=subjects[(n + day.weekday()) % 4])
        for day in days
        for n in range(4)
    ]


def test_mondays_are_a_pattern_and_the_sentence_gives_number_and_chance():
    days = school_days(12)
    mondays = [day for day in days if day.weekday() == 0][:7]
    found = find_patterns(sessions(days, [*mondays, days[3], days[22]]))
    assert (found.absences, found.strongest.key) == (9, "weekday-0")
    assert found.strongest.sentence == "7 of 9 absences were on a Monday."
    assert found.strongest.chance_words == (
        "Chance alone would show a pattern as strong as this to about 1 in 170 students with as many absences;"
        f" {found.looked_at} patterns were looked at."
    )


def test_the_chance_is_the_binomial_tail_times_the_patterns_looked_at():
    days = school_days(12)
    mondays = [day for day in days if day.weekday() == 0][:7]
    found = find_patterns(sessions(days, [*mondays, days[3], days[22]]))
    tail = sum(comb(9, k) * 0.2**k * 0.8 ** (9 - k) for k in range(7, 10))
    assert found.strongest.chance == pytest.approx(tail * found.looked_at)
    assert found.looked_at == 5 + 1 + 2 + 10  # weekdays, break, halves, halves by weekday; nobody was late


def test_weeks_of_illness_are_no_pattern():
    """Six whole weeks away: sixty sessions, twelve of them on a Monday, and nothing about Mondays."""
    days = school_days(20)
    ill = [day for week in (1, 4, 7, 10, 13, 16) for day in days[week * 5 : week * 5 + 5]]
    assert find_patterns(sessions(days, ill)).patterns == ()


def test_a_week_of_illness_does_not_hide_the_mondays_and_adds_nothing_to_them():
    days = school_days(14)
    mondays = [day for day in days if day.weekday() == 0][:7]
    week = days[60:65]
    without = find_patterns(sessions(days, [*mondays, days[3], days[22]]))
    with_it = find_patterns(sessions(days, [*mondays, days[3], days[22], *week]))
    assert with_it.strongest.sentence == "8 of 10 absences were on a Monday, 1 of them in a longer absence."
    assert with_it.strongest.chance == pytest.approx(without.strongest.chance)


def test_afternoons_are_told_from_whole_days():
    days = school_days(12)
    found = find_patterns(sessions(days, [(day, "PM") for day in days[4:52:4]]))
    assert [pattern.key for pattern in found.patterns] == ["period-PM"]
    assert found.strongest.words == "in the afternoon"
    assert find_patterns(sessions(days, days[3:52:4])).patterns == ()


def test_friday_afternoons():
    days = school_days(12)
    fridays = [(day, "PM") for day in days if day.weekday() == 4][:7]
    found = find_patterns(sessions(days, fridays))
    assert found.strongest.words in ("on a Friday", "on a Friday afternoon")
    assert found.strongest.number == 7


def test_a_subject_is_found_wherever_it_stands_in_the_day():
    days = school_days(8)
    maths = [(chance.date, chance.period) for chance in lessons(days) if chance.subject == "Maths"][::4]
    found = find_patterns(lessons(days, maths))
    assert found.strongest.sentence == f"{len(maths)} of {len(maths)} absences were in Maths."


def test_the_day_after_a_late_arrival():
    days = school_days(14)
    late = days[2:62:7]
    found = find_patterns(sessions(days, [days[days.index(day) + 1] for day in late], [(day, "AM") for day in late]))
    assert "after-late" in [pattern.key for pattern in found.patterns]


def test_edges_of_a_break():
    days = [day + timedelta(weeks=5 * block) for block in range(6) for day in school_days(3)]
    found = find_patterns(sessions(days, [days[n] for n in (14, 30, 44, 60, 74)]))
    assert found.strongest.words == "on the last day before a break or the first after it"


def test_few_absences_are_no_pattern_whatever_the_day():
    days = school_days(12)
    mondays = [day for day in days if day.weekday() == 0][:4]
    found = find_patterns(sessions(days, mondays))
    assert (found.patterns, found.why_none) == ((), "Too few absences to look for a pattern (4; it takes 5).")
    assert find_patterns([]).why_none == "Too few absences to look for a pattern (0; it takes 5)."


def test_the_same_absences_are_told_once():
    """All on Mondays, whole days: not also as Monday mornings and Monday afternoons."""
    days = school_days(12)
    found = find_patterns(sessions(days, [day for day in days if day.weekday() == 0][:8]))
    assert [pattern.key for pattern in found.patterns] == ["weekday-0"]


def test_a_stricter_level_names_fewer():
    days = school_days(12)
    mondays = [day for day in days if day.weekday() == 0][:7]
    marks = sessions(days, [*mondays, days[3], days[22]])
    assert find_patterns(marks, level=0.001).patterns == ()


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.05, "about 1 in 20"),
        (1 / 157, "about 1 in 150"),
        (1 / 3301, "about 1 in 3,300"),
        (1e-9, "fewer than 1 in 10,000"),
        (0.0, "fewer than 1 in 10,000"),
    ],
)
def test_chance_is_said_in_words(chance, words):
    assert odds(chance) == words


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.integers(1, 9))
@settings(max_examples=40)
def test_the_tail_is_what_going_through_every_case_gives(chances, number):
    total = 0.0
    for case in range(2 ** len(chances)):
        hits = [bool(case >> n & 1) for n in range(len(chances))]
        if sum(hits) >= number:
            share = 1.0
            for hit, chance in zip(hits, chances, strict=True):
                share *= chance if hit else 1 - chance
            total += share
    assert at_least(chances, number) == pytest.approx(total, abs=1e-9)


def test_drawing_without_replacement():
    assert drawn_at_least(10, 4, 3, 3) == pytest.approx(4 / 120)
    assert drawn_at_least(10, 4, 3, 0) == pytest.approx(1)


def random_student(chance, weeks, rate, spell, by_lesson):
    """Absences that begin anywhere, and last for a random while: nothing about days is in them."""
    marks = (lessons if by_lesson else sessions)(school_days(weeks))
    left, found = 0, []
    for mark in marks:
        if left == 0 and chance.random() < rate / spell:
            left = 1 + int(chance.expovariate(1 / spell)) if spell > 1 else 1
        late = left == 0 and chance.random() < 0.08
        found.append(mark._replace(missed=left > 0, late=late))
        left = max(left - 1, 0)
    return found


@given(
    seed=st.integers(0, 10**6),
    weeks=st.sampled_from([10, 24]),
    rate=st.sampled_from([0.04, 0.1, 0.2, 0.4]),
    spell=st.sampled_from([1, 2, 5]),
    by_lesson=st.booleans(),
)
@settings(max_examples=10, deadline=None, derandomize=True)
def test_random_absences_are_called_a_pattern_at_most_five_times_in_a_hundred(seed, weeks, rate, spell, by_lesson):
    chance = random.Random(seed)
    students = 100
    named = sum(
        bool(find_patterns(random_student(chance, weeks, rate, spell, by_lesson)).patterns) for _ in range(students)
    )
    assert named <= LEVEL * students
