"""Dates, figures and names as they are written everywhere."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core import clock, wording


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.set_to(date(2026, 11, 20)):
        yield


def test_a_day_has_its_weekday_and_no_year_when_it_is_this_one() -> None:
    assert wording.day(date(2026, 11, 20)) == "Fri 20 Nov"


def test_a_day_of_another_year_says_which() -> None:
    assert wording.day(date(2025, 9, 1)) == "Mon 1 Sep 2025"


def test_a_moment_is_read_from_the_clock_on_the_wall() -> None:
    # 23:30 UTC in July is half past midnight on the next day in London.
    assert wording.day(datetime(2026, 7, 9, 23, 30, tzinfo=UTC)) == "Fri 10 Jul"
    assert wording.time_of_day(datetime(2026, 7, 9, 23, 30, tzinfo=UTC)) == "00:30"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 11, 20, 14, 5, tzinfo=UTC), "today 14:05"),
        (datetime(2026, 11, 19, 14, 5, tzinfo=UTC), "yesterday 14:05"),
        (datetime(2026, 11, 2, 9, 0, tzinfo=UTC), "Mon 2 Nov, 09:00"),
    ],
)
def test_moments(when: datetime, words: str) -> None:
    assert wording.moment(when) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (date(2026, 11, 20), "today"),
        (date(2026, 11, 19), "yesterday"),
        (date(2026, 11, 21), "tomorrow"),
        (date(2026, 11, 7), "13 days ago"),
        (date(2026, 11, 6), "2 weeks ago"),
        (date(2026, 8, 1), "3 months ago"),
        (date(2026, 11, 23), "in 3 days"),
        (None, "never"),
    ],
)
def test_how_long_ago(when: date | None, words: str) -> None:
    assert wording.ago(when) == words


@pytest.mark.parametrize(
    ("figure", "places", "words"),
    [
        (Decimal("91.35"), 1, "91.4\u202f%"),
        (Decimal("89.95"), 2, "89.95\u202f%"),
        (Decimal("99.96"), 1, "99.96\u202f% (below 100)"),
        (0.04, 1, "0.04\u202f% (above 0)"),
        (99.6, 0, "99.6\u202f% (below 100)"),
        (100, 0, "100\u202f%"),
        (100, 1, "100.0\u202f%"),
        (0, 0, "0\u202f%"),
        (None, 1, "–"),
    ],
)
def test_percentages(figure: Decimal | int | None, places: int, words: str) -> None:
    assert wording.percent(figure, places) == words


def test_a_percentage_of_nothing_counted_is_a_dash() -> None:
    assert wording.percent_of(0, 0) == "–"
    assert wording.percent_of(412, 451) == "91.4\u202f%"


@pytest.mark.parametrize(
    ("figure", "words"),
    [(1.24, "+1.2 points"), (-3.4, "−3.4 points"), (0.04, "no change"), (-0.04, "no change"), (None, "–")],
)
def test_changes_carry_a_true_minus_sign(figure: float | None, words: str) -> None:
    assert wording.change(figure, "points") == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Łukasz Čapek", "ŁČ"), ("Siân O’Neill-Fitzgerald", "SF"), ("Bo", "B"), ("(none)", "?"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters
