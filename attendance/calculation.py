"""Attendance worked out from a list of marks in a file, through the same arithmetic as every page."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attendance.arithmetic import Totals, decimal, sum_of, totals_of
from attendance.choices import Series, SessionSlot
from attendance.codes import Code, CodeSet
from attendance.coding import not_in_force, wrong_half
from caseload.queries.calendar import SATURDAY
from core import clock

NO_MARK = frozenset({"", "-"})
_SESSIONS = {"am": "AM", "pm": "PM", "1": "AM", "2": "PM"}
NAMES = ("student", "date", "session", "code")
EARLIEST = date(2006, 9, 1)  # the codes are those of the regulations of 2006 and 2024


@dataclass(frozen=True)
class Problem:
    """A row that can't be read or makes no sense: its line, the column and value, and why."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column} “{self.value}”" if self.column else "")
        return f"{where}: {self.message}"


class _NotRead(ValueError):
    """A row that can't be counted: the column, its value, and a sentence."""

    def __init__(self, message: str, column: str = "", value: str = "") -> None:
        super().__init__(message)
        self.column, self.value = column, value


@dataclass
class Calculation:
    """What came of a file: totals by student and together, and the rows left out."""

    students: dict[str, Totals] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def total(self) -> Totals:
        """Everybody together: sums first, divided once."""
        return sum_of(self.students.values())


def iso(text: str) -> date | None:
    """A day written as 2026-11-20."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def calculate(
    rows: Iterable[tuple[int, Mapping[str, str]]], codes: CodeSet, day_of: Callable[[str], date | None] = iso
) -> Calculation:
    """Totals from rows of student, date, session and code, each with its line; each code counts as it did on its date.

    A blank or “-” is an unmarked session. A row that can't be so (a present of the other half, a weekend, a day to come)
    is not counted and named like one that can't be read. `day_of` reads a date as the file writes it.
    """
    found = Calculation()
    counts: dict[str, Counter[Code | None]] = {}
    seen: set[tuple[str, date, str]] = set()
    for line, row in rows:
        try:
            student, day, session, code = _read(row, codes, day_of)
        except _NotRead as fault:
            found.problems.append(Problem(line, fault.column, fault.value, str(fault)))
            continue
        if (student, day, session) in seen:
            said = "a second mark for this student and session"
            found.problems.append(Problem(line, "session", f"{day} {session}", said))
            continue
        seen.add((student, day, session))
        counts.setdefault(student, Counter())[code] += 1
    found.students = {student: totals_of(counted.items(), Series.SESSION) for student, counted in counts.items()}
    return found


def figures(totals: Totals) -> dict[str, Any]:
    """The figures of a calculation by name; percentages with four places, none when nothing was possible."""
    share = decimal(totals.attendance, 4)
    return {
        "possible": totals.possible,
        "present": totals.present,
        "approved_activity": totals.approved,
        "authorised": totals.authorised,
        "unauthorised": totals.unauthorised,
        "attended": totals.attended,
        "absent": totals.absent,
        "late": totals.late,
        "attendance": None if share is None else float(share),
        "persistent": totals.is_persistent,
        "severe": totals.is_severe,
        "unmarked": totals.unmarked,
    }


def _read(
    row: Mapping[str, str], codes: CodeSet, day_of: Callable[[str], date | None]
) -> tuple[str, date, str, Code | None]:
    student, when, session, symbol = (row[name].strip() for name in NAMES)
    if not student:
        raise _NotRead("no student", "student")
    day = _date(when, day_of(when))
    half = _SESSIONS.get(session.lower())
    if half is None:
        raise _NotRead("no session; write AM or PM", "session", session)
    return student, day, half, _code(symbol, day, half, codes)


def _code(symbol: str, day: date, half: str, codes: CodeSet) -> Code | None:
    if symbol in NO_MARK:
        return None
    code = codes.on(symbol, day)
    if code is None:
        known = codes.ever(symbol)
        raise _NotRead(not_in_force(known) if known else "there is no such code", "code", symbol)
    if said := wrong_half(symbol, SessionSlot[half]):
        raise _NotRead(said, "code", symbol)
    return code


def _date(text: str, day: date | None) -> date:
    """A day on which a session can have been: not at a weekend, not to come, not before there were these codes."""
    if day is None:
        raise _NotRead("no date; write 2026-11-20", "date", text)
    if day > clock.today():
        raise _NotRead("this day is still to come", "date", text)
    if day < EARLIEST:
        raise _NotRead(f"too long ago; marks are read from {EARLIEST.year} on", "date", text)
    if day.weekday() >= SATURDAY:
        raise _NotRead(f"a {day:%A}; there are no sessions at weekends", "date", text)
    return day
