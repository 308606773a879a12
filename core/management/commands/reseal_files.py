from typing import Any

from django.core.management.base import BaseCommand

from core.private import files


class Command(BaseCommand):
    """Seal the keys of stored files with the newest key of the files ring, so that an older key can be put away."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{files.reseal()} files are now sealed with the newest key.")
