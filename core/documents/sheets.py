"""The one writer for CSV and Excel. Every cell passes here, and none of them can start a formula.

A text that a spreadsheet would run (= + - @, tab, return, and their wide forms) gets an apostrophe in front; `original`
takes it off again when a file comes back, whatever the text was. Numbers and dates stay numbers and dates.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Any

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core import clock
from core.private.files import safe_name

STARTS_FORMULA = re.compile("^'*[ \u00a0\ufeff]*[=+\\-@\t\r\n\x00＝＋－＠]")
CSV, XLSX = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
IN_MEMORY = 1 << 20
Row = Sequence[Any]


def disarmed(text: str) -> str:
    """The text as it may stand in a cell."""
    return f"'{text}" if STARTS_FORMULA.match(text) else text


def original(text: str) -> str:
    """What was meant by a cell that this writer wrote, or that anybody else did."""
    return text[1:] if text.startswith("'") and STARTS_FORMULA.match(text[1:]) else text


def cell(value: Any) -> Any:
    """A value as a sheet holds it: numbers and dates as they are, times in London, everything else as safe text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, (int, float, Decimal, date)):
        return value
    return disarmed(str(value))


KINDS = ("csv", "xlsx")


def write(kind: str, columns: Sequence[str], rows: Iterable[Row], name: str, notes: Sequence[str] = ()) -> FileResponse:
    """A file of one of the KINDS; the notes stand below the rows, after an empty one, as they stand below a list."""
    if kind == "csv":
        return _answer(csv_file(columns, [*rows, *_below(notes)]), f"{name}.csv", CSV)
    return _answer(xlsx_file(columns, [*rows, *_below(notes)]), f"{name}.xlsx", XLSX)


def _below(notes: Sequence[str]) -> list[Row]:
    return [[], *([note] for note in notes)] if notes else []


def write_csv(columns: Sequence[str], rows: Iterable[Row], name: str = "export.csv") -> FileResponse:
    """A CSV file that Excel opens as UTF-8. Rows are read here and now, under the name of whoever asks."""
    return _answer(csv_file(columns, rows), name, CSV)


def write_xlsx(
    columns: Sequence[str],
    rows: Iterable[Row],
    name: str = "export.xlsx",
    title: str = "",
) -> FileResponse:
    """An Excel workbook with one sheet. Rows are read here and now, under the name of whoever asks."""
    return _answer(xlsx_file(columns, rows, title), name, XLSX)


def csv_file(columns: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """The CSV as an open file without a name on the disk, rewound."""
    # Spooled: small ones stay in memory, large ones never fill it.
    raw = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (handed to the answer, which closes it)
    text = TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([cell(column) for column in columns])
    writer.writerows([_plain(value) for value in row] for row in rows)
    text.flush()
    text.detach()
    raw.seek(0)
    return raw


def xlsx_file(columns: Sequence[str], rows: Iterable[Row], title: str = "") -> IO[bytes]:
    """The workbook as an open file without a name on the disk, rewound."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet((re.sub(r"[\\/*?:\[\]]", " ", title) or "Sheet")[:31])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(max(len(column) + 2, 12), 40)
    sheet.append([_xlsx_cell(sheet, column, bold=True) for column in columns])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    raw = TemporaryFile()  # noqa: SIM115  (handed to the answer, which closes it)
    book.save(raw)
    raw.seek(0)
    return raw


def _plain(value: Any) -> Any:
    made = cell(value)
    if isinstance(made, datetime):
        return made.isoformat(sep=" ", timespec="minutes")
    return made.isoformat() if isinstance(made, date) else made


def _xlsx_cell(sheet: Any, value: Any, bold: bool = False) -> Any:
    made = cell(value)
    if isinstance(made, str):
        made = ILLEGAL_CHARACTERS_RE.sub("", made)
    written = WriteOnlyCell(sheet, value=made)
    if isinstance(made, str):
        written.data_type = "s"  # openpyxl would otherwise guess formulas and error codes from the text
    if bold:
        written.font = Font(bold=True)
    return written


def _answer(file: IO[bytes], name: str, content_type: str) -> FileResponse:
    response = FileResponse(file, as_attachment=True, filename=safe_name(name), content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
