"""Bring a file of marks in: every row is checked first, then all go in together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from attendance.actions.deliveries import Delivery, receive_marks
from attendance.actions.missing_marks import Came
from attendance.choices import Series
from attendance.codes import Code, CodeSet, code_set
from attendance.coding import MarkPosition, not_in_force, why_not
from attendance.models import MarkDelivery
from attendance.queries.registers.positions import Row
from caseload.models import Closure, Site
from core import clock, wording
from exchange.bundle import Problem
from exchange.marks.covering import covers
from exchange.marks.matching import Places, Roll
from exchange.marks.reading import IDENTIFIERS, MarkFile, MarkRow, Unreadable

# On a day on which the site is closed these may stand; any other code is a mistake.
OF_CLOSED_DAYS = frozenset({"#", "Y4"})
Chosen = tuple[Code | None, MarkRow, int]
Where = tuple[str, int, Any, int]


@dataclass
class MarkResult:
    """What a file of marks did, or would do."""

    file_name: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    missing: list[dict[str, Any]] = field(default_factory=list)
    registers_missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    covers_until: datetime | None = None
    imported: bool = False
    delivery: MarkDelivery | None = None

    @property
    def fatal(self) -> bool:
        """Whether nothing was brought in."""
        return any(problem.fatal for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """For `--json` and for the page of the import."""
        return {
            "file": self.file_name,
            "imported": self.imported,
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "missing": self.missing,
            "registers_missing": self.registers_missing,
            "covers_until": self.covers_until.isoformat() if self.covers_until else None,
            "problems": [problem.as_json() | {"fatal": problem.fatal} for problem in self.problems],
        }


class _OnlyLooking(Exception):
    """Takes a dry run back."""


def load_marks(
    found: MarkFile,
    *,
    by: Any,
    site: Site,
    covers_until: datetime | None = None,
    made_at: datetime | None = None,
    dry_run: bool = False,
) -> MarkResult:
    """Bring the marks of a file into a site, all together. A fatal problem changes nothing; a dry run is taken back.

    `covers_until` says up to when the marks are complete. Without it that is `made_at` (now, when it isn't known) if the
    file reaches to today, and otherwise the end of its last day. Either way it is claimed only up to the first session
    or lesson of the last day of which no mark was taken. The same file twice changes nothing the second time.
    """
    result = MarkResult(found.name, found.read, problems=found.problems)
    if found.is_fatal:
        result.refused = found.read
        return result
    marks = _check(found, site)
    taken = sum(len(rows) for rows in marks.values())
    refused = found.refused
    result.refused = len(refused)
    result.missing = _missing(found, refused)
    if not taken:
        found.problem(1, "", "", _why_none(found, site), fatal=True)
        return result
    result.covers_until = covers(site, marks, covers_until, made_at)
    delivery = Delivery(
        marks=marks,
        file_name=found.name,
        covers_until=result.covers_until,
        rows=found.read,
        refused=result.refused,
        problems=[problem.as_json() for problem in found.problems],
        came=_came(found, refused),
        says_minutes="minutes" in found.columns,
        says_notes="note" in found.columns,
    )
    try:
        with transaction.atomic():
            row = receive_marks(by=by, site=site, delivery=delivery)
            result.created, result.changed, result.unchanged = row.created, row.changed, row.unchanged
            result.registers_missing = row.registers_missing
            if dry_run:
                raise _OnlyLooking
            result.delivery, result.imported = row, True
    except _OnlyLooking:
        pass
    return result


def _came(found: MarkFile, refused: set[int]) -> list[Came]:
    """Every row of the file as the day and the mark it names; those that nobody could take apart by their line."""
    ragged = {line: (None, f"line {line}") for line in refused - set(found.came)}
    return [Came(day, mark, line not in refused) for line, (day, mark) in (found.came | ragged).items()]


def _missing(found: MarkFile, refused: set[int]) -> list[dict[str, Any]]:
    """How many rows of each day were left out, the latest day first; those without a readable date last."""
    counted = Counter(found.came.get(line, (None, ""))[0] for line in refused)
    days = sorted(counted.items(), key=lambda each: each[0] or date.min, reverse=True)
    return [{"date": day.isoformat() if day else "", "rows": count} for day, count in days]


def _why_none(found: MarkFile, site: Site) -> str:
    """Why no row could be brought in: every one names students who are not on roll here, or other things are wrong."""
    students = {found.columns[kind] for kind in IDENTIFIERS if kind in found.columns}
    if all(problem.column in students for problem in found.problems if problem.left_out):
        return f"No row fits {site.name}. Is this the file of another site?"
    return f"No row could be brought into {site.name}. What is wrong stands with each row."


def _check(found: MarkFile, site: Site) -> dict[str, list[Row]]:
    """The marks to write by series; each row that can't be is a problem."""
    known, born = _with_students(found, site)
    checker = _Checker(site, Places(site, known), born)
    chosen: dict[Where, list[tuple[MarkRow, Code | None]]] = defaultdict(list)
    for row, student in known:
        try:
            series, slot, code = checker.check(row, student)
        except Unreadable as why:
            found.problem(row.line, why.column, why.value, why.sentence)
        else:
            chosen[series, student, row.date, slot].append((row, code))
    marks: dict[str, list[Row]] = {}
    for (series, student, day, slot), rows in chosen.items():
        if _agree(found, rows):
            row, code = rows[0]
            minutes = row.minutes if code and code.is_late else None
            marks.setdefault(series, []).append(
                Row(student, day, slot, code.id if code else None, minutes, row.note)
            )  # fmt: skip
    return marks


def _agree(found: MarkFile, rows: Sequence[tuple[MarkRow, Code | None]]) -> bool:
    """Whether all rows about one mark say the same; if they don't, none of them is taken."""
    first = rows[0][0]
    if all((row.code, row.minutes, row.note) == (first.code, first.minutes, first.note) for row, _ in rows):
        return True
    for row, _ in rows:
        lines = ", ".join(str(other.line) for other, _ in rows if other.line != row.line)
        words = f"Line {lines} says something else of the same mark, so neither was taken."
        found.problem(row.line, "code", row.code, words)
    return False


def _with_students(found: MarkFile, site: Site) -> tuple[list[tuple[MarkRow, int]], dict[int, date | None]]:
    """Each row with its student, and when the students were born; rows that name nobody are problems."""
    days = [row.date for row in found.rows]
    roll = Roll(site, min(days), max(days))
    known = []
    for row in found.rows:
        try:
            if row.date > clock.today():
                words = f"{wording.day(row.date)} has not come yet."
                raise Unreadable("date", row.date.isoformat(), words)
            known.append((row, roll.find(row)))
        except Unreadable as why:
            found.problem(row.line, why.column, why.value, why.sentence)
    return known, roll.born


class _Checker:
    """Says of each row which mark it means, or why it can't stand (facts 1.4)."""

    def __init__(self, site: Site, places: Places, born: Mapping[int, date | None]) -> None:
        self.site, self.places, self.born = site, places, born
        self.codes: dict[str, CodeSet] = {series: code_set(series, site.pk) for series in Series}
        planned = Closure.objects.exclude(kind=Closure.Kind.UNEXPECTED)
        self.closures = list(planned.values_list("site_id", "starts_on", "ends_on"))

    def check(self, row: MarkRow, student: int) -> tuple[str, int, Code | None]:
        """The series, the slot and the code; raises Unreadable."""
        series = Series.LESSON if row.session is None else Series.SESSION
        slot = self.places.slot(row, student)
        code = self._code(row, series) if row.code else None
        is_open = self.places.is_open(row.date)
        if not is_open and (series == Series.LESSON or row.code not in OF_CLOSED_DAYS):
            words = f"{self.site.name} is closed on {wording.day(row.date)}."
            raise Unreadable("date", row.date.isoformat(), words)
        if code is not None and (sentence := self._fault(code, row, student, slot)):
            raise Unreadable("code", row.code, sentence)
        return series, slot, code

    def _code(self, row: MarkRow, series: str) -> Code:
        codes = self.codes[series]
        code = codes.on(row.code, row.date) or codes.on(row.code.upper(), row.date)
        if code is not None:
            return code
        known = codes.ever(row.code)
        raise Unreadable("code", row.code, not_in_force(known) if known else f"There is no code “{row.code[:8]}” here.")

    def _fault(self, code: Code, row: MarkRow, student: int, slot: int) -> str | None:
        planned = any(
            first <= row.date <= last and site in (None, self.site.pk) for site, first, last in self.closures
        )  # fmt: skip
        at = MarkPosition(
            code.series, row.date, slot, True, self.born.get(student), planned, self.site.register_minutes
        )  # fmt: skip
        return why_not(code, at, row.minutes if code.is_late else None)
