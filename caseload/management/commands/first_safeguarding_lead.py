from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from accounts.roles import BY_CODE
from audit.record import record
from caseload import verbs
from caseload.models import CollegeGrant
from caseload.rules.grants import CONSENTERS, whole_college
from core import clock
from core.actors import SystemActor

SYSTEM_INSTALLER = SystemActor("installer", "Whoever installs Waymark names the first two, who then name all others")
ENOUGH = 2


class Command(BaseCommand):
    """Give the first safeguarding lead, and the head beside them, their roles. With two in place they name all others."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--role", choices=CONSENTERS, default="dsl", help="dsl (the default), deputy_dsl or head")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None or not user.works_here:
            raise CommandError(
                f"Nobody who works here signs in with {options['email']}. Add them to the staff list first."
            )
        today = clock.today()
        current = CollegeGrant.objects.filter(role__name__in=CONSENTERS, period__contains=today)
        if current.filter(user=user, role__name=options["role"]).exists():
            self.stdout.write(f"{options['email']} is {BY_CODE[options['role']].label} already.")
            return
        if current.values("user").distinct().count() >= ENOUGH:
            raise CommandError(
                "Two people hold protected roles already; they propose and consent on the page Safeguarding team."
            )
        grant = CollegeGrant.objects.create(
            user=user,
            role=Group.objects.get(name=options["role"]),
            content_object=whole_college(),
            period=DateRange(today, None),
            reason="First of the safeguarding team",
        )
        details = {"user": user.pk, "role": options["role"], "kind": "college"}
        record(SYSTEM_INSTALLER, verbs.REACH_GIVEN, "grant.college", grant.pk, details=details)
        self.stdout.write(f"{options['email']} is now {BY_CODE[options['role']].label}.")
