"""What people wrote in the demonstration college, each for the years that it fits. None of it is about anybody.

Years are NC years: 7 to 11 in the school, 12 and 13 in the college.
"""

from collections.abc import Sequence
from typing import Any

Years = tuple[int, int]  # the first and the last year that it is for
ALL, SCHOOL, COLLEGE, LOWER, EXAMS, LEAVING = (7, 13), (7, 11), (12, 13), (7, 9), (10, 13), (11, 13)


def for_year(pool: Sequence[tuple[Years, Any]], nc_year: int) -> list[Any]:
    """What of a pool fits a student of this year."""
    return [words for (first, last), words in pool if first <= nc_year <= last]


# (what, how it is measured, why it matters)
TARGETS: tuple[tuple[Years, tuple[str, str, str]], ...] = (
    (ALL, ("Attend every Monday lesson until half-term", "Register shows no Monday absence", "Mondays set up the week's work")),
    (ALL, ("Raise attendance to 95 %", "Attendance figure for the half-term", "Two days missed a month is a tenth of the year")),
    (EXAMS, ("Hand in the two missing pieces of coursework", "Both marked by the teacher", "They count towards the final grade")),
    (LOWER, ("Hand in the two missing pieces of homework", "Both marked by the teacher", "The next topic builds on them")),
    (EXAMS, ("Go to two revision workshops", "Workshop sign-in sheet", "The last test showed gaps in the spring topics")),
    (SCHOOL, ("Be in registration before the bell for three weeks", "No late marks for three weeks", "Messages are given out there")),
    (COLLEGE, ("Be in the first lesson of each day on time for three weeks", "No late marks for three weeks", "The first ten minutes say what the lesson is for")),
    (EXAMS, ("Write a revision timetable and keep to it for a fortnight", "Shown and ticked at the next meeting", "Mocks are near")),
    ((13, 13), ("Finish the personal statement's first draft", "Draft sent to the tutor", "The college deadline is before the national one")),
    ((13, 13), ("Write a CV and show it to the careers adviser", "CV in the folder, one change made", "Apprenticeships close in January")),
    (SCHOOL, ("Ask one question in each English lesson", "Teacher's note after two weeks", "Speaking up helps the essays too")),
    (LOWER, ("Bring the planner signed every Friday", "Four signatures", "Home wants to know what is due")),
    (COLLEGE, ("Reach grade B in the next essay or test", "The mark", "It is one grade under the target")),
    (SCHOOL, ("Complete the online maths tasks every week", "Tasks show as complete", "Short practice beats a long evening")),
    (COLLEGE, ("Visit three university or college open days", "Dates noted and one thing learnt at each", "Choosing a course needs seeing it")),
    (SCHOOL, ("Keep the phone in the bag during lessons", "No entries from teachers for two weeks", "Concentration was the worry at parents' evening")),
    ((10, 11), ("Catch up the science practical that was missed", "Practical book signed", "The exam asks about it")),
    (LOWER, ("Read for twenty minutes on four evenings a week", "Reading log", "Reading age is two years behind")),
    ((10, 10), ("Find a place for work experience in June", "Form with an employer's name", "Everybody goes for a week")),
    ((12, 12), ("Arrange a work placement for June", "Placement form with an employer's name", "The course needs it")),
    (COLLEGE, ("Five hours of private study in the library each week", "Library sign-in sheet", "An hour in class needs an hour alone")),
    (COLLEGE, ("Finish two past papers and mark them", "Both shown to the teacher", "Timing cost a grade in the last test")),
)  # fmt: skip
# Which of them were set from a model target of the bank, by its name.
FROM_BANK = {
    "Raise attendance to 95 %": "Attendance to 95 %",
    "Hand in the two missing pieces of coursework": "Overdue coursework",
    "Be in registration before the bell for three weeks": "On time in the morning",
    "Be in the first lesson of each day on time for three weeks": "On time in the morning",
    "Write a revision timetable and keep to it for a fortnight": "Revision timetable",
    "Finish the personal statement's first draft": "Ready for the next step",
}
STUDENT_WORDS: tuple[tuple[Years, str], ...] = (
    (ALL, "I want to get better at getting up."),
    (ALL, "It is going fine, I just need to hand things in on time."),
    (SCHOOL, "I like science most. Maths is a bit fast."),
    (COLLEGE, "Two subjects are going well. The third is a bit fast."),
    (ALL, "I was ill and now I do not know where to start."),
    (ALL, "I think I can do it if I sit somewhere else."),
    (LEAVING, "I want to do nursing so I know I need the grades."),
    (SCHOOL, "My bus keeps being late and then I miss registration."),
    (COLLEGE, "My bus keeps being late and then I miss the first ten minutes."),
    (ALL, "I have been going to the library after lessons and it helps."),
    (ALL, "I got my best mark so far and I know what I did for it."),
    (ALL, "I would rather talk about it next time."),
    (ALL, ""),
)
NOTES: tuple[tuple[Years, str], ...] = (
    (ALL, "Talked about the week, the missing work and what would make Mondays easier. Calm and open."),
    (SCHOOL, "Reviewed the last targets together. Pleased with the maths mark. Wants to try the homework club."),
    (COLLEGE, "Reviewed the last targets together. Pleased with the last test. Wants to try the study room in free periods."),
    (ALL, "We went through the week. The earlier bus leaves time to get ready, so that stays."),
    (ALL, "Went through the report. Understood why the effort grade dropped and named two things to do."),
    (LEAVING, "Talked through choices for next year. Two open days to go to."),
    (ALL, "A good meeting: both targets met, and the next ones were the student's own idea."),
    (ALL, "Up a grade in one subject and steady in the others. Said what helped, so we keep it."),
    (ALL, "Lateness is the sticking point. Travel time is forty minutes; the first bus is full. Trying the one before."),
)  # fmt: skip
HARD_NOTES: tuple[tuple[Years, str], ...] = (
    (ALL, "Quiet today. Said sleep has been poor. We agreed on a simple evening routine and to look again in three weeks."),
    (ALL, "Lateness is the sticking point. Travel time is forty minutes; the first bus is full. Trying the one before."),
    (ALL, "Would rather not be here at the moment. We talked about what a good day looked like and made the week smaller."),
)  # fmt: skip
ACTIONS: tuple[tuple[Years, str], ...] = (
    (SCHOOL, "Speak to the science teacher about the missed practical."),
    (COLLEGE, "Ask the teachers for a list of what is still to come in."),
    (ALL, "Ring home on Friday with how the week went."),
    (EXAMS, "Send the link to the revision timetable."),
    (SCHOOL, "Ask the library for a place in homework club."),
    (ALL, "Tell the teachers what went well."),
    (ALL, ""),
)
# Quick notes, by kind. Praise is as common as everything else together.
PRAISE: tuple[tuple[Years, str], ...] = (
    (ALL, "Helped a new student find the way round all morning."),
    (SCHOOL, "Excellent answer in assembly."),
    (COLLEGE, "Led the seminar on Thursday; the others asked for the notes."),
    (ALL, "Best piece of work so far, and handed in a day early."),
    (ALL, "Showed a new student round all week without being asked."),
    (ALL, "Asked for help before the deadline, not after it."),
    (SCHOOL, "Spoke up for somebody who was left out."),
    (COLLEGE, "Offered an interview for the course at the top of the list."),
)
WORRIES: tuple[tuple[Years, tuple[str, str]], ...] = (
    (SCHOOL, ("worry", "Very tired in registration three days running.")),
    (COLLEGE, ("worry", "Very tired in the first lesson three days running.")),
    (ALL, ("attendance", "Says the bus was cancelled twice this week.")),
    (SCHOOL, ("work", "Two pieces of homework missing in history.")),
    (COLLEGE, ("work", "An essay and a test correction are still missing.")),
    (SCHOOL, ("general", "Forgot kit again; lent a spare.")),
    (COLLEGE, ("general", "Asked to change a free period for a shift; said no for now.")),
    (ALL, ("home", "Has moved in with grandparents for the month.")),
)
# How home was reached, about what, and what came of it.
GOOD_NEWS: tuple[tuple[Years, tuple[str, str, str]], ...] = (
    (ALL, ("call", "Rang with good news: every target met", "Very pleased; will say so tonight")),
    (ALL, ("email", "Good news: the best piece of work so far this term", "Thanked us")),
    (ALL, ("email", "Good news: up a grade", "Thanked us")),
    (SCHOOL, ("letter", "Postcard home for helping others", "")),
    (COLLEGE, ("call", "Rang with good news about the last tests", "Glad to hear from us when nothing is wrong")),
)
CALLS: tuple[tuple[Years, tuple[str, str, str]], ...] = (
    (ALL, ("call", "Rang about absence", "Ill with a temperature, back on Monday expected")),
    (ALL, ("call", "Rang about lateness", "Will leave on the earlier bus")),
    (ALL, ("email", "Sent the attendance summary", "Thanked us; no reply needed")),
    (ALL, ("call", "No answer", "Left a message to ring back")),
    (SCHOOL, ("meeting", "Met about the report", "Agreed to look at the planner every Friday")),
    (
        COLLEGE,
        ("meeting", "Met about the report, the student with us", "Agreed on two evenings of study and one of work"),
    ),
    (ALL, ("letter", "Sent the letter about attendance", "")),
)
# What a tutor's stand-in reads about somebody, and what the next tutor does.
COVER: tuple[tuple[Years, str], ...] = (
    (COLLEGE, "Sits the driving theory test on Thursday morning; the absence is agreed."),
    (SCHOOL, "Goes to the dentist on Thursday morning; the absence is agreed."),
    (ALL, "Ask how the new timetable goes. A word is enough."),
    (EXAMS, "Target on coursework is due this week; the work is in the folder on my desk."),
    (LOWER, "Target on homework is due this week; the work is in the folder on my desk."),
)
HANDOVER: tuple[tuple[Years, str], ...] = (
    (ALL, "Opens up when walking rather than sitting. Mornings are hard in the winter; a text to home works."),
    (ALL, "Has grown a lot since Easter. Give responsibility early: the open day was a turning point."),
    (ALL, "Quiet and doing well; easily overlooked. Asks for nothing, so do ask."),
    (LEAVING, "Wants an apprenticeship with the county council; the application opens in January."),
    (ALL, "Needs the deadline twice, once in writing. Then it is met."),
)
# What was found when a case was looked at again, and why somebody's fitness to study is looked at (college only).
CASE_FOUND: tuple[tuple[Years, str], ...] = (
    (ALL, "Buses from the village changed; leaves earlier now."),
    (ALL, "Finds Monday mornings hard; agreed to meet the tutor at the gate."),
    (COLLEGE, "Works late on Sundays; will talk to the manager about shifts."),
    (LOWER, "Up late with a screen; home keeps it downstairs from nine."),
    (ALL, "Has been ill more often; home sees the doctor."),
)
HEALTH: tuple[tuple[Years, str], ...] = (
    (COLLEGE, "Panic before tests; has left three lessons."),
    (COLLEGE, "Back after six weeks of illness, and tired by noon."),
    (COLLEGE, "Sleeps badly and can't follow after two o'clock; asked for help."),
)


def choose(chance: Any, pool: Sequence[tuple[Years, Any]], nc_year: int) -> Any:
    """One that fits the year."""
    return chance.choice(for_year(pool, nc_year))
