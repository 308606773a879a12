"""`attendance_verify [--repair]`: the weekly summary against a recount of the marks."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from attendance.actions.summary import rebuild_summary
from attendance.choices import Series
from attendance.models import WeekSummary
from attendance.queries.figures.verification import differences
from core import naming


class Command(BaseCommand):
    """Name every difference; the exit status is 1 when there is one."""

    help = "Recounts every mark and names each figure of the weekly summary that differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="count the summary again when it differs")

    def handle(self, *args: Any, **options: Any) -> None:
        with naming.named_system("attendance.verify", purpose="command"):
            found = [difference for series in Series for difference in differences(series)]
            for difference in found:
                self.stdout.write(str(difference))
            if found and options["repair"]:
                rebuild_summary()
                self.stdout.write("the summary was counted again")
            self.stdout.write(f"{len(found)} differences in {WeekSummary.objects.count()} weeks of students")
        if found and not options["repair"]:
            sys.exit(1)
