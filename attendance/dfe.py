"""The Department for Education's own figures, put through our arithmetic and held against its percentages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from attendance.arithmetic import Totals, totals_of
from attendance.choices import StatClass
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
# The Department's own count of each class. Its names of the columns by code say in which class it counts each of them.
OWN_COUNT: dict[StatClass, str] = {
    StatClass.PRESENT: "present_sessions",
    StatClass.APPROVED: "approved_educational_activity",
    StatClass.AUTHORISED: "authorised_absence",
    StatClass.UNAUTHORISED: "unauthorised_absence",
}
_NAMED = (
    ("unauthorised", StatClass.UNAUTHORISED), ("no_reason", StatClass.UNAUTHORISED),
    ("authorised", StatClass.AUTHORISED), ("_aea_", StatClass.APPROVED), ("present", StatClass.PRESENT),
)  # fmt: skip
# In 46 rows of 2024/25 the file's authorised absences are a few more than its columns by code come to: 382 of 5,124,003
# possible sessions in Rochdale Secondary, by far the largest share. So much of a row may be left unexplained; it is added nowhere.
UNEXPLAINED = Fraction(1, 10_000)
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
    unexplained: Fraction = Fraction(0)

    @property
    def difference(self) -> Fraction:
        """How far apart the two are, in percentage points; nothing where there is only ours."""
        return Fraction(0) if self.theirs is None else abs(self.ours - self.theirs)

    @property
    def beyond(self) -> Fraction:
        """How much further apart they are than by what the file itself leaves unexplained in the row."""
        return max(self.difference - self.unexplained, Fraction(0))

    def __str__(self) -> str:
        theirs = f"“{self.written}”, not compared" if self.theirs is None else f"{float(self.theirs):.6f}"
        return f"{self.place}, {self.phase}: {self.figure} ours {float(self.ours):.6f} theirs {theirs}"


@dataclass(frozen=True)
class Row:
    """One row of the file: what our classes come to beside the Department's own counts of them."""

    place: str
    phase: str
    possible: int
    counts: Mapping[StatClass, tuple[int, int]]  # ours, theirs

    @property
    def unexplained(self) -> int:
        """Authorised sessions that the row shows under no code."""
        ours, theirs = self.counts[StatClass.AUTHORISED]
        return theirs - ours

    @property
    def holds(self) -> bool:
        """Whether each class is as the Department counts it, but for a few authorised sessions under no code."""
        others = all(ours == theirs for name, (ours, theirs) in self.counts.items() if name != StatClass.AUTHORISED)
        return others and 0 <= self.unexplained <= UNEXPLAINED * self.possible

    def __str__(self) -> str:
        apart = [
            f"{name.label} ours {ours:,} theirs {theirs:,}"
            for name, (ours, theirs) in self.counts.items()
            if ours != theirs
        ]
        return f"{self.place}, {self.phase}: {'; '.join(apart)}"


@dataclass(frozen=True)
class Comparison:
    """Every figure compared."""

    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    misclassified: tuple[str, ...]
    left_out: int = 0

    @cached_property
    def largest(self) -> Fraction:
        """The largest difference of all."""
        return max((line.difference for line in self.lines), default=Fraction(0))

    @cached_property
    def beyond(self) -> Fraction:
        """The largest difference beside what the file leaves unexplained in its row."""
        return max((line.beyond for line in self.lines), default=Fraction(0))

    @property
    def compared(self) -> int:
        """How many percentages stand in the file and were compared."""
        return sum(line.theirs is not None for line in self.lines)

    @property
    def apart(self) -> list[Row]:
        """The rows of which a class is not as the Department counts it."""
        return [row for row in self.rows if any(ours != theirs for ours, theirs in row.counts.values())]

    @property
    def unexplained(self) -> int:
        """Authorised sessions that the file shows under no code."""
        return sum(row.unexplained for row in self.rows)

    @property
    def holds(self) -> bool:
        """Whether every code stands in the Department's class, and every count and figure could be compared and agrees."""
        compared = bool(self.rows) and self.compared == len(self.lines) and self.beyond < TOLERANCE
        return compared and not self.misclassified and all(row.holds for row in self.rows)


def compare(rows: Iterable[Mapping[str, str]], codes: CodeSet) -> Comparison:
    """Classes, attendance, absence and each reason of every Primary, Secondary and Special row that is not suppressed."""
    lines: list[Line] = []
    found: list[Row] = []
    left_out = 0
    for row in rows:
        if row["education_phase"] not in PHASES or SUPPRESSED in (row["possible_sessions"], row["attendance_perc"]):
            left_out += 1
            continue
        found.append(counts_of_row(row, codes))
        lines += _compare(row, found[-1], codes)
    return Comparison(tuple(lines), tuple(found), tuple(misclassified(codes)), left_out)


def misclassified(codes: CodeSet) -> list[str]:
    """The codes that the Department counts in another class than we do, each in words."""
    found = []
    for symbol, column in COLUMNS.items():
        theirs = next(stat_class for words, stat_class in _NAMED if words in column)
        ours = StatClass(_code(codes, symbol).stat_class)
        if ours != theirs:
            found.append(f"{symbol} counts as {ours.label} here and as {theirs.label} in the file ({column})")
    return found


def totals_of_row(row: Mapping[str, str], codes: CodeSet) -> Totals:
    """The totals of a row's counts by code."""
    return totals_of([(_code(codes, code), int(row[column] or 0)) for code, column in COLUMNS.items()])


def counts_of_row(row: Mapping[str, str], codes: CodeSet) -> Row:
    """Each class of a row as our codes come to it, beside the Department's own count."""
    counted: dict[StatClass, int] = dict.fromkeys(OWN_COUNT, 0)
    for code, column in COLUMNS.items():
        stat_class = StatClass(_code(codes, code).stat_class)
        if stat_class in counted:
            counted[stat_class] += int(row[column] or 0)
    theirs = {stat_class: int(row[column]) for stat_class, column in OWN_COUNT.items()}
    both = {stat_class: (number, theirs[stat_class]) for stat_class, number in counted.items()}
    place = row["la_name"] or row["region_name"] or row["country_name"]
    return Row(place, row["education_phase"], int(row["possible_sessions"]), both)


def _compare(row: Mapping[str, str], counted: Row, codes: CodeSet) -> Iterable[Line]:
    totals = totals_of_row(row, codes)
    shares = (totals.attendance, totals.absence, totals.share(totals.authorised), totals.share(totals.unauthorised))
    ours = dict(zip(HEADLINES, shares, strict=True))
    ours |= {column: totals.share(int(row[COLUMNS[code]] or 0)) for code, column in REASONS.items()}
    unexplained = Fraction(100 * max(counted.unexplained, 0), counted.possible)
    for figure, share in ours.items():
        if share is not None:
            theirs = _number(row[figure])
            yield Line(counted.place, counted.phase, figure, share, theirs, row[figure], unexplained)


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
