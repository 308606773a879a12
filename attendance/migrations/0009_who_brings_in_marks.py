"""Officers and data managers bring in marks from the MIS and see what came."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attendance", "0008_planned_absence_replaced")]
    operations = [
        migrations.AlterModelOptions(
            name="markdelivery",
            options={
                "ordering": ["-received_at"],
                "permissions": [("import_marks", "Can bring in marks from the MIS and see what came")],
            },
        )
    ]
