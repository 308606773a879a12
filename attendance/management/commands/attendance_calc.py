"""`attendance_calc FILE.csv [--json]`: attendance from rows of student, date, session and code."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from attendance.arithmetic import decimal
from attendance.calculation import Calculation, calculate, figures
from attendance.choices import Series
from attendance.codes import code_set

COLUMNS = {"student", "date", "session", "code"}


class Command(BaseCommand):
    """Print per student and in total what the marks of a file come to; the exit status is 1 when a row is not counted."""

    help = "Works attendance out from a CSV file with the columns student, date, session and code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._calculate(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        else:
            for problem in found.problems:
                self.stderr.write(str(problem))
            self.stdout.write(_table(found))
        if found.problems:
            count = len(found.problems)
            self.stderr.write(f"{count} {'row is' if count == 1 else 'rows are'} not counted.")
            sys.exit(1)

    def _calculate(self, path: Path) -> Calculation:
        try:
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                reader = csv.DictReader(file)
                heading = {(name or "").strip().lower() for name in reader.fieldnames or []}
                if missing := COLUMNS - heading:
                    raise CommandError(f"{path.name} has no column {', '.join(sorted(missing))}.")
                reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or []]
                return calculate(_with_lines(reader), code_set(Series.SESSION))
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            raise CommandError(f"{path.name} can't be read: {fault}") from None


def _with_lines(reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the line on which it begins: blank lines count, and a quoted value may go over several."""
    for row in reader:
        inside = sum(str(value).count("\n") for value in row.values())
        yield reader.line_num - inside, row


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
