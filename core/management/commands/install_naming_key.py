from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from core import naming


class Command(BaseCommand):
    """Tell the database the public half of the naming key; older keys stop working an hour later."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        naming.make_key()
        key_id, modulus = naming.public_numbers()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_namingkey (key_id, modulus) VALUES (%s, %s) ON CONFLICT DO NOTHING", [key_id, modulus]
            )
            cursor.execute(
                "DELETE FROM core_namingkey WHERE key_id <> %s AND (SELECT added_at < now() - interval '1 hour'"
                " FROM core_namingkey WHERE key_id = %s)",
                [key_id, key_id],
            )
        self.stdout.write("The database knows the naming key.")
