"""Which registers a delivery of marks said nothing of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0015_missing_marks")]

    operations = [
        migrations.AddField(
            model_name="markdelivery",
            name="registers_missing",
            field=models.JSONField(
                default=list,
                help_text="Registers of its last day that had begun and of which not one mark was here afterwards.",
            ),
        ),
    ]
