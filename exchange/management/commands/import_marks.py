import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from attendance.errors import RegisterProblem
from caseload.models import Site
from core import clock, naming
from core.actors import SystemActor
from exchange import choices
from exchange.marks import MarkResult, load_marks, read_marks


def a_moment(text: str) -> datetime:
    """10:30 (today) or 2026-11-20T10:30, by the clock on the wall."""
    try:
        if len(text) <= 5:
            return clock.at(clock.today(), *(int(part) for part in text.split(":")))
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise ArgumentTypeError(f"“{text}” is no time. Write 10:30, or 2026-11-20T10:30.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.LONDON)


class Command(BaseCommand):
    """Bring marks in from a CSV file of the MIS, for a site that takes its registers there."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="The CSV file.")
        parser.add_argument("--site", default="", help="Name, URN, LAESTAB or UKPRN; needed when there are several.")
        parser.add_argument(
            "--covers-until",
            type=a_moment,
            help="Up to when the marks are complete: 10:30 or 2026-11-20T10:30. Without it, when the file was written.",
        )
        parser.add_argument(
            "--dates",
            choices=["dmy", "mdy"],
            default="",
            help="How dates with slashes are read; needed when there are any.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            content = path.read_bytes()
            made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as why:
            raise CommandError(f"{path.name} can't be read: {why.strerror}.") from None
        by = SystemActor(choices.MARKS_ACTOR, f"Marks {path.name}")
        with naming.named_system(choices.MARKS_ACTOR, purpose="import"):
            site = _site(options["site"])
            try:
                result = load_marks(
                    read_marks(path.name, content, options["dates"]),
                    by=by,
                    site=site,
                    covers_until=options["covers_until"],
                    made_at=made_at,
                    dry_run=options["dry_run"],
                )
            except RegisterProblem as why:
                raise CommandError(why.sentence) from None
        self._print(result, site, options["json"], options["dry_run"])
        if result.fatal:
            sys.exit(1)

    def _print(self, result: MarkResult, site: Site, as_json: bool, dry_run: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"site": site.name} | result.as_json(), ensure_ascii=False, indent=2))
            return
        for problem in result.problems:
            self.stdout.write(problem.as_text())
        if result.fatal:
            self.stdout.write("Nothing was changed: mend the problems above and try again.")
            return
        numbers = f"{result.created} new, {result.changed} changed, {result.unchanged} the same"
        self.stdout.write(f"{site.name}: {numbers}, {result.refused} rows left out.")
        if result.covers_until:
            rows = "the row" if result.refused == 1 else f"the {result.refused} rows"
            but = [f"{rows} left out"] if result.refused else []
            but += [", ".join(result.registers_missing)] if result.registers_missing else []
            until = f"{clock.local(result.covers_until):%-d %B %Y, %H:%M}"
            self.stdout.write(f"Marks are complete up to {until}{', except for ' if but else ''}{'; '.join(but)}.")
        self.stdout.write("Nothing was changed: this was a dry run." if dry_run else "Brought in.")


def _site(wanted: str) -> Site:
    """The site that is meant; without a name, the only one that takes its registers in the MIS."""
    there = Site.objects.filter(registers_taken=Site.Registers.MIS)
    if wanted:
        there = Site.objects.filter(Q(name__iexact=wanted) | Q(urn=wanted) | Q(laestab=wanted) | Q(ukprn=wanted))
    found = list(there[:3])
    if len(found) == 1:
        return found[0]
    if wanted:
        raise CommandError(f"There is no site called “{wanted}”." if not found else f"Several sites are “{wanted}”.")
    if not found:
        raise CommandError("No site takes its registers in the MIS. Change that in the site's attendance settings.")
    names = ", ".join(site.name for site in found)
    raise CommandError(f"Several sites take their registers in the MIS ({names} …). Say which with --site.")
