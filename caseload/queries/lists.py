"""Lists of students: who needs somebody first and why, with the columns that the apps above add.

The number of queries depends on who looks and on the columns, never on the number of students.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from caseload import columns
from caseload.columns import Column, Reason
from caseload.models import Student
from caseload.queries.students import reached_ids, student_rows

ROWS_PER_PAGE = 150
REASONS_SHOWN = 2
NEEDS_ATTENTION = 60  # this week or sooner, by the scale of weights in the README
ATTENTION = "attention"


@dataclass
class StudentList:
    """A list of students as a page shows it."""

    page: Page[dict[str, Any]]
    columns: list[Column]
    chips: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    needing: int = 0


def student_list(
    user: Any,
    students: QuerySet[Student],
    *,
    permission: str,
    show: str = "",
    sort: str = "need",
    number: str | int = 1,
    group: str = "",
) -> StudentList:
    """The students, told apart by reason, in order, one page of them with their columns."""
    rows = student_rows(students)
    _add_reasons(user, permission, rows)
    offered = columns.columns_for(user)
    chips = _chips(user, rows, show, group)
    chosen = [row for row in rows if _shown(row, show) and (not group or row["group"] == group)]
    key = sort.removeprefix("-")
    by_column = next((column for column in offered if column.key == key), None)
    if by_column is not None:
        _fill(user, permission, [by_column], chosen)
    chosen = _ordered(chosen, sort, by_column)
    page = Paginator(chosen, ROWS_PER_PAGE).get_page(number)
    shown: list[dict[str, Any]] = list(page.object_list)
    _fill(user, permission, [column for column in offered if column is not by_column], shown)
    for row in shown:
        row["cells"] = [(column, row["values"].get(column.key)) for column in offered]
        row["all_why"] = " · ".join(reason.words for reason in row["why"])
        row["first_why"], row["more_why"] = row["why"][:REASONS_SHOWN], len(row["why"]) - REASONS_SHOWN
    page.object_list = shown
    return StudentList(page, offered, chips, len(rows), sum(1 for row in rows if row["need"] >= NEEDS_ATTENTION))


def in_most_need(user: Any, rows: list[dict[str, Any]], *, permission: str, limit: int) -> list[dict[str, Any]]:
    """Those of the rows (dicts of `student_rows`) with the weightiest reasons, without the columns of a list."""
    _add_reasons(user, permission, rows)
    found = [row for row in _ordered(rows, "need", None) if row["why"]][:limit]
    for row in found:
        row["first_why"] = row["why"][:REASONS_SHOWN]
    return found


def _add_reasons(user: Any, permission: str, rows: list[dict[str, Any]]) -> None:
    reasons = _reasons(user, permission, [row["id"] for row in rows])
    for row in rows:
        row["why"] = reasons.get(row["id"], [])
        row["need"] = _need(row["why"])


def _reasons(user: Any, permission: str, ids: Sequence[int]) -> dict[int, list[Reason]]:
    """Every reason for each student, the heaviest first."""
    found: dict[int, list[Reason]] = {}
    for source in columns.sources_for(user):
        reached = reached_ids(user, source.permission or permission, permission, ids)
        for pk, reasons in (source.load(reached, user) if reached else {}).items():
            found.setdefault(pk, []).extend(reasons)
    return {pk: sorted(reasons, key=lambda reason: -reason.weight) for pk, reasons in found.items()}


def _need(reasons: Sequence[Reason]) -> float:
    """The heaviest reason, and a tenth of each other."""
    if not reasons:
        return 0
    first, *others = (reason.weight for reason in reasons)
    return first + sum(others) / 10


def _shown(row: dict[str, Any], show: str) -> bool:
    if not show:
        return True
    if show == ATTENTION:
        return bool(row["need"] >= NEEDS_ATTENTION)
    return any(reason.filter == show for reason in row["why"])


def _fill(user: Any, permission: str, wanted: list[Column], rows: list[dict[str, Any]]) -> None:
    """Put the value of each column into the rows that this person may see it for."""
    ids = [row["id"] for row in rows]
    for row in rows:
        row.setdefault("values", {})
    for column in wanted:
        reached = reached_ids(user, column.permission or permission, permission, ids)
        values = column.load(reached, user) if reached else {}
        for row in rows:
            if row["id"] in values:
                row["values"][column.key] = values[row["id"]]


def _ordered(rows: list[dict[str, Any]], sort: str, column: Column | None) -> list[dict[str, Any]]:
    """In the order asked for; those without a value come last whichever way round, and names settle ties."""
    backwards = sort.startswith("-")
    key = sort.removeprefix("-")
    if column is not None:
        filled = [row for row in rows if _sort_value(row, column) is not None]
        empty = [row for row in rows if _sort_value(row, column) is None]
        return sorted(filled, key=lambda row: _sort_value(row, column), reverse=backwards) + empty
    if key == "group":
        return sorted(rows, key=lambda row: row["group"] or "", reverse=backwards)
    if key == "name":
        return rows[::-1] if backwards else rows
    return sorted(rows, key=lambda row: row["need"] if backwards else -row["need"])


def _sort_value(row: dict[str, Any], column: Column) -> Any:
    value = row["values"].get(column.key)
    return None if value is None else value.get("sort", value.get("text"))


def _chips(user: Any, rows: list[dict[str, Any]], show: str, group: str) -> list[dict[str, Any]]:
    """Everybody, those who need attention, and one chip for each filter that an app offers; a tutor group each if several."""
    counted = Counter(key for row in rows for key in {reason.filter for reason in row["why"] if reason.filter})
    needing = sum(1 for row in rows if row["need"] >= NEEDS_ATTENTION)
    chips = [
        {"label": "All", "key": "", "count": len(rows)},
        {"label": "Needs attention", "key": ATTENTION, "count": needing},
    ]
    chips += [
        {"label": chip.label, "key": chip.key, "count": counted.get(chip.key, 0)} for chip in columns.filters_for(user)
    ]
    for chip in chips:
        chip |= {"name": "show", "current": not group and chip["key"] == show}
    groups = Counter(row["group"] for row in rows if row["group"])
    if 1 < len(groups) <= 8:
        chips += [
            {"label": name, "key": name, "count": groups[name], "name": "group", "current": name == group}
            for name in sorted(groups)
        ]
    return chips
