import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from audit.heads import noted
from audit.verify import Finding, verify
from core import naming


class Command(BaseCommand):
    """Check the audit record against its chain of seals and against the heads noted outside the database; names what was
    altered, removed, inserted or cut off. Status 1 on trouble."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", default="", help="a head from a mail or the log, which must still be in the chain"
        )
        parser.add_argument(
            "--heads",
            type=Path,
            default=settings.AUDIT_HEADS,
            help="the folder of noted heads, or a copy of it kept elsewhere (WAYMARK_AUDIT_HEADS)",
        )
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with naming.named_system("audit", purpose="verify"):
            found = verify(options["head"].strip(), noted(options["heads"]) if options["heads"] else {})
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict(), indent=2))
        else:
            self._tell(found, options["heads"])
        if not found.sound:
            sys.exit(1)

    def _tell(self, found: Finding, folder: Path | None) -> None:
        for fault in found.faults:
            self.stdout.write(f"{fault.kind}: {fault.words}")
        if found.more_faults:
            self.stdout.write(f"and {found.more_faults} more")
        if found.head_found is False:
            self.stdout.write("head missing: the chain was cut short or rewritten since that head was noted")
        waiting = f", {found.unsealed} waiting for their seal since {found.unsealed_since}" if found.unsealed else ""
        self.stdout.write(f"{found.sealed} entries sealed{waiting}. Head: {found.head or 'none'}")
        if found.sealed and not found.heads_noted:
            self.stdout.write(f"No head is noted in {folder}, so a record cut short at its end would look whole.")
        self.stdout.write("The record is sound." if found.sound else "The record is NOT sound.")
