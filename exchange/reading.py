"""Opens what somebody uploaded: a folder or a zip of CSV files, hostile ones included."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath

from exchange.bundle import Problem
from exchange.tables import CannotRead, Row, Table, read_table

MOST_FILES, MOST_BYTES, MOST_RATIO = 60, 200 * 1024 * 1024, 200


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
        missing = [column for column in columns if not table.has(column)]
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
        table = read_table(file_name, content, files.problems)
        if table:
            files.tables[file_name.lower()] = table
        else:
            files.broken.add(file_name.lower())
    if not files.tables and not files.problems:
        raise CannotRead(f"{name} holds no CSV file.")
    return files


def _uploaded(upload: BytesIO) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(upload):
        raise CannotRead("The upload is not a zip. Choose a .zip file or the CSV files.")
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
        if "[Content_Types].xml" in bundle.namelist():
            raise CannotRead(
                "This is an Excel workbook. Save each of its sheets as “CSV UTF-8”, and choose those files."
            )
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
