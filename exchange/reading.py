"""Opens what somebody uploaded: a folder or a zip of CSV files, hostile ones included, and reads its rows."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath

from exchange.bundle import Place, Problem

MOST_FILES, MOST_BYTES, MOST_RATIO, MOST_ROWS = 60, 200 * 1024 * 1024, 200, 2_000_000
LONGEST_CELL = 4_000
SECRET = ("password",)
# A value shown back to a person is cut, and a password never is.
SHOWN = 120


class CannotRead(Exception):
    """Nothing can be read: the sentence says what to do."""


@dataclass
class Row:
    """One data row: its line in the file and its cells by column."""

    file: str
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.file, self.line)

    def get(self, column: str) -> str:
        """The cell, without the spaces around it; empty when there is no such column."""
        return self.cells.get(column, "").strip()


@dataclass
class Table:
    """One CSV file with a header."""

    name: str
    columns: list[str]
    rows: list[Row]


@dataclass
class Files:
    """The CSV files by lower-case name, and what was wrong with them."""

    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # files that are there and can't be read; each has its problem

    def rows(self, name: str) -> list[Row]:
        """The rows of a file; none when it isn't there."""
        table = self.tables.get(name.lower())
        return table.rows if table else []

    def has(self, *names: str) -> bool:
        """Whether all these files are there, readable or not."""
        return all(name.lower() in self.tables or name.lower() in self.broken for name in names)

    def need(self, name: str, *columns: str) -> bool:
        """Whether a file has these columns; each missing one is a fatal problem."""
        table = self.tables.get(name.lower())
        if name.lower() in self.broken:
            return False
        if table is None:
            self.problems.append(Problem(name, 0, "", "", f"{name} is missing. Add it to the bundle.", fatal=True))
            return False
        missing = [column for column in columns if column not in table.columns]
        for column in missing:
            words = f"The column {column} is missing from {table.name}. Its first line must name it."
            self.problems.append(Problem(table.name, 1, column, "", words, fatal=True))
        return not missing


def open_bundle(path: Path | BytesIO) -> Files:
    """Read every CSV of a folder, a zip, or an uploaded zip in memory. Raises CannotRead when there is nothing to read."""
    files = Files()
    if isinstance(path, BytesIO):
        named, name = _uploaded(path), "The upload"
    else:
        named, name = _named(path), path.name
    for file_name, content in named:
        if files.has(file_name):
            words = "Two files of the bundle have this name. Keep the right one."
            files.problems.append(Problem(file_name, 0, "", "", words, fatal=True))
            continue
        table = _table(file_name, content, files.problems)
        if table:
            files.tables[file_name.lower()] = table
        else:
            files.broken.add(file_name.lower())
    if not files.tables and not files.problems:
        raise CannotRead(f"{name} holds no CSV file.")
    return files


def read_table(name: str, content: bytes, problems: list[Problem]) -> Table | None:
    """One CSV file on its own; nothing, and a fatal problem, when it can't be read."""
    return _table(name, content, problems)


def _uploaded(upload: BytesIO) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(upload):
        raise CannotRead("The upload is no zip. Give a zip of the CSV files, or the CSV files themselves.")
    return _unzip(upload)


def _named(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        return ((found.name, found.read_bytes()) for found in sorted(path.iterdir()) if found.suffix.lower() == ".csv")
    if path.is_file() and zipfile.is_zipfile(path):
        return _unzip(path)
    if path.exists():
        raise CannotRead(
            f"{path.name} is neither a folder nor a zip. Give the folder with the CSV files, or a zip of it."
        )
    raise CannotRead(f"There is nothing at {path.name}.")


def _unzip(path: Path | BytesIO) -> Iterator[tuple[str, bytes]]:
    try:
        yield from _members(path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as wrong:
        raise CannotRead(f"The zip can't be opened: {wrong}.") from wrong


def _members(path: Path | BytesIO) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as bundle:
        found = [info for info in bundle.infolist() if not info.is_dir() and info.filename.lower().endswith(".csv")]
        if len(found) > MOST_FILES:
            raise CannotRead(f"The zip holds {len(found)} CSV files; a roster has at most {MOST_FILES}.")
        total = 0
        for info in found:
            name = PurePosixPath(info.filename.replace("\\", "/")).name
            if name.startswith("._"):
                continue
            with bundle.open(info) as member:
                content = member.read(MOST_BYTES - total + 1)
            total += len(content)
            if total > MOST_BYTES or (info.compress_size and len(content) / info.compress_size > MOST_RATIO):
                raise CannotRead("The zip unpacks to more than a roster can hold. Nothing was read.")
            yield name, content


def _text(name: str, content: bytes, problems: list[Problem]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        words = f"{name} is not in UTF-8; it was read as Windows-1252. Check names with accents, and save it as UTF-8."
        problems.append(Problem(name, line, "", "", words))
        return content.decode("cp1252", errors="replace")


def _table(name: str, content: bytes, problems: list[Problem]) -> Table | None:
    if not content.strip():
        problems.append(Problem(name, 1, "", "", f"{name} is empty: not even a line of column names.", fatal=True))
        return None
    text = _text(name, content, problems)
    if "\x00" in text:
        problems.append(
            Problem(
                name, text[: text.index("\x00")].count("\n") + 1, "", "", "A zero byte: not a CSV file.", fatal=True
            )
        )
        return None
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [column.strip() for column in next(reader)]
        return Table(name, columns, list(_rows(name, columns, reader, problems)))
    except csv.Error as wrong:
        problems.append(Problem(name, reader.line_num, "", "", f"This line is not CSV: {wrong}.", fatal=True))
        return None


def _rows(name: str, columns: list[str], reader: "csv._reader", problems: list[Problem]) -> Iterator[Row]:
    previous = reader.line_num
    for number, values in enumerate(reader):
        line, previous = previous + 1, reader.line_num
        if number >= MOST_ROWS:
            raise CannotRead(f"{name} has more than {MOST_ROWS:,} rows.")
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(columns):
            words = f"{len(values)} cells where the first line names {len(columns)}. The row was left out."
            problems.append(Problem(name, line, "", "", words))
            continue
        long = next((c for c, v in zip(columns, values, strict=True) if len(v) > LONGEST_CELL), None)
        if long:
            problems.append(Problem(name, line, long, "", f"Over {LONGEST_CELL} characters. The row was left out."))
            continue
        yield Row(name, line, dict(zip(columns, values, strict=True)))


def shown(column: str, value: str) -> str:
    """A cell as a problem may show it."""
    if any(word in column.lower() for word in SECRET):
        return ""
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
