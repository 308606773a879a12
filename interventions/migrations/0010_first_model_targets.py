"""Model targets to start from, in words of our own. A college changes, archives and adds its own."""

import uuid

from django.db import migrations

# Name, area, what it is measured by, and the fields of the target. Goals are examples: each is adapted to the student.
ITEMS = [
    (
        "Attendance to 95 %", "attendance", "attendance",
        {
            "what": "Be in at least 95 % of lessons from today until the date below.",
            "measure": "The attendance that Waymark shows since the target was set.",
            "figure_goal": "95",
            "achievable": "It leaves room for one missed lesson in twenty.",
            "relevant": "What is missed has to be caught up alone.",
            "steps": ["Ring before 08:30 on any morning I can't come in", "Collect the notes of a missed lesson the same week"],
        },
    ),
    (
        "A full week", "attendance", "attendance",
        {
            "what": "Be in every lesson for the next two weeks.",
            "measure": "No absence in the register, other than one agreed beforehand.",
            "figure_goal": "100",
            "achievable": "Two weeks are few enough to count the days.",
            "relevant": "One full week makes the next one easier.",
            "steps": ["Look at the timetable together on Monday", "Meet for five minutes on Friday"],
            "weeks": 2,
        },
    ),
    (
        "On time in the morning", "attendance", "",
        {
            "what": "Be in the room before the register of the first lesson, on every day of the next four weeks.",
            "measure": "At most one late mark in four weeks.",
            "achievable": "Leaving home ten minutes earlier is enough.",
            "relevant": "The first ten minutes say what the lesson is for.",
            "steps": ["Put bag and clothes out in the evening", "Leave ten minutes earlier from Monday"],
        },
    ),
    (
        "Lateness: talk on the first day", "attendance", "count",
        {
            "what": "Check in with my tutor at 08:40 on ten school days.",
            "measure": "Ten check-ins ticked off.",
            "figure_goal": "10",
            "achievable": "It takes two minutes on the way to the first lesson.",
            "relevant": "Small things that make me late are solved on the same day.",
            "steps": ["Agree where to meet", "Ring if I can't make it"],
        },
    ),
    (
        "Overdue coursework", "work", "",
        {
            "what": "Hand in the overdue coursework on the agreed day.",
            "measure": "The teacher has it and says that it is complete.",
            "achievable": "Most of it is done; two evenings are enough for the rest.",
            "relevant": "It counts towards the final grade.",
            "steps": ["List what is missing", "Finish the first half by the middle of the time", "Ask the teacher to look over it once"],
            "weeks": 2,
        },
    ),
    (
        "Up one grade in a subject", "work", "grade",
        {
            "what": "Reach the next grade in the subject at the next assessment point.",
            "measure": "The current grade that the teacher enters.",
            "achievable": "The last piece of work was a few marks below it.",
            "relevant": "It is what the next course asks for.",
            "steps": ["Ask the teacher which two topics cost most marks", "Redo one marked piece of work", "Answer one exam question a week"],
            "weeks": 6,
        },
    ),
    (
        "Past papers", "work", "count",
        {
            "what": "Finish five past papers under exam conditions and mark them with the mark scheme.",
            "measure": "Five papers, marked, shown to the teacher.",
            "figure_goal": "5",
            "achievable": "One a week, on a free afternoon.",
            "relevant": "Timing is learnt only with a clock on the table.",
            "steps": ["Print the papers", "Put one afternoon a week in the calendar", "Write down the question that went worst"],
            "weeks": 6,
        },
    ),
    (
        "Revision timetable", "work", "",
        {
            "what": "Keep to a revision timetable of six hours a week for the next four weeks.",
            "measure": "The hours ticked off in the timetable, shown each Friday.",
            "achievable": "It is one hour on each day but Sunday.",
            "relevant": "Little and often stays in mind longer than one long night.",
            "steps": ["Make the timetable together", "Tick each hour off", "Change what does not work after one week"],
        },
    ),
    (
        "Support workshops", "work", "count",
        {
            "what": "Attend four subject workshops.",
            "measure": "Four workshops ticked off.",
            "figure_goal": "4",
            "achievable": "They are at lunchtime, once a week.",
            "relevant": "Questions are answered while the topic is still fresh.",
            "steps": ["Choose the day", "Bring one question each time"],
        },
    ),
    (
        "Essay structure", "english", "",
        {
            "what": "Write one essay paragraph a week with a point, evidence and an explanation.",
            "measure": "Four paragraphs, each marked by the teacher for these three things.",
            "achievable": "A paragraph takes half an hour.",
            "relevant": "Structure is where the last essay lost most marks.",
            "steps": ["Read one model paragraph", "Mark the three parts in colour", "Hand in on Thursdays"],
        },
    ),
    (
        "Reading every day", "english", "count",
        {
            "what": "Read for twenty minutes on twenty days and note one new word each time.",
            "measure": "Twenty words with their meaning.",
            "figure_goal": "20",
            "achievable": "Twenty minutes fit into a bus ride.",
            "relevant": "Words met in reading are there in the exam.",
            "steps": ["Choose a book together", "Keep the list of words on the phone"],
        },
    ),
    (
        "Maths resit", "maths", "count",
        {
            "what": "Attend eight maths resit sessions and finish the sheet of each.",
            "measure": "Eight sheets, marked.",
            "figure_goal": "8",
            "achievable": "Two a week, and the sheet is begun in the session.",
            "relevant": "A grade 4 is what most next courses and jobs ask for.",
            "steps": ["Agree the two days", "Ask about one question from the last sheet"],
        },
    ),
    (
        "New words of the subject", "eal", "count",
        {
            "what": "Learn thirty key words of the subject and use each in a sentence.",
            "measure": "Thirty sentences, read by the teacher or in English support.",
            "figure_goal": "30",
            "achievable": "Six words a week, with the list from the teacher.",
            "relevant": "The exam is written in these words.",
            "steps": ["Get the list", "Make cards with both languages", "Go through the cards on Fridays"],
            "weeks": 5,
        },
    ),
    (
        "One thing a week for myself", "wellbeing", "",
        {
            "what": "Do one thing a week that does me good, chosen beforehand, for four weeks.",
            "measure": "I say at each meeting what it was.",
            "achievable": "It may be small: a walk, a call, a match.",
            "relevant": "Who only works runs dry before the exams.",
            "steps": ["Write a list of five things", "Choose one each Monday"],
        },
    ),
    (
        "Sleep before school days", "wellbeing", "",
        {
            "what": "Put the phone out of the bedroom at 22:30 on every evening before a school day, for two weeks.",
            "measure": "I tick each evening off and show the list.",
            "achievable": "It begins with two weeks, and an alarm clock replaces the phone.",
            "relevant": "Tired mornings are the ones that are missed.",
            "steps": ["Get an alarm clock", "Agree it at home"],
            "weeks": 2,
        },
    ),
    (
        "Ready for the next step", "careers", "",
        {
            "what": "Finish the first draft of the personal statement and send it to my tutor.",
            "measure": "The draft has arrived.",
            "achievable": "Notes from the careers talk are there already.",
            "relevant": "A second draft needs time before the deadline.",
            "steps": ["List three things I have done and what they show", "Write it without stopping once", "Book half an hour to go through it"],
            "weeks": 3,
        },
    ),
]  # fmt: skip


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    items = apps.get_model("interventions", "BankItem").objects
    for title, area, figure, data in ITEMS:
        values = {"area": area, "figure": figure, "data": data, "public_id": uuid.uuid4()}
        items.get_or_create(kind="target", title=title, saved_by=None, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("interventions", "0009_bank_of_targets")]
    # Going back leaves the rows: targets refer to them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
