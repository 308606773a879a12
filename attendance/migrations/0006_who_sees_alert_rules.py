"""Leaders read the rules that raise alerts; the attendance officer sets them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attendance", "0005_planned_absence_settings_and_alerts")]
    operations = [
        migrations.AlterModelOptions(
            name="alertrule",
            options={
                "ordering": ["name", "pk"],
                "permissions": [("view_alert_rules", "Can see the rules that raise attendance alerts")],
            },
        )
    ]
