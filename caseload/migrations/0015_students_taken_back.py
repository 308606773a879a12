from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("caseload", "0014_nobody_ends_a_protected_person_alone")]

    operations = [
        migrations.AddField(
            model_name="student",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, editable=False, help_text="Added by mistake.", null=True),
        ),
    ]
