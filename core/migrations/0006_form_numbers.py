"""The numbers of forms that were handled, with row security: who sent a form at what minute is nobody else's business."""

from django.conf import settings
from django.db import migrations, models

APP = f'"{settings.DATABASE_APP_USER}"'
TABLE = "core_formnumber"
OWN = "person_id = (SELECT waymark_person())"
TIDIER = "((SELECT waymark_system()) = 'core.forget_form_numbers' AND at < now() - interval '1 day')"
POLICIES = (
    ("SELECT", f"USING ({OWN} OR {TIDIER})"),
    ("INSERT", f"WITH CHECK ({OWN})"),
    ("UPDATE", f"USING ({OWN}) WITH CHECK ({OWN})"),
    ("DELETE", f"USING ({OWN} OR {TIDIER})"),
)
SECURE = (
    f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;"
    f" REVOKE ALL ON {TABLE} FROM {APP}; GRANT SELECT, INSERT, DELETE ON {TABLE} TO {APP};"
    f" GRANT UPDATE (key_id, sealed) ON {TABLE} TO {APP};"
    + "".join(f" CREATE POLICY {TABLE}_{what.lower()} ON {TABLE} FOR {what} {who};" for what, who in POLICIES)
)
UNDO = (
    "".join(f"DROP POLICY {TABLE}_{what.lower()} ON {TABLE};" for what, _ in POLICIES)
    + f" ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;"
)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_old_mail_without_secrets'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32)),
                ('digest', models.CharField(max_length=64)),
                ('person_id', models.BigIntegerField()),
                ('at', models.DateTimeField(db_index=True)),
                ('key_id', models.CharField(blank=True, max_length=32)),
                ('sealed', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': 'form number',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('number', 'digest'), name='core_form_number_once')],
            },
        ),
        migrations.RunSQL(SECURE, UNDO),
    ]
