"""`attendance_check_dfe FILE.csv`: the Department's counts by code through our arithmetic, beside its percentages."""

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from attendance.choices import Series
from attendance.codes import code_set
from attendance.dfe import compare


class Command(BaseCommand):
    """Replay the DfE file; the last line gives the largest difference, and the exit status is 1 when it is too large or a figure
    could not be compared."""

    help = (
        "Sets our attendance, absence and reason percentages beside those of the DfE's file of session counts by code."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                found = compare(csv.DictReader(file), code_set(Series.SESSION))
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            raise CommandError(f"{path.name} can't be read: {fault}") from None
        except KeyError as fault:
            raise CommandError(f"{path.name} has no column {fault}.") from None
        for line in found.lines:
            self.stdout.write(str(line))
        self.stdout.write(
            f"{found.without_column} sessions are authorised in the file under no code; counted as authorised"
        )
        self.stdout.write(f"{found.left_out} rows left out: suppressed, or of another phase")
        self.stdout.write(f"{found.compared} percentages compared")
        self.stdout.write(f"largest difference {float(found.largest):.8f} in {found.rows} rows")
        if not found.holds:
            sys.exit(1)
