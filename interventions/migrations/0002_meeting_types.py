"""The kinds of one-to-one that most colleges hold, with questions worth asking."""

from django.db import migrations

TYPES = [
    (
        "progress-review",
        "Progress review",
        [
            "What has gone well since last time?",
            "Which subject needs most work, and what would help?",
            "How is the balance of study, work and rest?",
        ],
    ),
    (
        "welfare",
        "Welfare",
        [
            "How are things at home and with friends?",
            "How are you sleeping and eating?",
            "Who do you talk to when things are hard?",
        ],
    ),
    (
        "return-to-study",
        "Return to study",
        [
            "What kept you away, and is it settled?",
            "What did you miss, and who will help you catch up?",
            "What would make the first week easier?",
        ],
    ),
    (
        "personal-progress-day",
        "Personal Progress Day",
        [
            "What are you most proud of so far?",
            "Where do you want to be in a year?",
            "What do your teachers say, and do you agree?",
        ],
    ),
    (
        "exit",
        "Exit",
        [
            "What are you going on to, and when does it start?",
            "What would have made you stay?",
            "Who should we keep in touch with?",
        ],
    ),
]


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    types = apps.get_model("interventions", "MeetingType").objects
    for place, (code, name, prompts) in enumerate(TYPES, start=1):
        types.get_or_create(code=code, defaults={"name": name, "prompts": prompts, "position": place})


class Migration(migrations.Migration):
    dependencies = [("interventions", "0001_meetings_targets_and_notes")]
    # Going back leaves the rows: one-to-ones already logged refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
