from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import naming
from core.private import keys


class Command(BaseCommand):
    """Make the keys that are missing, and leave the others alone. `--rotate RING` adds a newer key to one ring."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", choices=keys.RINGS, help="the ring that gains a newer key")

    def handle(self, *args: Any, **options: Any) -> None:
        naming.make_key()
        made = keys.make_missing_keys()
        if made:
            self.stdout.write(f"Made keys for {', '.join(made)}.")
        if options["rotate"] and options["rotate"] not in made:
            self.stdout.write(f"The {options['rotate']} ring now writes with key {keys.add_key(options['rotate'])}.")
