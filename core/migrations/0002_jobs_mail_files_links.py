import uuid

import django.contrib.postgres.functions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_roles_and_naming"),
    ]

    operations = [
        migrations.CreateModel(
            name="Beat",
            fields=[
                (
                    "name",
                    models.CharField(max_length=60, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("key_id", models.CharField(max_length=32)),
                ("sealed_key", models.BinaryField()),
                ("store_path", models.CharField(max_length=200, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, db_index=True, null=True),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="What it belongs to: a kind and a number.",
                        max_length=200,
                    ),
                ),
            ],
            options={
                "verbose_name": "file",
            },
        ),
        migrations.CreateModel(
            name="SignedLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("purpose", models.CharField(max_length=60)),
                (
                    "subject",
                    models.JSONField(
                        default=dict,
                        help_text="Ids of what the link is about, as numbers.",
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("max_uses", models.PositiveIntegerField(default=1, null=True)),
                ("used_count", models.PositiveIntegerField(default=0)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("issued_by_id", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "link",
                "indexes": [models.Index(fields=["purpose", "expires_at"], name="signedlink_purpose")],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                (
                    "queued_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("heartbeat_at", models.DateTimeField(editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("total_count", models.PositiveIntegerField(default=0)),
                ("error_text", models.TextField(blank=True)),
                (
                    "reference",
                    models.CharField(
                        db_default=django.db.models.functions.text.Upper(
                            django.db.models.functions.text.Left(
                                django.db.models.functions.text.MD5(
                                    django.db.models.functions.comparison.Cast(
                                        django.contrib.postgres.functions.RandomUUID(),
                                        models.TextField(),
                                    )
                                ),
                                8,
                            )
                        ),
                        editable=False,
                        max_length=12,
                    ),
                ),
                ("max_attempts", models.PositiveIntegerField(default=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being prepared"),
                            ("handing_over", "Being handed over"),
                            ("sent", "Handed to the mail server"),
                            ("failed", "Refused"),
                            ("uncertain", "Perhaps sent"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("to_address", models.EmailField(max_length=254)),
                (
                    "to_person_id",
                    models.BigIntegerField(blank=True, db_index=True, null=True),
                ),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("unsubscribe_url", models.URLField(blank=True, max_length=500)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("queued_by_id", models.BigIntegerField(blank=True, null=True)),
                ("queued_by_system", models.CharField(blank=True, max_length=60)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("server_reply", models.CharField(blank=True, max_length=300)),
                (
                    "attachments",
                    models.ManyToManyField(blank=True, related_name="+", to="core.storedfile"),
                ),
            ],
            options={
                "verbose_name": "mail",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "waiting",
                                    "running",
                                    "handing_over",
                                    "uncertain",
                                    "failed",
                                ],
                            )
                        ),
                        fields=["state", "queued_at"],
                        name="mail_unsettled",
                    )
                ],
            },
        ),
    ]
