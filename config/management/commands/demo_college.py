from argparse import ArgumentParser
from datetime import date, time
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from caseload.models import Student
from config.demo_college.build import build
from config.demo_college.today import take_registers
from core import clock


class Command(BaseCommand):
    """Fill an empty database with a believable college: last year complete, this year to date."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--students", type=int, default=1200, help="On roll today: 30 to 30,000 (1,200).")
        parser.add_argument("--seed", type=int, default=1, help="The same seed and date give the same college.")
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="The day it is, as 2026-11-20.")
        parser.add_argument(
            "--until",
            type=time.fromisoformat,
            help="The time of day up to which today's registers are taken, as 10:30 (none is taken).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 30 <= options["students"] <= 30_000:
            raise CommandError("--students must be between 30 and 30000.")
        if Student.objects.exists():
            raise CommandError(
                "There are students in this database already. The demonstration college needs an empty one."
            )
        today = options["today"] or clock.today()
        call_command("install_naming_key", stdout=StringIO())
        made_at = clock.at(today, 8)
        # Early in the morning nothing may have happened later than now.
        if clock.today() == today:
            made_at = min(made_at, clock.now())
        with clock.set_to(made_at), transaction.atomic():
            build(options["students"], options["seed"], today, self.stdout.write)
            if options["until"] is not None:
                with clock.set_to(clock.at(today, options["until"].hour, options["until"].minute)):
                    self.stdout.write(f"{take_registers()} registers of today")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(f"The demonstration college of {options['students']} students is ready.")
