"""How each analysis list is counted, in the sentences that stand below the list and in its file. Pure, no database."""

from attendance.arithmetic import LATE_DEFINITION

PERSISTENT = (
    "Persistent: missed a tenth or more of possible {unit} this year to date; severe: half or more. Absence with leave is"
    " missed too, whatever a college shows as attendance.",
    "Counted in whole {unit}, so 90 % is persistent, and a second decimal says where it is just above.",
    "About to cross: six more absences or fewer.",
)
TOO_FEW = (
    "{number} with fewer than {least} possible {unit} this year: too little to call it a habit, so they are not named."
)
FEW_LATE = "{number} with fewer than {least} possible {unit} in these dates: too little to say, so they are not named."
FEW_LAST = "{number} with fewer than {least} possible {unit} in these dates: too little to compare, so they come last."
FEW_MARKED = (
    "{number} with fewer than {least} possible {unit} in {dates}: too little to say, so their percentage is marked."
)
BY_THE_END = "“By the year's end” takes every session still in the calendar as possible."
THRESHOLD = (
    "National threshold: 10 sessions in 10 school weeks, coded G, N, O or U, in any mix, in a row or not.",
    "A school week is a week with at least one session of the school, so holidays do not count and the ten weeks may"
    " reach into last term or last year.",
    "N is provisional: once a reason is found it may be authorised.",
    "Only sessions at compulsory school age count.",
    "Near: {nearly} to 9.",
)
AWAY = (
    "School days with an absence and nothing attended, counted back from the latest mark.",
    "A day on which the student could not attend neither counts nor ends it; one attended {one} ends it.",
    "Registers not taken say nothing: a student without a mark in the last {recent} school days is named apart and not"
    " counted as absent now.",
)
PUNCTUALITY = (
    LATE_DEFINITION,
    "Late arrivals count as attended until the register closes, and after that as absent.",
    "On time: those not late, of the {unit} they came to.",
    "Minutes are those entered on registers.",
)
RESITS = (
    "Attended: of that course's lessons since the start.",
    "Never attended: lessons were held and none was attended.",
    "A student who leaves before the 42nd day after the start is not a start (16 to 19 funding).",
    "Responsible: the leader of the course, or else of its area.",
)
LEAVING = (
    "Only marks between the dates count, in this year's figures as everywhere: nothing before a late start, nothing after"
    " the last day.",
)
WITHDRAWN = "A withdrawal counts the lessons of its own course."
COMPARISON = (
    "Attended of possible {unit}, added up and divided once; {unit} not marked are not counted.",
    "Students are those you can see who are in the group today.",
    LATE_DEFINITION,
    "Persistent: missed a tenth or more of the year to date, of those with 20 possible {unit} or more.",
    "Small group: fewer than five students; one of them moves the figure a lot, and could be told apart. Not to be passed on.",
)
CHANGE = "Change: against {against}, of the students with marks in both."
NO_CHANGE = "No change is said: only weeks that are over are set beside earlier ones, and there are none here."
NO_COURSE = "AM and PM sessions belong to no course: {number} students who attend by them are not here."
OWN_LESSONS = "Each course counts its own lessons; everybody together counts all lessons."
COMPARED = ("A percentage is what was attended of what was possible in these dates.", LATE_DEFINITION)


def filled(notes: tuple[str, ...], **words: object) -> list[str]:
    """The sentences with what they name put in."""
    return [note.format(**words) for note in notes]
