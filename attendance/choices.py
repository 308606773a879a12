"""The states attendance knows: the two series, the statistical classes of a code, who may set it."""

from django.db import models


class Series(models.TextChoices):
    """Two sets of marks that never mix."""

    SESSION = "session", "AM/PM sessions"
    LESSON = "lesson", "Lessons"


class SessionSlot(models.IntegerChoices):
    """The two sessions of a school day."""

    AM = 1, "AM"
    PM = 2, "PM"


class StatClass(models.TextChoices):
    """What a code counts as (facts 1.2)."""

    PRESENT = "P", "Present"
    APPROVED = "AEA", "Approved educational activity"
    AUTHORISED = "AA", "Authorised absence"
    UNAUTHORISED = "UA", "Unauthorised absence"
    NOT_POSSIBLE = "NP", "Not a possible attendance"
    ADMINISTRATIVE = "ADM", "Not collected"


ATTENDED = frozenset({StatClass.PRESENT, StatClass.APPROVED})
ABSENT = frozenset({StatClass.AUTHORISED, StatClass.UNAUTHORISED})
POSSIBLE = ATTENDED | ABSENT


class SetBy(models.TextChoices):
    """Who is offered a code on a register."""

    QUICK = "quick", "Everybody, as a button"
    TEACHER = "teacher", "Everybody, in the list"
    OFFICER = "officer", "Whoever authorises absence"


UNIT = {Series.SESSION: "sessions", Series.LESSON: "lessons"}

# Verbs of the audit record.
REGISTER_TAKEN = "attendance.register_taken"
REGISTER_CHANGED = "attendance.register_changed"
MARK_AMENDED = "attendance.mark_amended"
CODE_SET_FOR_MANY = "attendance.code_set_for_many"
SUMMARY_REBUILT = "attendance.summary_rebuilt"
