import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import naming
from core.actors import SystemActor
from exchange import choices
from exchange.bundle import ROW
from exchange.formats import read_bundle
from exchange.loading import Result, load_roster
from exchange.tables import CannotRead


class Command(BaseCommand):
    """Load a roster: a folder or zip of School Data Sync (v1 UK, v2.1) or OneRoster 1.1 CSV files."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="The folder or zip.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument(
            "--dates",
            choices=["mdy", "dmy"],
            default="",
            help="How dates with slashes are read; without it they are left out.",
        )
        parser.add_argument("--source", default="", help="A name for the system it came from, when several send files.")
        parser.add_argument(
            "--many-leavers",
            action="store_true",
            help="Import although more than a tenth of a site's roll is missing: the files are complete.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bundle = read_bundle(options["path"], options["dates"])
        except CannotRead as why:
            self._nothing(str(why), options["json"], options["path"].name)
        by = SystemActor(choices.ACTOR, f"Roster {options['path'].name}")
        with naming.named_system(choices.ACTOR, purpose="import"):
            agreed: dict[str, int] | None = None if options["many_leavers"] else {}
            result = load_roster(bundle, by=by, source=options["source"], dry_run=options["dry_run"], agreed=agreed)
        self._print(result, options["json"], options["dry_run"])
        if bundle.is_fatal or (result.stopped and not options["dry_run"]):
            sys.exit(1)

    def _nothing(self, why: str, as_json: bool, name: str) -> None:
        if as_json:
            problem = {"file": name, "line": 0, "column": "", "value": "", "message": why}
            self.stdout.write(json.dumps(Result().as_json() | {"problems": [problem]}, ensure_ascii=False, indent=2))
        else:
            self.stderr.write(why)
        sys.exit(1)

    def _print(self, result: Result, as_json: bool, dry_run: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
            return
        for problem in result.problems:
            self.stdout.write(problem.as_text())
        if any(problem.fatal for problem in result.problems):
            self.stdout.write("Nothing was imported: mend the problems above and try again.")
            return
        for kind in choices.Kind:
            words = {"created": "new", "updated": "changed", "unchanged": "the same", "left_out": "left out"}
            numbers = [f"{getattr(result, name)[kind.value]} {word}" for name, word in words.items()]
            self.stdout.write(f"{kind.label}: {', '.join(numbers)}")
        if result.left_out[ROW]:
            self.stdout.write(f"Rows that could not be read at all: {result.left_out[ROW]}")
        for leaver in result.proposed_leavers:
            self.stdout.write(f"Leaver to check: {leaver['kind']} {leaver['id']} {leaver['name']}")
        for many in result.many_leavers:
            self.stdout.write(f"{many.site}: {many.leavers} of {many.roll} on roll are missing from these files.")
        if result.stopped and not dry_run:
            self.stdout.write("Nothing was imported. If the files are complete, say so with --many-leavers.")
        else:
            self.stdout.write("Nothing was changed: this was a dry run." if dry_run else "Imported.")
