"""Kinds of interventions that most colleges know, to start from. A college renames, adds and retires its own."""

import uuid

from django.db import migrations

KINDS = [
    ("Attendance mentoring", "attendance"),
    ("Punctuality check-in", "attendance"),
    ("One-to-one mentoring", "wellbeing"),
    ("Counselling", "wellbeing"),
    ("Small-group maths", "maths"),
    ("Small-group English", "english"),
    ("Revision workshop", "work"),
    ("Study skills", "work"),
    ("In-class support", "send"),
    ("English language support", "eal"),
    ("Careers guidance", "careers"),
    ("Behaviour support", "behaviour"),
]


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    kinds = apps.get_model("interventions", "InterventionType").objects
    for name, area in KINDS:
        kinds.get_or_create(name=name, defaults={"area": area, "public_id": uuid.uuid4()})


class Migration(migrations.Migration):
    dependencies = [("interventions", "0006_interventions_and_their_impact")]
    # Going back leaves the rows: interventions refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
