"""What people wrote in the demonstration college. None of it is about anybody."""

# (what, how it is measured, why it matters)
TARGETS = (
    (
        "Attend every Monday lesson until half-term",
        "Register shows no Monday absence",
        "Mondays set up the week's work",
    ),
    (
        "Raise attendance to 95 %",
        "Attendance figure for the half-term",
        "Two days missed a month is a tenth of the year",
    ),
    (
        "Hand in the two missing pieces of coursework",
        "Both marked by the teacher",
        "They count towards the final grade",
    ),
    ("Go to two revision workshops", "Workshop sign-in sheet", "The last test showed gaps in the spring topics"),
    (
        "Be in registration before the bell for three weeks",
        "No late marks for three weeks",
        "Messages are given out there",
    ),
    (
        "Write a revision timetable and keep to it for a fortnight",
        "Shown and ticked at the next meeting",
        "Mocks are near",
    ),
    (
        "Finish the personal statement's first draft",
        "Draft sent to the tutor",
        "The college deadline is before the national one",
    ),
    ("Ask one question in each English lesson", "Teacher's note after two weeks", "Speaking up helps the essays too"),
    ("Bring the planner signed every Friday", "Four signatures", "Home wants to know what is due"),
    ("Reach grade B in the next essay", "Essay mark", "It is one grade under the target"),
    ("Complete the online maths tasks every week", "Tasks show as complete", "Short practice beats a long evening"),
    (
        "Visit three university open days",
        "Dates noted and one thing learnt at each",
        "Choosing a course needs seeing it",
    ),
    (
        "Keep the phone in the bag during lessons",
        "No entries from teachers for two weeks",
        "Concentration was the worry at parents' evening",
    ),
    ("Catch up the chemistry practical that was missed", "Practical book signed", "The endorsement needs all twelve"),
    ("Read for twenty minutes on four evenings a week", "Reading log", "Reading age is two years behind"),
    ("Arrange a work placement for June", "Placement form with an employer's name", "The course needs it"),
)
# Which of them were set from a model target of the bank, by its name.
FROM_BANK = {
    "Raise attendance to 95 %": "Attendance to 95 %",
    "Hand in the two missing pieces of coursework": "Overdue coursework",
    "Be in registration before the bell for three weeks": "On time in the morning",
    "Write a revision timetable and keep to it for a fortnight": "Revision timetable",
    "Finish the personal statement's first draft": "Ready for the next step",
}
STUDENT_WORDS = (
    "I want to get better at getting up.",
    "It is going fine, I just need to hand things in on time.",
    "I like biology most. Chemistry is a bit fast.",
    "I was ill and now I do not know where to start.",
    "I think I can do it if I sit somewhere else.",
    "I want to do nursing so I know I need the grades.",
    "My bus keeps being late and then I miss registration.",
    "I have been going to the library after lessons and it helps.",
    "I would rather talk about it next time.",
    "",
)
NOTES = (
    "Talked about the week, the missing work and what would make Mondays easier. Calm and open.",
    "Reviewed the last targets together. Pleased with the maths mark. Wants to try the homework club.",
    "Attendance is up since half-term. We looked at what changed: the earlier bus.",
    "Went through the report. Understood why the effort grade dropped and named two things to do.",
    "Talked through choices for next year. Two open days to go to.",
    "A good meeting: both targets met, and the next ones were the student's own idea.",
    "Lateness is the sticking point. Travel time is forty minutes; the first bus is full. Trying the one before.",
)
HARD_NOTES = (
    "Quiet today. Said sleep has been poor. We agreed on a simple evening routine and to look again in three weeks.",
    "Lateness is the sticking point. Travel time is forty minutes; the first bus is full. Trying the one before.",
    "Would rather not be here at the moment. We talked about what a good day looked like and made the week smaller.",
)
ACTIONS = (
    "Speak to the chemistry teacher about the missed practical.",
    "Ring home on Friday with how the week went.",
    "Send the link to the revision timetable.",
    "Ask the library for a place in homework club.",
    "",
)
QUICK = (
    ("praise", "Helped a new student find the way round all morning."),
    ("praise", "Excellent answer in assembly."),
    ("worry", "Very tired in registration three days running."),
    ("attendance", "Says the bus was cancelled twice this week."),
    ("work", "Two pieces of homework missing in history."),
    ("general", "Forgot kit again; lent a spare."),
    ("home", "Has moved in with grandparents for the month."),
)
CALLS = (
    ("call", "Rang about absence", "Ill with a temperature, back on Monday expected"),
    ("call", "Rang about lateness", "Will leave on the earlier bus"),
    ("email", "Sent the attendance summary", "Thanked us; no reply needed"),
    ("call", "No answer", "Left a message to ring back"),
    ("meeting", "Met about the report", "Agreed to look at the planner every Friday"),
    ("letter", "Sent the letter about attendance", ""),
)
