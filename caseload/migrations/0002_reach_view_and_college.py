"""One view of every grant, the one college, and histories that nobody can rewrite."""

from django.conf import settings
from django.db import migrations

KINDS = ("caseload", "teaching_group", "year_group", "house", "team", "course", "area", "site", "college")
TABLES = {kind: f"caseload_{kind.replace('_', '')}grant" for kind in KINDS}
VIEW = " UNION ALL ".join(
    f"SELECT '{kind}-' || id AS id, user_id, role_id, '{kind}'::text AS kind, content_object_id AS container_id,"
    f" id AS grant_id, period FROM {table}"
    for kind, table in TABLES.items()
)
HISTORIES = ", ".join([f"{table}event" for table in TABLES.values()] + ["caseload_contactevent", "caseload_studentcontactevent"])


class Migration(migrations.Migration):
    dependencies = [("caseload", "0001_students_groups_and_grants"), ("core", "0001_roles_and_naming")]

    operations = [
        migrations.RunSQL(f"CREATE VIEW caseload_reach AS {VIEW}", "DROP VIEW caseload_reach"),
        migrations.RunSQL("INSERT INTO caseload_college (id) VALUES (1)", "DELETE FROM caseload_college"),
        migrations.RunSQL(
            f'REVOKE UPDATE, DELETE, TRUNCATE ON {HISTORIES} FROM "{settings.DATABASE_APP_USER}"',
            f'GRANT UPDATE, DELETE ON {HISTORIES} TO "{settings.DATABASE_APP_USER}"',
        ),
    ]
