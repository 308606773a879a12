"""What was typed when a session ended, with row security: a row is seen by its own person and by nobody else."""

import uuid

from django.conf import settings
from django.db import migrations, models

APP = f'"{settings.DATABASE_APP_USER}"'
TABLE = "core_keptform"
OWN = "person_id = (SELECT waymark_person())"
KEEPER = "(SELECT waymark_system()) = 'kept-forms'"
POLICIES = (
    ("SELECT", f"USING ({OWN} OR {KEEPER})"),
    ("INSERT", f"WITH CHECK ({KEEPER})"),
    ("DELETE", f"USING ({OWN} OR {KEEPER})"),
)
SECURE = (
    f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;"
    f" REVOKE ALL ON {TABLE} FROM {APP}; GRANT SELECT, INSERT, DELETE ON {TABLE} TO {APP};"
    + "".join(f" CREATE POLICY {TABLE}_{what.lower()} ON {TABLE} FOR {what} {who};" for what, who in POLICIES)
)
UNDO = (
    "".join(f"DROP POLICY {TABLE}_{what.lower()} ON {TABLE};" for what, _ in POLICIES)
    + f" ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;"
)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_jobs_mail_files_links")]

    operations = [
        migrations.CreateModel(
            name="KeptForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("person_id", models.BigIntegerField(db_index=True)),
                ("kept_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "digest",
                    models.CharField(
                        help_text="A keyed fingerprint, so that the same form sent twice is kept once.", max_length=64
                    ),
                ),
                ("key_id", models.CharField(max_length=32)),
                ("sealed", models.BinaryField()),
            ],
            options={"verbose_name": "kept form", "default_permissions": ()},
        ),
        migrations.RunSQL(SECURE, UNDO),
    ]
