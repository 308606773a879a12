"""Years that can be meant, and times that a clock showed: refused or kept as typed, never put right."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.forms.dates import BirthField, DayField, HourField, MomentField, moment_said
from core.plausible import CHILDHOOD, COMING, HAPPENED, USUAL, birth_fault

NOW = clock.at(date(2026, 11, 30), 14, 5)


class When(forms.Form):
    """A day and perhaps a time."""

    day = DayField()
    hour = HourField(required=False)


def refusal(field: forms.Field, typed: str) -> str:
    """What a field says to what was typed; nothing when it takes it."""
    try:
        field.clean(typed)
    except ValidationError as fault:
        return "; ".join(fault.messages)
    return ""


@pytest.fixture(autouse=True)
def afternoon():
    with clock.set_to(NOW):
        yield


def test_a_year_that_cannot_be_meant_is_refused_by_its_number() -> None:
    said = [refusal(DayField(), typed) for typed in ("0212-03-01", "1926-11-24", "2026-11-24", "9999-12-31")]
    span = "Choose a day from 30 Nov 2016 to 30 Nov 2031."
    assert said == [f"The year {year} can’t be meant here. {span}" for year in (212, 1926)] + [
        "", f"The year 9999 can’t be meant here. {span}"
    ]  # fmt: skip


def test_the_range_that_is_said_is_the_one_that_is_taken() -> None:
    """A field that takes nothing to come names today as the last day; one that takes nothing past, as the first."""
    happened, coming = DayField(years=HAPPENED), DayField(years=COMING)
    assert refusal(happened, "2036-11-30").endswith("Choose a day from 30 Nov 2016 to 30 Nov 2026.")
    assert refusal(happened, "2026-12-01") == "This day is still to come. Choose today or an earlier day."
    assert refusal(coming, "2016-11-30").endswith("Choose a day from 30 Nov 2026 to 30 Nov 2031.")
    assert refusal(coming, "2026-11-29") == "This day is past. Choose today or a later day."
    assert refusal(happened, "2026-11-30") == refusal(coming, "2026-11-30") == ""


def test_what_happened_to_a_student_may_be_long_ago_and_has_happened() -> None:
    field = DayField(years=CHILDHOOD)
    assert refusal(field, "2002-01-05") == refusal(field, "2026-11-30") == ""
    assert refusal(field, "2026-12-01") == "This day is still to come. Choose today or an earlier day."


def test_a_leap_day_has_its_span_too() -> None:
    with clock.set_to(date(2028, 2, 29)):
        assert (USUAL.first, USUAL.last) == (date(2018, 2, 28), date(2033, 2, 28))


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(212, 5, 5), "Someone born in 212 would be 1814 years old. Check the date of birth."),
        (date(1926, 11, 30), "Someone born in 1926 would be 100 years old. Check the date of birth."),
        (date(1926, 12, 1), ""),
        (date(2023, 11, 30), ""),
        (date(2025, 11, 30), "Someone born in 2025 would be 1 year old. Check the date of birth."),
        (date(2062, 5, 5), "This date of birth is still to come. Check the year."),
    ],
)
def test_a_student_is_from_3_to_99(born: date, words: str) -> None:
    assert birth_fault(born) == refusal(BirthField(), str(born)) == words


def test_an_hour_that_the_clocks_skip_is_refused_with_its_reason() -> None:
    words = (
        "There was no 01:30 on 29 March 2026: the clocks go forward from 01:00 to 02:00. Give the time that the clock"
        " showed."
    )
    assert refusal(MomentField(), "2026-03-29T01:30") == words
    form = When({"day": "2026-03-29", "hour": "01:30"})
    assert form.is_valid()
    assert moment_said(form, "day", "hour") is None
    assert form.errors == {"hour": [words]}


def test_an_hour_that_comes_twice_is_taken_as_typed() -> None:
    taken = MomentField().clean("2026-10-25T01:30")
    assert taken == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert f"{clock.local(taken):%H:%M}" == "01:30"
    assert clock.shown(date(2026, 10, 25), time(1, 30)) == taken


def test_a_time_still_to_come_today_is_refused_and_not_moved() -> None:
    form = When({"day": "2026-11-30", "hour": "23:50"})
    assert form.is_valid()
    assert moment_said(form, "day", "hour") is None
    assert form.errors == {"hour": ["This time is still to come. Give the time at which it happened."]}


def test_a_day_without_a_time_has_no_moment() -> None:
    form = When({"day": "2026-11-30", "hour": ""})
    assert form.is_valid()
    assert moment_said(form, "day", "hour") is None
    assert not form.errors


@pytest.mark.parametrize("typed", ["25 o'clock", "2026-02-30T10:00", "0000-01-01T10:00"])
def test_what_is_no_time_is_said_to_be_none(typed: str) -> None:
    assert refusal(MomentField(), typed) == "Give a day and a time, for example 2026-11-30 14:30."


def test_a_baby_born_since_the_year_began_is_too_young_and_not_still_to_come() -> None:
    born = clock.today() - timedelta(days=1)
    words = f"Someone born in {born.year} would be 0 years old. Check the date of birth."
    assert birth_fault(born, on=born - timedelta(days=60)) == words
