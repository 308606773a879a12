"""Minimum targets in the order in which they held, for a dashboard that asks for a whole college's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("progress", "0004_grade_by_course_and_scale")]

    operations = [
        migrations.AddIndex(
            model_name="grade",
            index=models.Index(
                condition=models.Q(("kind", "minimum_target")),
                fields=["student", "course", "on_date", "id"],
                include=("scale", "grade"),
                name="progress_grade_targets",
            ),
        )
    ]
