from typing import Any

from django.core.management.base import BaseCommand

from core import naming
from core.private.keys import add_key
from safeguarding.actions.keys import SYSTEM_KEYS, seal_anew


class Command(BaseCommand):
    """Make a new safeguarding key and seal everything with it; `--no-new-key` goes on where an earlier run stopped."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-new-key", action="store_true", help="Use the newest key there is.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_new_key"]:
            self.stdout.write(f"New key {add_key('safeguarding')}.")
        rows = seal_anew(lambda: naming.named_system(SYSTEM_KEYS.name, purpose="keys"))
        self.stdout.write(f"{rows} rows sealed anew. Older keys can go when the last backup that needs them has gone.")
