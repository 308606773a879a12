"""Processes and letters to begin from: staged attendance (facts 1.10) and fitness to study. Each college makes them its own."""

from uuid import UUID, uuid5

from django.db import migrations

FIRST = UUID("5d4f7b1a-6f0e-4d0b-9f57-2f1c9be0a7d4")
CLOSE = "\n\nYours sincerely\n\n{sender}\n{college}"
LETTERS = {
    "Attendance: first concern": (
        "{first_name}'s attendance",
        "Dear {recipient}\n\nI am writing because {student} has missed {days_missed} this school year. Attendance stands at"
        " {attendance}.\n\nEvery day counts, and we would like to help. If there is something that makes it hard for"
        " {first_name} to come in, please ring us or write to {tutor}." + CLOSE,
    ),
    "Attendance: invitation to a meeting": (
        "A meeting about {first_name}'s attendance",
        "Dear {recipient}\n\n{student} has now missed {days_missed} this school year ({absences} of {possible} sessions or"
        " lessons, {unauthorised} of them not authorised). Attendance stands at {attendance}.\n\nWe would like to meet you"
        " and {first_name} to agree what will help. Please ring us within the next five school days to find a time."
        + CLOSE,
    ),
    "Attendance: what we agreed": (
        "What we agreed about {first_name}'s attendance",
        "Dear {recipient}\n\nThank you for meeting us. {student}'s attendance stands at {attendance}.\n\nWe agreed:\n\n"
        "[write here what was agreed, who does it and by when]\n\nWe will look at it together again and let you know."
        + CLOSE,
    ),
    "Fitness to study: invitation": (
        "A meeting about support for {first_name}",
        "Dear {recipient}\n\nWe are concerned about how {student} is at present and want to find the right support. We would"
        " like to meet {first_name}, and you if {first_name} agrees, to talk about what would help." + CLOSE,
    ),
}
PROCESSES = (
    (
        "attendance",
        "Attendance",
        "From the first signs to support by several agencies.",
        (
            ("Early support", "Attendance begins to fall", "Below 85 % in six weeks", "Attendance: first concern", "welfare", "tutor", "", 28),
            ("Meeting with home", "No better at the review, or persistent absence", "", "Attendance: invitation to a meeting", "welfare", "head_of_year", "", 28),
            ("Attendance plan", "No better after the meeting", "", "Attendance: what we agreed", "welfare", "head_of_year", "", 28),
            ("Intensive support", "Severe absence, or no better with the plan: other agencies and the local authority", "", "", "", "attendance_officer", "senior_leader", 14),
        ),
    ),
    (
        "fitness-to-study",
        "Fitness to study",
        "When health or wellbeing keeps a student from studying.",
        (
            ("Concern raised", "Somebody is worried about how a student manages", "", "", "welfare", "tutor", "", 14),
            ("Support meeting", "Support at the first stage is not enough", "", "Fitness to study: invitation", "welfare", "head_of_year", "", 28),
            ("Panel", "The student cannot study safely at present", "", "", "", "senior_leader", "head", 28),
        ),
    ),
)  # fmt: skip


def load(apps, schema_editor):
    """Add what is missing; what a college has made its own stays."""

    def get(app, model):
        return apps.get_model(app, model).objects

    letters = {
        name: get("interventions", "LetterTemplate").get_or_create(
            name=name, language="en", defaults={"public_id": uuid5(FIRST, name), "subject": subject, "body": body}
        )[0]
        for name, (subject, body) in LETTERS.items()
    }
    rules = {rule.name: rule for rule in get("attendance", "AlertRule").all()}
    types = {kind.code: kind for kind in get("interventions", "MeetingType").all()}
    for code, name, about, stages in PROCESSES:
        process, new = get("interventions", "StagedProcess").get_or_create(
            code=code, defaults={"public_id": uuid5(FIRST, code), "name": name, "about": about}
        )
        for number, (title, trigger, rule, letter, meeting, owner, approver, days) in enumerate(
            stages if new else (), 1
        ):
            get("interventions", "ProcessStage").create(
                public_id=uuid5(FIRST, f"{code} {number}"), process=process, number=number, name=title, trigger=trigger,
                alert_rule=rules.get(rule), letter=letters.get(letter), meeting_type=types.get(meeting), owner_role=owner,
                approver_role=approver, review_after_days=days,
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("attendance", "0007_alert_rules"), ("interventions", "0007_intervention_kinds")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
