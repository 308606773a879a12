"""The database refuses a grade that is not of the scale written beside it."""

from django.db import migrations

ADD = """
ALTER TABLE progress_grade ADD CONSTRAINT progress_grade_of_its_scale
    FOREIGN KEY (grade_id, scale_id) REFERENCES progress_scalegrade (id, scale_id);
ALTER TABLE progress_effort ADD CONSTRAINT progress_effort_of_its_scale
    FOREIGN KEY (value_id, scale_id) REFERENCES progress_scalegrade (id, scale_id);
"""
REMOVE = """
ALTER TABLE progress_effort DROP CONSTRAINT progress_effort_of_its_scale;
ALTER TABLE progress_grade DROP CONSTRAINT progress_grade_of_its_scale;
"""


class Migration(migrations.Migration):
    dependencies = [("progress", "0002_grade_scales")]
    operations = [migrations.RunSQL(ADD, REMOVE)]
