"""Two letters that tutors may send about their own students, to begin from: a note, and good news. Each college makes them its own."""

from uuid import UUID, uuid5

from django.db import migrations

FIRST = UUID("0b6a3c2e-51d7-4a67-8d5e-9c1a7be4f210")
CLOSE = "\n\nYours sincerely\n\n{sender}\n{college}"
LETTERS = {
    "Note home": (
        "A note about {first_name}",
        "Dear {recipient}\n\n[write here what you would like to say]\n\nPlease get in touch if you would like to talk about"
        " it." + CLOSE,
    ),
    "Good news": (
        "Good news about {first_name}",
        "Dear {recipient}\n\nI am writing with good news about {first_name}.\n\n[write here what went well]\n\nThank you for"
        " your support." + CLOSE,
    ),
}


def load(apps, schema_editor):
    """Add what is missing; a letter that a college has made its own stays as it is."""
    templates = apps.get_model("interventions", "LetterTemplate").objects
    for name, (subject, body) in LETTERS.items():
        values = {"public_id": uuid5(FIRST, name), "subject": subject, "body": body, "for_tutors": True}
        templates.get_or_create(name=name, language="en", defaults=values)


class Migration(migrations.Migration):
    dependencies = [("interventions", "0019_letters_for_tutors")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
