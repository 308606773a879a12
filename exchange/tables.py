"""One CSV file: its separator, its columns and its rows, with every problem placed."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exchange.bundle import ROW, Problem, SourceLine
from exchange.decoding import text_of

MOST_ROWS, MOST_COLUMNS = 2_000_000, 500
LONGEST_CELL = 4_000
SECRET = ("password",)
# A value shown back to a person is cut, and a password never is.
SHOWN = 120
SEPARATORS = ",;\t|"
_SAYS_SEPARATOR = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line


class CannotRead(Exception):
    """Nothing can be read: the sentence says what to do."""


def plain(column: str) -> str:
    """A column's name without capitals, spaces and signs, by which it is found."""
    return re.sub(r"[^a-z0-9]", "", column.casefold())


@dataclass
class Row:
    """One data row: its line in the file and its cells by the plain names of their columns."""

    file: str
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> SourceLine:
        """Where it is."""
        return SourceLine(self.file, self.line)

    def get(self, column: str) -> str:
        """The cell, without the spaces around it; empty when there is no such column."""
        return self.cells.get(plain(column), "").strip()

    def has(self, *columns: str) -> bool:
        """Whether the file has all of these columns."""
        return all(plain(column) in self.cells for column in columns)


@dataclass
class Table:
    """One CSV file with a header."""

    name: str
    columns: list[str]
    rows: list[Row] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether it has this column, however its name is written."""
        return plain(column) in {plain(each) for each in self.columns}

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Its columns beside those that are known."""
        names = {plain(column) for column in known}
        return [column for column in self.columns if column and plain(column) not in names]


def read_table(name: str, content: bytes, problems: list[Problem]) -> Table | None:
    """One CSV file; nothing, and a fatal problem, when it can't be read."""
    text = text_of(name, content, problems)
    if text is None:
        return None
    csv.field_size_limit(1_000_000)
    separator, first_line, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [column.strip() for column in next(reader)]
        if not _may_be_columns(name, columns, problems):
            return None
        return Table(name, columns, list(_rows(name, columns, reader, first_line, problems)))
    except csv.Error as wrong:
        problems.append(
            Problem(name, reader.line_num + first_line, "", "", f"This line is not CSV: {wrong}.", fatal=True)
        )
        return None


def _separator(text: str) -> tuple[str, int, str]:
    """What parts the cells, how many lines stand before the columns, and the text without those.

    The separator is the one that parts the first line into most cells; a comma where several do.
    """
    lines = 0
    said = _SAYS_SEPARATOR.match(text)
    if said:
        text, lines = text[said.end() :], 1
    blank = len(text) - len(text.lstrip("\r\n"))
    lines += text[:blank].count("\n")
    text = text[blank:]
    head = text[: LONGEST_CELL * 10]
    counts = {each: _cells(head, each) for each in SEPARATORS}
    return max(SEPARATORS, key=lambda each: (counts[each], -SEPARATORS.index(each))), lines, text


def _cells(head: str, separator: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=separator)))
    except (csv.Error, StopIteration):
        return 0


def _may_be_columns(name: str, columns: list[str], problems: list[Problem]) -> bool:
    if len(columns) > MOST_COLUMNS:
        words = f"{len(columns)} columns; a file has at most {MOST_COLUMNS}. Is its first line the column names?"
        problems.append(Problem(name, 1, "", "", words, fatal=True))
        return False
    counted = Counter(plain(column) for column in columns if plain(column))
    for column in dict.fromkeys(columns):
        if counted[plain(column)] > 1:
            words = (
                f"The column {column} stands in the first line {counted.pop(plain(column))} times. Keep the right one."
            )
            problems.append(Problem(name, 1, column, "", words, fatal=True))
    return not any(problem.fatal and problem.file == name for problem in problems)


def _rows(
    name: str, columns: list[str], reader: "csv._reader", first_line: int, problems: list[Problem]
) -> Iterator[Row]:
    keys, previous = [plain(column) for column in columns], reader.line_num
    for number, values in enumerate(reader):
        line, previous = previous + 1 + first_line, reader.line_num
        if number >= MOST_ROWS:
            raise CannotRead(f"{name} has more than {MOST_ROWS:,} rows.")
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(columns):
            words = f"{len(values)} cells where the first line names {len(columns)}. The row was left out."
            problems.append(Problem(name, line, "", "", words, left_out=ROW))
            continue
        long = next((c for c, v in zip(columns, values, strict=True) if len(v) > LONGEST_CELL), None)
        if long:
            words = f"Over {LONGEST_CELL} characters. The row was left out."
            problems.append(Problem(name, line, long, "", words, left_out=ROW))
            continue
        yield Row(name, line, {key: value for key, value in zip(keys, values, strict=True) if key})


def shown(column: str, value: str) -> str:
    """A cell as a problem may show it."""
    if any(word in column.lower() for word in SECRET):
        return ""
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
