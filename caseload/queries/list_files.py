"""A list of students as a file: what stands on the page, as at when, with the notes that stand there too; taking it is recorded."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from audit import record
from core import clock
from core.documents import sheets

WHO = ("Student", "Group", "Year group")


def wants_file(request: HttpRequest) -> bool:
    """Whether the address asks for the list as a file."""
    return request.GET.get("as") in sheets.KINDS


def who(row: dict[str, Any]) -> tuple[str, str, str]:
    """The first columns of every list: the student, the tutor group, the year group."""
    return row["list_name"], row["group"] or "", row["year_group"] or ""


def list_file(
    request: HttpRequest,
    verb: str,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str],
) -> HttpResponseBase:
    """The list as the file that was asked for."""
    listed, kind = list(rows), request.GET["as"]
    record.record(request.user, verb, "list", name, details={"rows": len(listed), "as": kind})
    now = clock.local(clock.now())
    said = [f"As at {now:%a} {now.day} {now:%b %Y, %H:%M}.", *notes]
    return sheets.write(kind, columns, listed, f"{name}-{now:%Y-%m-%d}", said)
