"""Order of need: what each reason why a student needs somebody weighs. This table is the only place that says so.

A child who is missing comes before any paperwork. A list is sorted by a student's heaviest reason; where that is the same,
by the others together. An app names its row: `Reason("Severe absence, 44.0 %", Need.SEVERE_ABSENCE, "attendance")`.

From `ACT` on a student "needs attention": somebody can do something this week that can't wait for the next meeting. What
lies below is shown, sorted and counted by its own chip, and is looked at when the student is seen anyway.
"""

from enum import IntEnum, unique


@unique
class Need(IntEnum):
    """What each reason weighs, the heaviest first, with why it stands there."""

    # Today: nobody may know where a child is, or how they are.
    AWAY_NOT_ACTED_ON = 99  # absent day after day, and nobody has acted in the time that the college allows itself
    AWAY = 97  # absent for whole days without a break
    SEVERE_ABSENCE = 95  # has missed half the year or more: hardly in education, however long it has been so

    # This week: the law has us act, something has just changed and nobody acted in time, or somebody at home waits for us.
    UNAUTHORISED_NOT_ACTED_ON = 89  # the national threshold of unauthorised sessions; the law has the school act
    UNAUTHORISED = 87  # the same, newly crossed: support is offered before a notice
    DROP_NOT_ACTED_ON = 85  # suddenly comes much less, which often has a new cause
    CONTACT_LONG_OVERDUE = 77  # home was promised a call more than a week ago
    CONTACT_OVERDUE = 75  # home was promised a call by a day that is past
    CONTACT_TODAY = 73  # home was promised a call today

    # Soon: what has been so for weeks and is worked at over weeks, those first that nobody acted on in time; a threshold
    # newly crossed, whose days to act still run; attendance and grades that worry; overdue forms.
    BELOW_NOT_ACTED_ON = 69  # below the college's own line
    PATTERN_NOT_ACTED_ON = 68  # away on the same day or in the same lesson, more than chance explains
    LATE_NOT_ACTED_ON = 67  # late again and again
    DROP = 66
    BELOW = 65
    PATTERN = 64
    LATE = 63
    FALLING = 61  # well below the year in six weeks, where no rule of the college watches for it
    PERSISTENT_ABSENCE = 59  # has missed a tenth of the year or more: one in four nationally, so it singles nobody out
    BELOW_TARGET_IN_MOST = 57  # below target in more than half of the subjects
    TARGETS_LONG_OVERDUE = 55  # agreed with the student, and two weeks past its day
    CASE_LONG_OVERDUE = 54  # a stage of a process that home has been written to about, a week past its review
    PLAN_LONG_OVERDUE = 53  # an action plan, a week past its review
    REVIEW_LONG_OVERDUE = 52  # a one-to-one that was named, two weeks past its day
    TARGETS_OVERDUE = 50
    CASE_OVERDUE = 49
    PLAN_OVERDUE = 48
    REVIEW_OVERDUE = 47
    INTERVENTION_OVERDUE = 46
    SUPPORT_PLAN_OVERDUE = 45

    # Good to know: nothing is late.
    NOT_SEEN = 38  # no one-to-one for weeks
    TARGETS_AT_RISK = 34
    BELOW_TARGET = 30  # below target in some subjects: the next one-to-one talks about it
    CONTACT_STALE = 26  # nobody calls back after two months: it wants clearing up
    TURNING_18 = 22  # to be asked whether home may be written to


TODAY, ACT, SOON = 90, 70, 40  # where each part of the table begins


def tone_of(need: int) -> str:
    """How a reason is coloured: red for today, amber for this week, plain for the rest."""
    return "concern" if need >= TODAY else "watch" if need >= ACT else "plain"
