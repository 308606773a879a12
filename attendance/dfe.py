"""The Department for Education's own figures, put through our arithmetic and held against its percentages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from attendance.arithmetic import Totals, totals_of
from attendance.codes import Code, CodeSet

PHASES = frozenset({"Primary", "Secondary", "Special"})
SUPPRESSED = "c"
TOLERANCE = Fraction(5, 10**5)
# The file's columns of session counts, by code.
COLUMNS = {
    "/": "reason_present_am",
    "\\": "reason_present_pm",
    "L": "reason_l_present_late_before_registers_closed",
    "I": "reason_i_authorised_illness",
    "M": "reason_m_authorised_medical_dental",
    "R": "reason_r_authorised_religious_observance",
    "S": "reason_s_authorised_study_leave",
    "T": "reason_t_authorised_mobile_child",
    "H": "reason_h_authorised_holiday",
    "E": "reason_e_authorised_excluded",
    "C": "reason_c_authorised_other",
    "C1": "reason_c1_authorised_regulated_performance",
    "J1": "reason_j1_authorised_interview",
    "C2": "reason_c2_authorised_temp_reduced_timetable",
    "B": "reason_b_aea_education_off_site",
    "J": "reason_j_aea_interview",
    "P": "reason_p_aea_approved_sporting_activity",
    "V": "reason_v_aea_educational_visit_trip",
    "W": "reason_w_aea_work_experience",
    "K": "reason_k_aea_education_arranged_by_la",
    "G": "reason_g_unauthorised_holiday",
    "U": "reason_u_unauthorised_late_after_registers_closed",
    "O": "reason_o_other_unauthorised",
    "N": "reason_n_no_reason_yet",
}
# In 46 rows (Rochdale most, 382 sessions) the file's authorised absences are a few more than its columns by code come
# to. They were marked with an authorised code that has no column there; F, withdrawn long ago, stands for it.
NO_COLUMN, AUTHORISED = "F", "authorised_absence"
HEADLINES = ("attendance_perc", "overall_absence_perc", "authorised_absence_perc", "unauthorised_absence_perc")
# The file's percentage for each reason that has one, by code.
REASONS = {
    "I": "illness_perc",
    "M": "appointments_perc",
    "G": "unauth_hol_perc",
    "O": "unauth_oth_perc",
    "U": "unauth_late_registers_closed_perc",
    "N": "unauth_not_yet_perc",
    "R": "auth_religious_perc",
    "S": "auth_study_perc",
    "T": "auth_mob_perc",
    "E": "auth_excluded_perc",
    "C1": "auth_performance_perc",
    "J1": "auth_interview_perc",
    "C2": "auth_part_time_perc",
    "C": "auth_other_perc",
}


@dataclass(frozen=True)
class Line:
    """One figure of one row: ours beside the Department's, which is none where the file has no number."""

    place: str
    phase: str
    figure: str
    ours: Fraction
    theirs: Fraction | None
    written: str

    @property
    def difference(self) -> Fraction:
        """How far apart the two are, in percentage points; nothing where there is only ours."""
        return Fraction(0) if self.theirs is None else abs(self.ours - self.theirs)

    def __str__(self) -> str:
        theirs = f"“{self.written}”, not compared" if self.theirs is None else f"{float(self.theirs):.6f}"
        return f"{self.place}, {self.phase}: {self.figure} ours {float(self.ours):.6f} theirs {theirs}"


@dataclass(frozen=True)
class Comparison:
    """Every figure compared."""

    lines: tuple[Line, ...]
    rows: int
    without_column: int
    left_out: int = 0

    @cached_property
    def largest(self) -> Fraction:
        """The largest difference of all."""
        return max((line.difference for line in self.lines), default=Fraction(0))

    @property
    def compared(self) -> int:
        """How many percentages stand in the file and were compared."""
        return sum(line.theirs is not None for line in self.lines)

    @property
    def holds(self) -> bool:
        """Whether every figure could be compared and agrees."""
        return self.rows > 0 and self.compared == len(self.lines) and self.largest < TOLERANCE


def compare(rows: Iterable[Mapping[str, str]], codes: CodeSet) -> Comparison:
    """Attendance, absence and each reason of every Primary, Secondary and Special row that is not suppressed."""
    lines: list[Line] = []
    count = unshown = left_out = 0
    for row in rows:
        if row["education_phase"] not in PHASES or SUPPRESSED in (row["possible_sessions"], row["attendance_perc"]):
            left_out += 1
            continue
        count += 1
        lines += _compare(row, codes)
        unshown += without_column(row, codes)
    return Comparison(tuple(lines), count, unshown, left_out)


def totals_of_row(row: Mapping[str, str], codes: CodeSet) -> Totals:
    """The totals of a row's counts by code, with the authorised sessions that have no column of their own."""
    counts = [(_code(codes, code), int(row[column] or 0)) for code, column in COLUMNS.items()]
    return totals_of([*counts, (_code(codes, NO_COLUMN), without_column(row, codes))])


def without_column(row: Mapping[str, str], codes: CodeSet) -> int:
    """Sessions that a row counts as authorised absence and shows under no code."""
    shown = sum(int(row[column] or 0) for code, column in COLUMNS.items() if _code(codes, code).authorised)
    return int(row[AUTHORISED]) - shown


def _compare(row: Mapping[str, str], codes: CodeSet) -> Iterable[Line]:
    totals = totals_of_row(row, codes)
    place = row["la_name"] or row["region_name"] or row["country_name"]
    shares = (totals.attendance, totals.absence, totals.share(totals.authorised), totals.share(totals.unauthorised))
    ours = dict(zip(HEADLINES, shares, strict=True))
    ours |= {column: totals.share(int(row[COLUMNS[code]] or 0)) for code, column in REASONS.items()}
    for figure, share in ours.items():
        if share is not None:
            yield Line(place, row["education_phase"], figure, share, _number(row[figure]), row[figure])


def _code(codes: CodeSet, symbol: str) -> Code:
    """The file still has columns for codes that went away; each counts as it did."""
    code = codes.ever(symbol)
    if code is None:
        raise LookupError(f"The code set has no “{symbol}”.")
    return code


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(Decimal(text))
    except (InvalidOperation, ValueError):
        return None
