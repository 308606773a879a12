from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.roles import ROLES


class Command(BaseCommand):
    """Give each role's group exactly the permissions that the code says it carries."""

    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in Permission.objects.select_related("content_type")
        }
        unknown: set[str] = set()
        for role in ROLES:
            group, _ = Group.objects.get_or_create(name=role.code)
            wanted = role.everything()
            unknown |= wanted - known.keys()
            group.permissions.set([known[name] for name in sorted(wanted & known.keys())])
        for name in sorted(unknown):
            self.stderr.write(f"No model declares the permission {name}; nobody holds it.")
        self.stdout.write(f"{len(ROLES)} roles are in step with the code.")
