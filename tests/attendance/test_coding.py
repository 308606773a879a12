"""The rules of facts 1.4 on which code may stand where, at their edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.codes import code_set
from attendance.coding import (
    MarkPosition,
    compulsory_from,
    compulsory_until,
    last_friday_in_june,
    of_compulsory_school_age,
    why_not,
)

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("born", "begins"),
    [
        (date(2021, 9, 1), date(2026, 12, 31)),
        (date(2021, 12, 31), date(2026, 12, 31)),
        (date(2022, 1, 1), date(2027, 3, 31)),
        (date(2022, 4, 1), date(2027, 8, 31)),
        (date(2020, 2, 29), date(2025, 3, 31)),
    ],
)
def test_compulsory_age_begins_on_the_prescribed_day_after_the_fifth_birthday(born, begins):
    assert compulsory_from(born) == begins


@pytest.mark.parametrize(
    ("born", "ends"), [(date(2010, 9, 1), date(2027, 6, 25)), (date(2010, 8, 31), date(2026, 6, 26))]
)
def test_compulsory_age_ends_on_the_last_friday_in_june_of_the_year_of_sixteen(born, ends):
    assert compulsory_until(born) == ends
    assert of_compulsory_school_age(born, ends)
    assert not of_compulsory_school_age(born, ends + timedelta(days=1))


@given(st.integers(2000, 2100))
def test_the_last_friday_in_june_is_one(year):
    day = last_friday_in_june(year)
    assert (day.weekday(), day.month, (day + timedelta(days=7)).month) == (4, 6, 7)


def place(**more):
    return MarkPosition(**({"series": "session", "date": DAY, "slot": 1, "born": date(2012, 1, 1)} | more))


@pytest.mark.parametrize(
    ("code", "where", "allowed"),
    [
        ("/", {}, True),
        ("/", {"slot": 2}, False),
        ("\\", {"slot": 2}, True),
        ("\\", {}, False),
        ("X", {}, False),
        ("X", {"born": None}, False),
        ("X", {"born": date(2009, 10, 1)}, True),
        ("C2", {}, True),
        ("C2", {"born": None}, True),
        ("C2", {"born": date(2009, 10, 1)}, False),
        ("Y4", {}, True),
        ("Y4", {"planned_closure": True}, False),
        ("#", {"planned_closure": True}, True),
        ("#", {}, False),
        ("Z", {}, False),
        ("Z", {"on_roll": False}, True),
        ("C1", {"date": date(2024, 8, 18)}, False),
        ("C1", {"date": date(2024, 8, 19)}, True),
        ("H", {"date": date(2024, 8, 18)}, True),
        ("H", {"date": date(2024, 8, 19)}, False),
    ],
)
def test_where_a_code_may_stand(db, code, where, allowed):
    found = code_set("session").ever(code)
    assert (why_not(found, place(**where)) is None) is allowed


@pytest.mark.parametrize(("minutes", "allowed"), [(0, True), (30, True), (31, False), (-1, False)])
def test_late_is_late_while_the_register_is_open(db, minutes, allowed):
    assert (why_not(code_set("session").on("L", DAY), place(), minutes) is None) is allowed
    assert why_not(code_set("lesson").on("L", DAY), place(series="lesson"), 45) is None
