"""The first letters about attendance read well for somebody who missed nothing too; one that a college has changed stays as it is."""

from django.db import migrations

NAMES = ("Attendance: first concern", "Attendance: invitation to a meeting")
CHANGES = (
    (
        "I am writing because {student} has missed {days_missed} this school year.",
        "I am writing about {student}'s attendance. {first_name} {missed}.",
    ),
    (
        "{student} has now missed {days_missed} this school year ({absences} of {possible} sessions or lessons,"
        " {unauthorised} of them not authorised).",
        "{student} {missed}.",
    ),
)


def _change(apps, pairs):
    templates = apps.get_model("interventions", "LetterTemplate").objects
    for template in templates.filter(name__in=NAMES, language="en", changed_by=None, version=1):
        body = template.body
        for before, after in pairs:
            body = body.replace(before, after)
        templates.filter(pk=template.pk).update(body=body)


def forwards(apps, schema_editor):
    """Put what was missed in one place, which has words for nothing."""
    _change(apps, CHANGES)


def backwards(apps, schema_editor):
    """As they were."""
    _change(apps, [(after, before) for before, after in reversed(CHANGES)])


class Migration(migrations.Migration):
    dependencies = [("interventions", "0024_answers_taken_back")]
    operations = [migrations.RunPython(forwards, backwards)]
