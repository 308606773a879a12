"""The weekly summary by week holds late arrivals after the register closed too, which every page counts as late.

As before, a whole college's weeks are read from the index alone.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0016_registers_missing_from_a_delivery")]

    operations = [
        migrations.AddIndex(
            model_name="weeksummary",
            index=models.Index(
                fields=["series", "week"],
                include=[
                    *("student", "present", "approved", "authorised", "unauthorised"),
                    *("late", "late_after_close", "minutes_late"),
                ],
                name="attendance_summary_weeks",
            ),
        ),
        migrations.RemoveIndex(model_name="weeksummary", name="attendance_summary_by_week"),
    ]
