"""Where a roster comes from, who is another person than their namesake, and how an upload writes its dates."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock

DATES = models.CharField(
    blank=True,
    choices=[("", "Ask me when there are any"), ("mdy", "month/day/year"), ("dmy", "day/month/year")],
    max_length=3,
)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_mark_imports"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        # For the forms alone: what is stored is the same.
        migrations.AlterField("rosterimport", "dates", DATES),
        migrations.AddField("markimport", "dates", DATES.clone()),
        migrations.AddField(
            "rosterimport", "agreed", models.JSONField(default=dict, help_text="By site, how many leavers somebody agreed to."),
        ),
        migrations.AddField(
            "rosterimport",
            "source",
            models.CharField(blank=True, help_text="The system or school it came from.", max_length=40),
        ),
        migrations.CreateModel(
            name="AnotherPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("source_id", models.CharField(max_length=200)),
                ("said_at", models.DateTimeField(default=core.clock.now)),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "source_id"), name="exchange_another_person_once")
                ]
            },
        ),
    ]
