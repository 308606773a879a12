"""UPN and ULN: their check letters and digits (facts 3.1 and 3.2). Bad ones are kept and flagged, never refused."""

import re

UPN_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
_ULN = re.compile(r"[1-9][0-9]{9}")
ULN_NOT_KNOWN = "9999999999"


def upn_check_letter(upn: str) -> str:
    """The letter that places 2 to 13 of a UPN call for: weights 2 to 13, sum modulo 23 (facts 3.1)."""
    values = (int(place) if place.isdigit() else UPN_ALPHABET.index(place) for place in upn[1:13])
    return UPN_ALPHABET[sum(weight * value for weight, value in enumerate(values, start=2)) % 23]


def upn_problem(upn: str) -> str:
    """What is wrong with a UPN, in a sentence; empty when nothing is, or when there is none."""
    if not upn:
        return ""
    if not _UPN.fullmatch(upn):
        return "Not a UPN: it has a letter, eleven digits, and a digit or letter (never I, O or S)."
    wanted = upn_check_letter(upn)
    if upn[0] == wanted:
        return ""
    # Sources disagree whether a temporary UPN's last letter counts (facts 3.1), so say so and do not insist.
    if upn[-1].isalpha() and upn[0] == upn_check_letter(upn[:-1] + "0"):
        return ""
    return f"Check letter is {upn[0]}; these digits call for {wanted}."


def uln_check_digit(first_nine: str) -> int | None:
    """The tenth digit for nine digits: weights 10 to 2, modulo 11; None where no ULN has these digits (facts 3.2)."""
    remainder = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)) % 11
    return None if remainder == 0 else 10 - remainder


def uln_problem(uln: str) -> str:
    """What is wrong with a ULN, in a sentence; empty when nothing is, or when it is not known yet."""
    if not uln or uln == ULN_NOT_KNOWN:
        return ""
    if not _ULN.fullmatch(uln):
        return "Not a ULN: it has ten digits and does not start with 0."
    wanted = uln_check_digit(uln[:9])
    if wanted is None:
        return "No ULN has these first nine digits."
    return "" if int(uln[9]) == wanted else f"Check digit is {uln[9]}; these digits call for {wanted}."
