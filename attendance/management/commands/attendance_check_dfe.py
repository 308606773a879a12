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
    """Replay the DfE file; the exit status is 1 when a code stands in another class than the Department's, a class comes to
    another count, a percentage differs by more than the row itself leaves unexplained, or one could not be compared."""

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
        for words in found.misclassified:
            self.stdout.write(f"WRONG CLASS: {words}")
        for row in found.apart:
            self.stdout.write(f"{'within what is allowed' if row.holds else 'CLASSES DIFFER'}: {row}")
        self.stdout.write(f"{found.left_out} rows left out: suppressed, or of another phase")
        self.stdout.write(
            f"{found.unexplained:,} sessions are authorised in the file under no code, in {len(found.apart)} rows; nothing is added for them"
        )
        self.stdout.write(f"{found.compared} percentages compared")
        self.stdout.write(f"largest difference beside what the file leaves unexplained {float(found.beyond):.8f}")
        self.stdout.write(f"largest difference {float(found.largest):.8f} in {len(found.rows)} rows")
        if not found.holds:
            sys.exit(1)
