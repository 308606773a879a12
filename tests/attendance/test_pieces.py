"""Windows of dates cut into whole weeks and odd days: every day of a window counts once, and no other day counts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attendance.queries.figures.pieces import DAY, WEEK, Span, cut_up

FRIDAY = date(2026, 11, 20)
DAYS = st.dates(date(2026, 8, 1), date(2026, 12, 1))
WINDOWS = st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=6)


def days(start: date, end: date) -> list[date]:
    """Every day between two dates, both in."""
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


@given(WINDOWS, DAYS)
def test_each_window_is_the_sum_of_its_pieces(windows: list[Span], today: date) -> None:
    pieces = cut_up(windows, today)
    for window, numbers in zip(windows, pieces.made_of, strict=True):
        counted = dict.fromkeys(days(*window), -1)
        for number in numbers:
            if number in pieces.weeks:
                first, last = pieces.weeks[number]
                held, sign = days(first, last + WEEK - DAY), 1
            else:
                start, end, taken_off = pieces.days[number]
                held, sign = days(start, end), -1 if taken_off else 1
            for day in held:
                counted[day] = counted.get(day, 0) + sign
        assert set(counted.values()) <= {0}


def test_the_present_week_comes_from_the_summary_and_windows_share_it() -> None:
    monday, six, year = date(2026, 11, 16), date(2026, 10, 12), date(2026, 9, 1)
    pieces = cut_up([(monday, FRIDAY), (six, FRIDAY), (year, FRIDAY)], FRIDAY)
    assert list(pieces.weeks.values()) == [
        (date(2026, 8, 31), date(2026, 10, 5)),
        (six, date(2026, 11, 9)),
        (monday, monday),
    ]
    assert list(pieces.days.values()) == [
        (date(2026, 11, 21), date(2026, 11, 22), True),
        (date(2026, 8, 31), date(2026, 8, 31), True),
    ]
    assert pieces.made_of == [[2, 3], [1, 2, 3], [0, 1, 2, 4, 3]]
    assert len(pieces.runs()) == 1
