"""Attendance worked out from a list of marks in a file, through the same arithmetic as every page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance.arithmetic import Totals, decimal, sum_of, totals_of
from attendance.choices import Series
from attendance.codes import Code, CodeSet
from attendance.coding import not_in_force

NO_MARK = frozenset({"", "-"})
_SESSIONS = {"am": "AM", "pm": "PM", "1": "AM", "2": "PM"}
_DATES = ("%Y-%m-%d", "%d/%m/%Y")


@dataclass(frozen=True)
class Problem:
    """A row that can't be read: its line and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass
class Calculation:
    """What came of a file: totals by student and together, and the rows left out."""

    students: dict[str, Totals] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def total(self) -> Totals:
        """Everybody together: sums first, divided once."""
        return sum_of(self.students.values())


def calculate(rows: Iterable[tuple[int, Mapping[str, str | None]]], codes: CodeSet) -> Calculation:
    """Totals from rows of student, date, session and code, each with its line; each code counts as it did on its date.

    A blank or “-” is an unmarked session. A row too short to have a code is not blank: it can't be read.
    """
    found = Calculation()
    counts: dict[str, Counter[Code | None]] = {}
    seen: set[tuple[str, date, str]] = set()
    for line, row in rows:
        try:
            student, day, session, code = _read(row, codes)
        except ValueError as fault:
            found.problems.append(Problem(line, str(fault)))
            continue
        if (student, day, session) in seen:
            found.problems.append(Problem(line, "a second mark for this student and session"))
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


def _read(row: Mapping[str, str | None], codes: CodeSet) -> tuple[str, date, str, Code | None]:
    values = [row.get(name) for name in ("student", "date", "session", "code")]
    if None in values:
        raise ValueError("too short: it needs a student, a date, a session and a code")
    student, when, session, symbol = ((value or "").strip() for value in values)
    if any("\udc80" <= letter <= "\udcff" for letter in f"{student}{when}{session}{symbol}"):
        raise ValueError("not written in UTF-8")
    if not student:
        raise ValueError("no student")
    day = _date(when)
    half = _SESSIONS.get(session.lower())
    if half is None:
        raise ValueError(f"“{session}” is no session; write AM or PM")
    if symbol in NO_MARK:
        return student, day, half, None
    code = codes.on(symbol, day)
    if code is None:
        known = codes.ever(symbol)
        raise ValueError(not_in_force(known) if known else f"there is no code “{symbol}”")
    return student, day, half, code


def _date(text: str) -> date:
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise ValueError(f"“{text}” is no date; write 2026-11-20")
