"""The weekly summary by week: a dashboard reads a few weeks of everybody, and the key begins with the student."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0010_registers_in_fewer_calls")]

    operations = [
        migrations.AddIndex(
            model_name="weeksummary",
            index=models.Index(fields=["week", "series"], name="attendance_summary_of_weeks"),
        )
    ]
