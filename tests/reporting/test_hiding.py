"""What leaves the college names no small group, and lets none be worked out from what is shown."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.choices import SMALL
from reporting.queries.hiding import HIDDEN, UNDER, about, part, rate, share
from reporting.queries.printed import Printed
from tests.reporting.solving import follows

quick = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize(
    ("count", "said"), [(0, UNDER), (4, UNDER), (5, "5"), (7, "5"), (8, "10"), (72, "70"), (1188, "1,190")]
)
def test_a_number_is_to_the_nearest_five_and_under_five_no_number(count: int, said: str) -> None:
    assert about(count) == said


@pytest.mark.parametrize(
    ("count", "of", "said", "per_cent"),
    [(3, 20, UNDER, "–"), (6, 24, "5", "20\u202f%"), (22, 24, HIDDEN, "–"), (24, 24, HIDDEN, "–")],
)
def test_a_part_tells_neither_of_a_few_nor_of_the_few_others(
    count: int, of: int, said: str | None, per_cent: str
) -> None:
    assert (part(count, of), share(count, of)) == (said, per_cent)


def test_girls_and_boys_are_not_both_printed_where_two_students_are_neither() -> None:
    """As in one table: 72 girls, 69 others; 67 boys, 74 others; the two who are neither would follow."""
    year = set(range(141))
    girls, boys = set(range(72)), set(range(72, 139))
    printed = Printed(year, [girls, boys])
    assert (printed.add(girls), printed.add(boys)) == (True, False)


def test_a_group_of_all_but_two_is_not_printed() -> None:
    printed = Printed(set(range(30)), [set(range(28)), set(range(25))])
    assert (printed.add(set(range(28))), printed.add(set(range(25)))) == (False, True)


def test_two_tables_are_solved_together() -> None:
    """Tutor groups that make up a year but for three students tell of those three, once the year is printed."""
    everybody = set(range(60))
    year, one, other = set(range(30)), set(range(14)), set(range(14, 27))
    printed = Printed(everybody, [year, one, other])
    assert [printed.add(group) for group in (year, one, other)] == [True, True, False]


memberships = st.lists(st.tuples(*[st.booleans()] * 5), min_size=5, max_size=40)


@given(memberships)
@quick
def test_no_set_of_one_to_four_follows_from_what_is_printed(students: list[tuple[bool, ...]]) -> None:
    """Solved in another way, by fractions, for every set of one to four students there is."""
    everybody = set(range(len(students)))
    groups = [{at for at in everybody if students[at][one]} for one in range(5)]
    printed = Printed(everybody, groups)
    shown = [everybody, *(group for group in groups if printed.add(group))]
    few = [set(some) for number in range(1, SMALL) for some in combinations(sorted(everybody)[:12], number)]
    assert not [some for some in few if follows(some, shown, everybody)]


@given(memberships)
@quick
def test_what_gives_nobody_away_is_printed(students: list[tuple[bool, ...]]) -> None:
    everybody = set(range(min(len(students), 9)))
    group = {at for at in everybody if students[at][0]}
    gives_away = any(
        follows(set(some), [everybody, group], everybody)
        for number in range(1, SMALL)
        for some in combinations(sorted(everybody), number)
    )
    assert Printed(everybody, [group]).add(group) is (not gives_away)


@pytest.mark.parametrize(
    ("part_of", "whole", "students", "said"),
    [
        (915, 1000, 60, "92\u202f%"),  # half up, in whole per cent
        (915, 1000, 100, "91.5\u202f%"),
        (1, 1000, 60, "under 1\u202f%"),
        (999, 1000, 60, "over 99\u202f%"),
        (0, 1000, 60, "0\u202f%"),
        (1000, 1000, 60, "100\u202f%"),
        (0, 0, 60, "–"),
    ],
)
def test_a_rate_of_fewer_than_a_hundred_is_in_whole_per_cent(
    part_of: int, whole: int, students: int, said: str
) -> None:
    assert rate(part_of, whole, students) == said
