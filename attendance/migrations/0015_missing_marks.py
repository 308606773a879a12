"""Which marks came from a site's MIS and could not be taken, day by day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0014_summary_by_week_alone"), ("caseload", "0001_students_groups_and_grants")]

    operations = [
        migrations.CreateModel(
            name="MissingMarks",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(null=True)),
                (
                    "marks",
                    models.JSONField(
                        default=list, help_text="Student and session or lesson of each, as the file names them."
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField(help_text="How many rows of this day the delivery had.")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="attendance.markdelivery"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="caseload.site"
                    ),
                ),
            ],
            options={
                "ordering": ["site", "date"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "date"), name="attendance_missing_marks_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
