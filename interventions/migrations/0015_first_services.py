"""Services that most colleges have and agencies that most know, to start from. A college renames, adds and retires its own."""

from uuid import UUID, uuid5

from django.db import migrations

FIRST = UUID("7c1f0c52-9a55-4d2e-8a0b-3d1c8f6e2b91")
# Name, what it is for, inside the college, role that takes its referrals up, confidential.
# Counselling and careers begin without people of their own; whoever sets up names them.
SERVICES = [
    ("Learning support", "needs, exam access, English as an additional language", True, "learning_support", False),
    ("Counselling", "somebody to talk to, in confidence", True, "learning_support", True),
    ("Careers", "next steps, applications, work experience", True, "learning_support", False),
    ("Attendance team", "what keeps a student from coming in", True, "attendance_officer", False),
    ("Child and adolescent mental health service", "CAMHS", False, "", True),
    ("Early help", "the local authority’s support for families", False, "", False),
    ("Drug and alcohol service", "", False, "", True),
    ("Young carers’ service", "", False, "", False),
]


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    services = apps.get_model("interventions", "Service").objects
    for name, about, inside, role, confidential in SERVICES:
        values = {"about": about, "inside": inside, "role": role, "confidential": confidential}
        services.get_or_create(name=name, defaults=values | {"public_id": uuid5(FIRST, name)})


class Migration(migrations.Migration):
    dependencies = [("interventions", "0014_referrals")]
    # Going back leaves the rows: referrals refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
