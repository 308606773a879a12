from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from accounts.roles import BY_CODE
from audit.record import record
from caseload import verbs
from caseload.models import CollegeGrant
from caseload.rules.grants import whole_college
from core import clock, naming
from core.actors import SystemActor

SYSTEM_INSTALLER = SystemActor(
    "first-administrator", "Whoever installs Waymark names the first of each, who then adds all others"
)
ROLES = ("data_manager", "system_administrator")


class Command(BaseCommand):
    """Add the first data manager, or the first system administrator, of a new installation. They set their password by
    “Forgotten password” on the sign-in page. Once there is one, others are given the role in the browser."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address they will sign in with")
        parser.add_argument("--given-name", default="")
        parser.add_argument("--family-name", default="")
        parser.add_argument("--role", choices=ROLES, default="data_manager")

    def handle(self, *args: Any, **options: Any) -> None:
        with naming.named_system(SYSTEM_INSTALLER.name, purpose="installation"):
            self._add(options)

    def _add(self, options: dict[str, Any]) -> None:
        today, role, email = clock.today(), options["role"], options["email"].strip().lower()
        if CollegeGrant.objects.filter(role__name=role, period__contains=today).exists():
            raise CommandError(f"There is a {BY_CODE[role].label.lower()} already; they give the role in the browser.")
        user = User.objects.filter(email=email).first()
        if user is None:
            given = options["given_name"] or email.split("@")[0]
            user = User.objects.create_user(email, given_name=given, family_name=options["family_name"])
        if not user.works_here:
            raise CommandError(f"{email} no longer works here.")
        grant = CollegeGrant.objects.create(
            user=user,
            role=Group.objects.get(name=role),
            content_object=whole_college(),
            period=DateRange(today, None),
            reason="First of a new installation",
        )
        details = {"user": user.pk, "role": role, "kind": "college"}
        record(SYSTEM_INSTALLER, verbs.REACH_GIVEN, "grant.college", grant.pk, details=details)
        self.stdout.write(f"{email} is now {BY_CODE[role].label.lower()}.")
