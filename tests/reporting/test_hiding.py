"""What leaves the college names no small group, and lets none be worked out from what is shown."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.choices import SMALL
from reporting.queries.hiding import hide_count, hide_pair, hide_parts, hide_small, hide_total

PARTS = ("below", "on", "above")
quick = settings(max_examples=120, deadline=None)
groups = st.lists(
    st.integers(1, 30).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), min_size=1, max_size=8
)
subjects = st.lists(st.tuples(*[st.integers(0, 12)] * 3).filter(any), min_size=1, max_size=6)


def table(values: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"name": str(at), "size": size, "count": n, "share": f"{n}%"} for at, (size, n) in enumerate(values)]


def hidden(values: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return hide_small(table(values), size="size", counts=["count"], derived={"count": ["share"]})


def test_a_group_under_five_goes_and_the_smallest_shown_one_with_it() -> None:
    rows = hidden([(4, 0), (8, 0), (30, 6)])
    assert [row["size"] for row in rows] == [None, None, 30]
    assert [row["name"] for row in rows] == ["0", "1", "2"]
    assert (rows[0]["count"], rows[0]["share"]) == (None, None)


def test_two_small_groups_that_make_five_are_enough() -> None:
    assert [row["size"] for row in hidden([(2, 0), (3, 0), (30, 6)])] == [None, None, 30]
    assert [row["size"] for row in hidden([(2, 0), (2, 0), (9, 0), (30, 6)])] == [None, None, None, 30]


def test_a_small_count_goes_with_its_share_and_the_size_stays() -> None:
    rows = hidden([(20, 2), (20, 0), (20, 7), (20, 9)])
    assert [row["size"] for row in rows] == [20, 20, 20, 20]
    assert [row["count"] for row in rows] == [None, 0, None, 9]
    assert [row["share"] for row in rows] == [None, "0%", None, "9%"]


def test_the_total_does_not_tell_what_hidden_groups_have_between_them() -> None:
    # Sizes 2 and 3 are hidden; of the total 19 the shown 18 would leave 1 for a group of five.
    rows = hidden([(2, 1), (3, 0), (20, 6), (20, 12)])
    assert [row["count"] for row in rows] == [None, None, None, 12]


def test_nothing_small_is_nothing_hidden() -> None:
    assert hidden([(5, 5), (6, 0)]) == table([(5, 5), (6, 0)])


@given(groups)
@quick
def test_no_hidden_cell_can_be_worked_out(values: list[tuple[int, int]]) -> None:
    rows = hidden(values)
    for at, field, small in ((0, "size", lambda n: n < SMALL), (1, "count", lambda n: 0 < n < SMALL)):
        gone = [value[at] for value, row in zip(values, rows, strict=True) if row[field] is None]
        shown = [row[field] for row in rows if row[field] is not None]
        assert not [number for number in shown if small(number)]
        # What a reader has: the total less what is shown. Only when nothing is left to take may it be small.
        together = sum(value[at] for value in values) - sum(shown)
        assert together == sum(gone)
        if gone and any(shown):
            assert together == 0 or (together >= SMALL and len(gone) >= 2)
        if together:
            # Another way of sharing it out fits as well, for every hidden cell of a small group.
            assert len(gone) >= 2 or not any(shown)
    for row in rows:
        assert (row["count"] is None) == (row["share"] is None)
        assert row["size"] is not None or row["count"] is None


def points(values: list[tuple[int, ...]]) -> list[dict[str, Any]]:
    return [{"name": str(at), "compared": sum(v), **dict(zip(PARTS, v, strict=True))} for at, v in enumerate(values)]


def ways(sizes: list[int], totals: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
    """Every table with these sizes of rows and these totals of columns."""
    if not sizes:
        return [[]] if not any(totals) else []
    first, *rest = sizes
    found = []
    for below in range(min(first, totals[0]) + 1):
        for on in range(min(first - below, totals[1]) + 1):
            row = (below, on, first - below - on)
            if row[2] <= totals[2]:
                left = tuple(total - part for total, part in zip(totals, row, strict=True))
                found += [[row, *more] for more in ways(rest, left)]
    return found


def test_a_count_that_is_size_less_the_others_goes_with_them() -> None:
    rows = hide_parts(points([(2, 10, 8), (6, 7, 9), (20, 20, 20)]), size="compared", parts=PARTS)
    assert [[row[part] for part in PARTS] for row in rows] == [[None] * 3, [None] * 3, [20, 20, 20]]
    assert [row["compared"] for row in rows] == [20, 22, 60]


@given(subjects)
@quick
def test_no_hidden_part_of_a_subject_can_be_worked_out(values: list[tuple[int, ...]]) -> None:
    rows = hide_parts(points(values), size="compared", parts=PARTS)
    gone = [at for at, row in enumerate(rows) if row["below"] is None]
    assert not [row for row in rows if row["below"] is not None and any(0 < row[part] < SMALL for part in PARTS)]
    shown = len(rows) - len(gone)
    sized = [at for at in gone if rows[at]["compared"] is not None]
    if not gone or not shown or len(gone) != len(sized) or len(gone) > 2:
        return
    # Two subjects hidden, their sizes known, and the totals: more than one table must fit for each small count.
    sums = tuple(sum(values[at][part] for at in gone) for part in range(3))
    possible = ways([sum(values[at]) for at in gone], sums)
    for place, at in enumerate(gone):
        for part in range(3):
            if 0 < values[at][part] < SMALL:
                assert len({table[place][part] for table in possible}) > 1


def test_the_last_row_hides_its_parts_together() -> None:
    total = {"name": "All", "compared": 40, "below": 3, "on": 30, "above": 7}
    assert hide_total(total, PARTS) == total | dict.fromkeys(PARTS)
    assert hide_total(total | {"below": 5}, PARTS) == total | {"below": 5}


def test_both_sides_of_a_comparison_go_when_either_is_small() -> None:
    rows = [{"name": "Girls", "in": 4, "out": 30, "gap": "1"}, {"name": "Boys", "in": 12, "out": 9, "gap": "2"}]
    assert hide_pair(rows, ("in", "out")) == [{"name": "Girls", "in": None, "out": None, "gap": None}, rows[1]]


def test_a_count_alone_goes_when_it_or_the_rest_is_small() -> None:
    assert [hide_count(n, 10) for n in (0, 1, 4, 5, 6, 9, 10)] == [0, None, None, 5, None, None, 10]
