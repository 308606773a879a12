"""The arithmetic of facts 1.5 and the worked examples of facts 1.6, then the DfE's own figures through the same functions."""

import csv
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.arithmetic import Totals, decimal, sum_of, totals_of, written
from attendance.calculation import calculate
from attendance.choices import StatClass
from attendance.codes import Code, CodeSet, code_set
from attendance.dfe import COLUMNS, compare, counts_of_row, misclassified, totals_of_row

DFE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "dfe-attendance-2024-25" / "EES_ytd_2024-25.csv"
needs_dfe = pytest.mark.skipif(not DFE.exists(), reason="the DfE file is beside the project only where it is developed")

A = {"/": 40, "\\": 38, "L": 4, "V": 3, "W": 1, "B": 2, "I": 4, "M": 1, "C": 2, "U": 1, "O": 1, "Y2": 2, "D": 1}
EXAMPLES = {
    "A": (A, 97, 88, "90.72", "9.28", False, False),
    "B": (A | {"/": 39, "I": 5}, 97, 87, "89.69", "10.31", True, False),
    "C": ({"/": 27, "\\": 27, "I": 6}, 60, 54, "90.00", "10.00", True, False),
    "D": ({"/": 10, "\\": 10, "C2": 20}, 40, 20, "50.00", "50.00", True, True),
    "E": ({"Y4": 10, "#": 4, "Z": 2}, 0, 0, None, None, False, False),
    "F": ({"/": 5, "\\": 4, "U": 1}, 10, 9, "90.00", "10.00", True, False),
}


def _law():
    """The national codes as the migration loads them."""
    path = Path(__file__).resolve().parents[2] / "attendance" / "migrations" / "0002_codes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            if row["series"] == "session":
                dates = [date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")]
                yield Code(
                    number, "session", None, row["code"], row["short"], row["meaning"], row["stat_class"],
                    row["is_late"] == "1", row["set_by"], *dates,
                )  # fmt: skip


LAW = CodeSet(_law())
CODES = {code.code: code for code in LAW.codes if code.valid_to is None}


def totals(counts):
    return totals_of((CODES[code], number) for code, number in counts.items())


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples_of_the_facts(name):
    counts, possible, attended, attendance, absence, persistent, severe = EXAMPLES[name]
    found = totals(counts)
    places = [None if share is None else str(decimal(share, 2)) for share in (found.attendance, found.absence)]
    assert (found.possible, found.attended, *places) == (possible, attended, attendance, absence)
    assert (found.is_persistent, found.is_severe) == (persistent, severe)


def test_parts_of_example_a():
    found = totals(A)
    assert (found.present, found.approved, found.authorised, found.unauthorised, found.not_possible) == (82, 6, 7, 2, 3)
    assert (found.late, found.late_after_close) == (4, 1)


def test_thirty_four_codes_are_in_force_and_each_has_its_class():
    assert len(CODES) == 34
    by_class = {}
    for code in CODES.values():
        by_class.setdefault(code.stat_class, set()).add(code.code)
    assert by_class == {
        "P": {"/", "\\", "L"},
        "AEA": set("KVPWB"),
        "AA": {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"},
        "UA": set("GNOU"),
        "NP": {"D", "Q", "X"} | {f"Y{n}" for n in range(1, 8)},
        "ADM": {"Z", "#"},
    }


@pytest.mark.parametrize(("absences", "persistent"), [(38, True), (37, False)])
def test_a_tenth_of_the_year_is_persistent_and_one_less_is_not(absences, persistent):
    assert totals({"/": 380 - absences, "I": absences}).is_persistent is persistent


@pytest.mark.parametrize(
    ("attended", "of", "said"),
    [
        (9, 10, "90.0\u202f%"),
        (8996, 10_000, "89.96\u202f% (below 90)"),
        (89_999, 100_000, "89.99\u202f% (below 90)"),
        (90_001, 100_000, "90.01\u202f% (above 90)"),
        (903, 1000, "90.3\u202f%"),
        (896, 1000, "89.6\u202f%"),
        (1201, 2400, "50.04\u202f% (above 50)"),
        (2399, 2400, "99.96\u202f% (below 100)"),
        (999_999, 1_000_000, "99.99\u202f% (below 100)"),
        (2400, 2400, "100.0\u202f%"),
        (1, 2400, "0.04\u202f% (above 0)"),
        (0, 2400, "0.0\u202f%"),
    ],
)
def test_a_share_has_a_second_place_only_where_it_would_be_misread_and_says_why(attended, of, said):
    assert Totals(present=attended, unauthorised=of - attended).percent == said


def test_what_is_no_attendance_has_no_thresholds():
    found = Totals(present=10_000, late=1_004)
    assert (found.on_time_percent, found.late_percent) == ("90.0\u202f%", "10.0\u202f%")
    assert Totals(present=2400, late=1).late_percent == "0.04\u202f% (above 0)"


def test_a_share_is_written_with_one_place():
    assert (written(Fraction(90)), written(Fraction(914, 10)), written(None)) == ("90.0\u202f%", "91.4\u202f%", "–")


def test_blanks_are_shown_and_never_counted():
    found = totals_of([(CODES["/"], 9), (None, 5), (CODES["I"], 1)])
    assert (found.possible, found.unmarked, found.words) == (10, 5, "90.0\u202f% · 9 of 10 sessions")


def test_sessions_and_lessons_are_never_added_together():
    with pytest.raises(ValueError, match="two series"):
        Totals(present=1, series="session") + Totals(present=1, series="lesson")


def test_a_group_is_summed_before_it_is_divided():
    few, many = totals({"I": 2}), totals({"/": 98})
    assert sum_of([few, many]).attendance == 98


marks = st.dictionaries(st.sampled_from(sorted(CODES)), st.integers(0, 400))


@given(marks, marks)
def test_adding_up_is_the_same_before_and_after(one, other):
    both = {code: one.get(code, 0) + other.get(code, 0) for code in one.keys() | other.keys()}
    assert totals(one) + totals(other) == totals(both)


@given(marks)
def test_attended_and_absent_make_up_what_was_possible(counts):
    found = totals(counts)
    assert found.attended + found.absent == found.possible
    assert found.is_persistent or not found.is_severe
    if found.possible:
        assert found.attendance + found.absence == 100


def test_j_counts_as_attended_before_the_change_of_law_and_j1_as_absent_after():
    rows = [("s", "2024-06-03", "AM", "J"), ("s", "2024-09-09", "AM", "J1"), ("s", "2024-09-10", "AM", "J")]
    named = [{"student": s, "date": d, "session": h, "code": c} for s, d, h, c in rows]
    found = calculate(enumerate(named, 2), LAW)
    assert (found.total.approved, found.total.authorised) == (1, 1)
    assert [str(problem) for problem in found.problems] == [
        "line 4, code “J”: J went out of use after 18 August 2024. Use J1."
    ]


def test_rows_that_can_not_be_read_are_reported_with_their_line_and_left_out():
    rows = [
        {"student": "a", "date": "2026-09-09", "session": "AM", "code": "/"},
        {"student": "a", "date": "2026-09-09", "session": "AM", "code": "I"},
        {"student": "", "date": "2026-09-09", "session": "AM", "code": "/"},
        {"student": "a", "date": "9 Sept", "session": "AM", "code": "/"},
        {"student": "a", "date": "2026-09-09", "session": "EVE", "code": "/"},
        {"student": "a", "date": "2026-09-09", "session": "PM", "code": "QQ"},
        {"student": "a", "date": "2026-09-10", "session": "PM", "code": "\\"},
        {"student": "a", "date": "2026-09-10", "session": "AM", "code": "-"},
    ]
    found = calculate(enumerate(rows, 2), LAW)
    assert [str(problem) for problem in found.problems] == [
        "line 3, session “2026-09-09 AM”: a second mark for this student and session",
        "line 4, student “”: no student",
        "line 5, date “9 Sept”: no date; write 2026-11-20",
        "line 6, session “EVE”: no session; write AM or PM",
        "line 7, code “QQ”: there is no such code",
    ]
    assert (found.total.possible, found.total.unmarked) == (2, 1)


def rows_of_dfe():
    with DFE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_published(row):
    """A row's totals with the few authorised sessions that the file shows under no code."""
    totals = totals_of_row(row, LAW)
    return totals._replace(authorised=totals.authorised + counts_of_row(row, LAW).unexplained)


@needs_dfe
def test_dfe_figures_come_out_of_the_same_functions():
    found = compare(rows_of_dfe(), LAW)
    assert (len(found.rows), found.holds, found.misclassified) == (481, True, ())
    assert found.beyond < Fraction(1, 10**6)
    # What the file itself leaves unexplained: 902 in all of England, the largest share in Rochdale.
    assert (len(found.apart), max(row.unexplained for row in found.rows)) == (46, 902)
    assert Fraction(71, 10**4) < found.largest < Fraction(72, 10**4)


@pytest.mark.parametrize("symbol", sorted(COLUMNS))
def test_a_code_in_another_class_is_found_out_with_or_without_the_file(symbol):
    """Every code of the file put into each other class, whether or not anything else would show it."""
    there = LAW.ever(symbol)
    for stat_class in set(StatClass) - {there.stat_class}:
        codes = CodeSet([replace(code, stat_class=stat_class) if code is there else code for code in LAW.codes])
        assert [words.split(" ")[0] for words in misclassified(codes)] == [symbol]


@needs_dfe
@pytest.mark.parametrize(("symbol", "stat_class"), [("I", "ADM"), ("C", "ADM"), ("J1", "NP"), ("C1", "NP"), ("B", "P")])
def test_the_counts_of_the_file_alone_find_it_out_too(symbol, stat_class):
    there = LAW.ever(symbol)
    codes = CodeSet([replace(code, stat_class=stat_class) if code is there else code for code in LAW.codes])
    found = compare(rows_of_dfe(), codes)
    assert not all(row.holds for row in found.rows)


@needs_dfe
def test_leeds_secondary_as_the_source_says():
    row = next(r for r in rows_of_dfe() if r["la_name"] == "Leeds" and r["education_phase"] == "Secondary")
    leeds = as_published(row)
    assert (leeds.present, leeds.attended, leeds.possible) == (15_543_391, 15_783_173, 17_332_222)
    assert (str(decimal(leeds.attendance, 4)), str(decimal(leeds.absence, 4))) == ("91.0626", "8.9374")


@needs_dfe
@pytest.mark.parametrize(
    ("phase", "attendance"), [("Primary", "94.7527"), ("Secondary", "91.4055"), ("Special", "87.1177")]
)
def test_england_as_the_source_says(phase, attendance):
    row = next(r for r in rows_of_dfe() if r["geographic_level"] == "National" and r["education_phase"] == phase)
    assert str(decimal(as_published(row).attendance, 4)) == attendance


@needs_dfe
def test_authorities_under_ninety_per_cent_in_secondary():
    rows = [
        r for r in rows_of_dfe() if r["geographic_level"] == "Local authority" and r["education_phase"] == "Secondary"
    ]
    shares = {r["la_name"]: totals_of_row(r, LAW) for r in rows if r["possible_sessions"] != "c"}
    assert sum(1 for totals in shares.values() if totals.is_persistent and totals.attendance < 90) == 13
    lowest = min(shares, key=lambda name: shares[name].attendance)
    highest = max(shares, key=lambda name: shares[name].attendance)
    assert (lowest, highest) == ("Brighton and Hove", "Trafford")


def test_every_column_of_the_dfe_file_has_a_code_of_the_law():
    assert set(COLUMNS) <= {code.code for code in LAW.codes}


def test_the_database_holds_the_codes_of_the_law(db):
    held = [(c.code, c.stat_class, c.is_late, c.valid_from, c.valid_to) for c in code_set("session").codes]
    assert held == [(c.code, c.stat_class, c.is_late, c.valid_from, c.valid_to) for c in LAW.codes]


@pytest.mark.parametrize(
    ("late", "after", "share", "of"),
    [
        (0, 0, "0.0\u202f%", "0 of 20 sessions they came to"),
        (3, 0, "15.0\u202f%", "3 of 20 sessions they came to"),
        (3, 5, "32.0\u202f%", "8 of 25 sessions they came to, 5 of them after the register closed"),
        (0, 1, "4.8\u202f%", "1 of 21 sessions they came to, after the register closed"),
    ],
)
def test_late_counts_whoever_came_late_of_the_sessions_they_came_to(late: int, after: int, share: str, of: str) -> None:
    found = Totals(present=18, approved=2, late=late, late_after_close=after, unauthorised=after + 4)
    assert (found.late_percent, found.late_of) == (share, of)
    assert (found.lateness or 0) + (found.punctuality or 0) == 100
