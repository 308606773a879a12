"""The columns of a file of marks, under the names that systems give them, and each row's date, code and place."""

import re
from dataclasses import dataclass, field
from datetime import date, time

from attendance.choices import SessionSlot
from exchange.bundle import ROW, Problem
from exchange.formats import dates as when
from exchange.tables import Row, read_table, shown

MOST_MARKS = 400_000
MOST_MINUTES = 600
LONGEST_NOTE = 200
# The columns that name a student, the surest first. `student` may hold any of them, as in the files of attendance_calc.
IDENTIFIERS = ("upn", "uln", "admission_number", "learner_ref", "source_id", "email", "student")
NAMES = {
    "upn": ("upn",),
    "uln": ("uln",),
    "admission_number": ("admissionnumber", "admissionno", "admno", "adno"),
    "learner_ref": ("learnerref", "learnerreference", "learnrefnumber"),
    "source_id": ("sourceid", "sourcedid", "externalid", "misid", "studentid", "studentsourcedid"),
    "email": ("email", "studentemail"),
    "student": ("student", "pupil", "learner"),
    "date": ("date", "markdate", "registerdate"),
    "session": ("session", "half", "ampm"),
    "period": ("period", "lesson", "time", "lessontime", "starttime"),
    "group": ("group", "groupcode", "class", "classcode", "teachinggroup"),
    "code": ("code", "mark", "markcode", "attendancecode"),
    "minutes": ("minuteslate", "minutes", "lateminutes"),
    "note": ("note", "comment", "comments"),
}
SESSIONS = {"am": SessionSlot.AM, "1": SessionSlot.AM, "pm": SessionSlot.PM, "2": SessionSlot.PM}
NO_MARK = frozenset({"", "-"})
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)(?::[0-5]\d)?")


class Unreadable(Exception):
    """A row that can't be used: which column, what stood there, and what to do."""

    def __init__(self, column: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.value, self.sentence = column, value, sentence


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One row as it was read: who, when, which code; a session, or a lesson by its period or time and perhaps its group."""

    line: int
    identifier: str
    student: str
    date: date
    session: int | None
    period: str
    group: str
    code: str
    minutes: int | None
    note: str
    mark: str  # the student and the session or lesson as the file names them


@dataclass
class MarkFile:
    """A file of marks: its rows, its columns by what they hold, and what was wrong with it."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[MarkRow] = field(default_factory=list)
    came: dict[int, tuple[date | None, str]] = field(default_factory=dict)  # by line, which mark of which day it names
    read: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_fatal(self) -> bool:
        """Whether nothing may be brought in."""
        return any(problem.fatal for problem in self.problems)

    @property
    def refused(self) -> set[int]:
        """The lines that were left out."""
        return {problem.line for problem in self.problems if problem.left_out}

    def problem(self, line: int, kind: str, value: str, message: str, *, fatal: bool = False) -> None:
        """Say what is wrong at a place of the file: in a row, which is left out, or in the whole of it."""
        column = self.columns.get(kind, kind)
        left_out = ROW if line > 1 and not fatal else ""
        self.problems.append(Problem(self.name, line, column, shown(column, value), message, fatal, left_out))


def read_marks(name: str, content: bytes, dates: str = "") -> MarkFile:
    """Read a CSV file of marks. Every row that can't be read is a problem of its own; a missing column is fatal.

    So are dates with slashes of which nobody said whether the day or the month comes first: `dates` is "dmy" or "mdy".
    """
    found = MarkFile(name)
    table = read_table(name, content, found.problems)
    if table is None:
        return found
    found.columns = _columns(table.columns)
    _check_columns(found)
    unknown = table.unknown(alias for aliases in NAMES.values() for alias in aliases)
    if unknown:
        found.problem(1, "", "", f"Columns that Waymark does not know were not read: {', '.join(unknown)}.")
    found.read = len(table.rows)
    if found.read > MOST_MARKS:
        words = f"{found.read:,} rows; a file of marks has at most {MOST_MARKS:,}. Split it by month."
        found.problem(1, "", "", words, fatal=True)
    if "date" in found.columns:
        _check_dates(found, [row.get(found.columns["date"]) for row in table.rows], dates)
    if found.is_fatal:
        return found
    for row in table.rows:
        found.came[row.line] = when.day_of(row.get(found.columns["date"]), dates), _mark(row, found.columns)
        try:
            found.rows.append(_read(row, found, dates))
        except Unreadable as why:
            found.problem(row.line, why.column, why.value, why.sentence)
    if not found.rows:
        none = "No row of this file could be read. What is wrong stands with each row."
        found.problem(1, "", "", none if found.refused else "There is no row with a mark in this file.", fatal=True)
    return found


def _columns(names: list[str]) -> dict[str, str]:
    """The column for each thing a row says; the first of several that could be it."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(names)}
    return {kind: plain[alias] for kind, aliases in NAMES.items() for alias in reversed(aliases) if alias in plain}


def _check_columns(found: MarkFile) -> None:
    if not any(kind in found.columns for kind in IDENTIFIERS):
        words = "No column names the student. Add one of upn, uln, admission_number, learner_ref, source_id or email."
        found.problem(1, "student", "", words, fatal=True)
    for kind in ("date", "code"):
        if kind not in found.columns:
            words = f"The column {kind} is missing from {found.name}. Its first line must name it."
            found.problem(1, kind, "", words, fatal=True)
    if "session" not in found.columns and "period" not in found.columns:
        words = "No column says which session or lesson. Add session (AM or PM), or period with group."
        found.problem(1, "session", "", words, fatal=True)


def _check_dates(found: MarkFile, values: list[str], order: str) -> None:
    """Dates with slashes: asked about when nobody said how they are read, or when some can only be read the other way."""
    if asked := when.order_fault(values, order):
        column, (value, words) = found.columns["date"], asked
        found.problems.append(Problem(found.name, 1, column, shown(column, value), words, fatal=True, asks_dates=True))


def _mark(row: Row, columns: dict[str, str]) -> str:
    """Which mark a row names, readable or not: the student and the session or lesson, as they stand in the file."""
    identifier = next(
        (row.get(columns[kind]) for kind in IDENTIFIERS if kind in columns and row.get(columns[kind])), ""
    )
    where = [row.get(columns[kind]) for kind in ("session", "period", "group") if kind in columns]
    return " ".join(part for part in (identifier, *where) if part).casefold()[:200]


def _read(row: Row, found: MarkFile, order: str) -> MarkRow:
    columns = found.columns

    def cell(kind: str) -> str:
        return row.get(columns[kind]) if kind in columns else ""

    identifier = next((kind for kind in IDENTIFIERS if cell(kind)), "")
    if not identifier:
        raise Unreadable(next(kind for kind in IDENTIFIERS if kind in columns), "", "No student is named here.")
    session, period = _place(cell("session"), cell("period"))
    note = cell("note")
    if len(note) > LONGEST_NOTE:
        raise Unreadable("note", note, f"A note has at most {LONGEST_NOTE} characters.")
    day, mark = found.came[row.line]
    if day is None:
        raise Unreadable("date", cell("date"), "Not a date. Write 2026-11-20.")
    code = cell("code")
    return MarkRow(
        row.line, identifier, cell(identifier), day, session, period, cell("group"),
        "" if code in NO_MARK else code, _minutes(cell("minutes")), note, mark,
    )  # fmt: skip


def _place(session: str, period: str) -> tuple[int | None, str]:
    if session:
        half = SESSIONS.get(session.lower())
        if half is None:
            raise Unreadable("session", session, "Not a session. Write AM or PM.")
        return int(half), ""
    if not period:
        raise Unreadable("session", "", "Neither a session (AM or PM) nor a period is given.")
    return None, period


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_MINUTES):
        raise Unreadable("minutes", text, f"Minutes late are a number from 0 to {MOST_MINUTES}.")
    return int(text)


def as_time(text: str) -> time | None:
    """A time of day as 09:00, 9.00 or 0900; nothing for anything else."""
    match = _TIME.fullmatch(text)
    return time(int(match[1]), int(match[2])) if match else None
