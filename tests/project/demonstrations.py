"""Makes small demonstration colleges in one database, each taken back; prints each day whose college was made.

Run as the database's owner: `python -m tests.project.demonstrations 2026-09-01 2026-09-02`.
"""

import sys
from io import StringIO

import django
from django.core.management import call_command
from django.db import transaction


def make(day: str) -> int:
    """Make the smallest college on this day and take it back; the number of its students."""
    from caseload.models import Student

    with transaction.atomic():
        call_command("demo_college", "--students", "30", "--seed", "1", "--today", day, stdout=StringIO())
        made = Student.objects.count()
        transaction.set_rollback(True)
    return made


if __name__ == "__main__":
    django.setup()
    for asked in sys.argv[1:]:
        if make(asked) >= 30:
            print(asked, flush=True)
