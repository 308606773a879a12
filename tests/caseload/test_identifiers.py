"""UPN and ULN: the published cases, and what holds for every number."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from caseload.identifiers import UPN_ALPHABET, uln_check_digit, uln_problem, upn_check_letter, upn_problem

VECTORS = Path(settings.BASE_DIR).parent / "shared" / "data" / "id-vectors"
digits = st.text("0123456789", min_size=11, max_size=11)


def cases(name: str) -> list[dict[str, object]]:
    file = VECTORS / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published cases are not beside this checkout")
def test_published_upns() -> None:
    for case in cases("upn_cases.json"):
        problem = upn_problem(str(case["upn"]))
        if not case["format_ok"]:
            assert problem.startswith("Not a UPN") or not case["upn"], case
        else:
            assert (problem == "") == case["check_letter_ok"], case


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published cases are not beside this checkout")
def test_published_ulns() -> None:
    for case in cases("uln_cases.json"):
        uln, problem = str(case["uln"]), uln_problem(str(case["uln"]))
        if uln == "9999999999":
            assert problem == "", "not known yet is no fault"
        elif uln.startswith("0"):
            assert problem.startswith("Not a ULN"), "the ILR wants no leading nought"
        elif not case["format_ok"]:
            assert problem.startswith("Not a ULN") or not uln, case
        else:
            assert (problem == "") == case["check_digit_ok"], case


@pytest.mark.parametrize(
    "upn",
    [
        "H801200001001",
        "R674123101121",
        "J823432113001",
        "N999199900001",
        "A823999920001",
        "Z30142330500A",
        "R67412310112B",
    ],
)
def test_good_upns_have_no_problem(upn: str) -> None:
    assert upn_problem(upn) == ""


def test_a_wrong_check_letter_says_which_is_called_for() -> None:
    assert upn_problem("A823432113001") == "Check letter is A; these digits call for J."


@pytest.mark.parametrize("uln", ["9000004402", "1234567899", "1042156874", "1000000027", "2020202025", "1111111110"])
def test_good_ulns_have_no_problem(uln: str) -> None:
    assert uln_problem(uln) == ""


def test_no_uln_has_a_remainder_of_nought() -> None:
    assert uln_check_digit("987654321") is None
    assert uln_problem("9876543210") == "No ULN has these first nine digits."


@given(digits, st.sampled_from("0123456789" + UPN_ALPHABET))
def test_a_upn_made_with_its_own_letter_is_good(middle: str, last: str) -> None:
    upn = upn_check_letter("?" + middle + last) + middle + last
    assert upn_problem(upn) == ""


@given(digits, st.integers(0, 22))
def test_any_other_letter_on_a_permanent_upn_is_told(middle: str, place: int) -> None:
    right = upn_check_letter("?" + middle + "0")
    letter = UPN_ALPHABET[place]
    assert (upn_problem(letter + middle + "0") == "") == (letter == right)


@given(digits, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_in_a_permanent_upn_is_always_told(middle: str, place: int, by: int) -> None:
    # 23 is a prime greater than every weight times nine can hide, so a single wrong digit never slips through.
    upn = upn_check_letter("?" + middle + "1") + middle + "1"
    wrong = upn[: place + 1] + str((int(upn[place + 1]) + by) % 10) + upn[place + 2 :]
    assert upn_problem(wrong) != ""


@given(st.integers(100_000_000, 999_999_999))
def test_a_uln_made_with_its_own_digit_is_good_and_no_other_digit_is(first: int) -> None:
    right = uln_check_digit(str(first))
    good = [f"{first}{digit}" for digit in range(10) if uln_problem(f"{first}{digit}") == ""]
    assert [uln for uln in good if uln != "9999999999"] == ([] if right is None else [f"{first}{right}"])


@given(st.text(max_size=30))
def test_nothing_that_is_typed_breaks_the_checks(text: str) -> None:
    assert isinstance(upn_problem(text), str)
    assert isinstance(uln_problem(text), str)
