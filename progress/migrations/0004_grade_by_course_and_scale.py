"""Find the scales in which a course is graded without reading its grades; the index of the course alone is in it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('caseload', '0012_saved_filters'),
        ('progress', '0003_grade_of_its_scale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='grade',
            name='course',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseload.course'),
        ),
        migrations.AddIndex(
            model_name='grade',
            index=models.Index(fields=['course', 'scale'], name='progress_grade_course_scale'),
        ),
    ]
