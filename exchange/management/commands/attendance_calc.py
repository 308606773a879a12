"""`attendance_calc FILE.csv [--dates dmy|mdy] [--json]`: attendance from rows of student, date, session and code."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from attendance.arithmetic import decimal
from attendance.calculation import NAMES, Calculation, Problem, calculate, figures
from attendance.choices import Series
from attendance.codes import code_set
from exchange import bundle
from exchange.formats import dates
from exchange.tables import CannotRead, Table, read_table


class Command(BaseCommand):
    """Print per student and in total what the marks of a file come to; the exit status is 1 when a row is not counted."""

    help = "Works attendance out from a CSV file with the columns student, date, session and code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dates",
            choices=["dmy", "mdy"],
            default="",
            help="How dates with slashes are read; needed when there are any.",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        found, left_out = _calculate(options["file"], options["dates"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        else:
            for problem in found.problems:
                self.stderr.write(str(problem))
            self.stdout.write(_table(found))
        if left_out:
            self.stderr.write(f"{left_out} {'row is' if left_out == 1 else 'rows are'} not counted.")
            sys.exit(1)


def _calculate(path: Path, order: str) -> tuple[Calculation, int]:
    """What the file comes to, with every problem in the order of the file, and how many rows are not counted."""
    problems: list[bundle.Problem] = []
    table = _read(path, problems)
    if table is not None:
        if missing := [name for name in sorted(NAMES) if not table.has(name)]:
            raise CommandError(f"{path.name} has no column {', '.join(missing)}.")
        if asked := dates.order_fault([row.get("date") for row in table.rows], order):
            value, words = asked
            problems.append(bundle.Problem(path.name, 1, "date", value, words, fatal=True, asks_dates=True))
    if fatal := [problem.as_text() for problem in problems if problem.fatal]:
        raise CommandError("\n".join(fatal))
    rows = [(row.line, {name: row.get(name) for name in NAMES}) for row in table.rows] if table else []
    found = calculate(rows, code_set(Series.SESSION), lambda text: dates.day_of(text, order))
    left_out = len(found.problems) + sum(bool(problem.left_out) for problem in problems)
    found.problems += [Problem(each.line, each.column, each.value, each.message) for each in problems]
    found.problems.sort(key=lambda problem: problem.line)
    return found, left_out


def _read(path: Path, problems: list[bundle.Problem]) -> Table | None:
    try:
        return read_table(path.name, path.read_bytes(), problems)
    except OSError as why:
        raise CommandError(f"{path.name} can't be read: {why.strerror}.") from None
    except CannotRead as why:
        raise CommandError(str(why)) from None


def _as_json(found: Calculation) -> dict[str, Any]:
    return {
        "students": {student: figures(totals) for student, totals in found.students.items()},
        "total": figures(found.total),
        "problems": [asdict(problem) for problem in found.problems],
    }


def _table(found: Calculation) -> str:
    names = list(figures(found.total))
    lines = ["\t".join(["student", *names])]
    for student, totals in [*found.students.items(), ("TOTAL", found.total)]:
        row = figures(totals) | {"attendance": decimal(totals.attendance, 4)}
        lines.append("\t".join([student, *(_written(row[name]) for name in names)]))
    return "\n".join(lines)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
