"""The first letters about attendance say the weeks that they are about; a letter that a college has changed stays as it is."""

from django.db import migrations

NAMES = ("Attendance: first concern", "Attendance: invitation to a meeting", "Attendance: what we agreed")
CHANGES = (
    (" Attendance stands at {attendance}.", " In {window}, attendance was {window_attendance}."),
    ("{student}'s attendance stands at {attendance}.", "In {window}, {student}'s attendance was {window_attendance}."),
)


def _change(apps, pairs):
    templates = apps.get_model("interventions", "LetterTemplate").objects
    for template in templates.filter(name__in=NAMES, language="en", changed_by=None, version=1):
        body = template.body
        for before, after in pairs:
            body = body.replace(before, after)
        templates.filter(pk=template.pk).update(body=body)


def forwards(apps, schema_editor):
    """Put the weeks in the place of “stands at”."""
    _change(apps, CHANGES)


def backwards(apps, schema_editor):
    """As they were."""
    _change(apps, [(after, before) for before, after in reversed(CHANGES)])


class Migration(migrations.Migration):
    dependencies = [("interventions", "0022_why_students_were_chosen")]
    operations = [migrations.RunPython(forwards, backwards)]
