from django.db import migrations, models


class Migration(migrations.Migration):
    """An email's secret link is made when it is handed over, and the row says who is told when it does not arrive."""

    dependencies = [("core", "0003_kept_forms")]

    operations = [
        migrations.AddField("mail", "link_kind", models.CharField(blank=True, max_length=60, default=""), preserve_default=False),
        migrations.AddField(
            "mail", "link_about", models.JSONField(default=dict, help_text="Ids of what the link is about, as numbers.")
        ),
        migrations.AddField(
            "mail",
            "seen_by",
            models.CharField(
                blank=True,
                choices=[
                    ("", "The log of emails, which system administrators read"),
                    ("team", "The safeguarding team, the head and the chair"),
                    ("recipient", "Only the person it was sent to"),
                ],
                default="",
                max_length=16,
            ),
        ),
    ]
