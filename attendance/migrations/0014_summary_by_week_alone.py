"""The weekly summary by week with what is added up, so that a whole college's weeks are read from the index alone.

It holds counts that change, so that a register's save writes it too: about 0.25 ms for thirty students, against 70 ms less for
the dashboard of 1,800.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0013_a_register_read_at_once")]

    operations = [
        migrations.AddIndex(
            model_name="weeksummary",
            index=models.Index(
                fields=["series", "week"],
                include=["student", "present", "approved", "authorised", "unauthorised", "late", "minutes_late"],
                name="attendance_summary_by_week",
            ),
        ),
        migrations.RemoveIndex(model_name="weeksummary", name="attendance_summary_of_weeks"),
    ]
