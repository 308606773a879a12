"""Barriers, stages and model plans to begin from, in words of our own. Each college makes them its own."""

from uuid import UUID, uuid5

from django.db import migrations

FIRST = UUID("0b0f6d0e-3c5c-4d35-9f4a-6a0d3a4f1c77")
BARRIERS = (
    "Travel", "Money", "Caring for somebody", "Paid work", "Health", "Wellbeing", "Friendships and bullying", "At home",
    "Sleep and mornings", "Behind with work", "Reading and writing", "Number", "Wrong course", "Special need not met",
    "English still being learnt", "Nowhere quiet to study",
)  # fmt: skip
# Name, when it is used, whose plan it is, who approves it, after how many days it is looked at again.
STAGES = (
    ("Tutor’s plan", "Something is in the way, and the tutor and the student can put it right", "tutor", "", 28),
    ("Plan with home and teachers", "The first plan was not enough, or more people have to help", "tutor", "", 28),
    ("Head of year’s plan", "No better, or the place on the course is in doubt", "head_of_year", "", 21),
    ("Senior leader’s plan", "The last plan before the place is looked at", "head_of_year", "senior_leader", 14),
)
# Name, area, what is in the way, barriers, aims, actions (what, who, weeks from the start), weeks to the review.
PLANS = (
    (
        "Back to full attendance", "attendance", "Days are missed often, and each absence makes the next one easier.",
        ("Sleep and mornings", "Behind with work"),
        "In every day for four weeks, and what was missed is caught up.",
        (
            ("Ring home on the first morning of any absence", "Tutor", 4),
            ("Meet at the gate on Monday mornings", "Tutor", 2),
            ("List what was missed in each subject, with a date for each piece", "Teachers", 1),
            ("Be ready by 07:45 with the bag packed the evening before", "Student", 4),
        ),
        4,
    ),
    (
        "Catching up after illness", "work", "Weeks were missed through illness, and each subject has moved on.",
        ("Health", "Behind with work"),
        "Nothing that counts towards a grade is missing, and lessons can be followed again.",
        (
            ("Say which topics and pieces of work matter most", "Teachers", 1),
            ("Two supported sessions a week", "Learning support", 6),
            ("A shorter timetable for the first two weeks, then all of it", "Tutor", 2),
            ("Tell somebody on the day it becomes too much", "Student", 6),
        ),
        3,
    ),
    (
        "Behind in one subject", "work", "Work in one subject is late or below what it could be.", ("Behind with work",),
        "Up to date, and the next assessed piece at the target grade.",
        (
            ("List what is missing and what comes next", "Teacher", 1),
            ("One workshop a week", "Student", 6),
            ("Mark one piece together and say what the next mark needs", "Teacher", 3),
        ),
        6,
    ),
    (
        "Work and study in balance", "attendance", "Hours of paid work leave too little time and sleep.",
        ("Paid work", "Money"),
        "No shift the evening before a full day, and private study done each week.",
        (
            ("Write down a normal week: lessons, shifts, study, sleep", "Student", 1),
            ("Look at bursary and other help with money", "Student services", 2),
            ("Talk to the manager about shifts", "Student", 2),
        ),
        4,
    ),
    (
        "Feeling well enough to learn", "wellbeing", "Worry or low mood makes lessons hard.", ("Wellbeing",),
        "Knows whom to go to, uses it when needed, and stays in lessons.",
        (
            ("Agree one person and one place to go to", "Tutor", 1),
            ("Refer to counselling, if the student wants it", "Tutor", 1),
            ("Check in twice a week, five minutes", "Tutor", 4),
        ),
        3,
    ),
)  # fmt: skip


def load(apps, schema_editor):
    """Add what is missing; what a college has made its own stays."""

    def rows(model):
        return apps.get_model("interventions", model).objects

    keys = {}
    for place, name in enumerate(BARRIERS, 1):
        row, _ = rows("Barrier").get_or_create(
            name=name, defaults={"public_id": uuid5(FIRST, name), "position": place * 10}
        )
        keys[name] = str(row.public_id)
    for number, (name, about, owner, approver, days) in enumerate(STAGES, 1):
        values = {
            "public_id": uuid5(FIRST, f"stage {number}"), "name": name, "about": about, "owner_role": owner,
            "approver_role": approver, "review_after_days": days,
        }  # fmt: skip
        rows("PlanStage").get_or_create(number=number, defaults=values)
    for title, area, reasons, barriers, aims, actions, weeks in PLANS:
        data = {
            "aims": aims,
            "reasons": reasons,
            "barriers": [keys[name] for name in barriers],
            "actions": [{"what": what, "who": who, "weeks": after} for what, who, after in actions],
            "weeks": weeks,
        }
        values = {"public_id": uuid5(FIRST, title), "area": area, "data": data}
        rows("BankItem").get_or_create(kind="plan", title=title, saved_by=None, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("interventions", "0012_action_plans")]
    # Going back leaves the rows: plans refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
