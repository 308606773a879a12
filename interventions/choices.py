"""The states and words of one-to-ones, targets and notes."""

from django.db import models


class Audience(models.TextChoices):
    """Who can read a note."""

    TEACHERS = "teachers", "Everyone who teaches"
    PASTORAL = "pastoral", "Pastoral staff"
    NAMED = "named", "Named people"


AUDIENCE_WORDS = {
    Audience.TEACHERS: "Everyone who teaches the student, the tutor, pastoral staff, learning support and leaders.",
    Audience.PASTORAL: "The tutor, heads of year and house, learning support, the safeguarding team and leaders. Not class teachers.",
    Audience.NAMED: "You and the people you name, while they work with the student. Nobody else.",
}


class Wellbeing(models.IntegerChoices):
    """How things are, as the student says it. Worst first."""

    AWFUL = 1, "Awful"
    NOT_GOOD = 2, "Not good"
    SO_SO = 3, "So-so"
    GOOD = 4, "Good"
    GREAT = 5, "Great"


class TargetState(models.TextChoices):
    """How far a target has got. Overdue is worked out from the date, never stored."""

    SET = "set", "Set"
    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    MET = "met", "Met"
    PARTLY_MET = "partly_met", "Partly met"
    NOT_MET = "not_met", "Not met"
    DROPPED = "dropped", "Dropped"


OPEN_STATES = (TargetState.SET, TargetState.ON_TRACK, TargetState.AT_RISK)
CLOSED_STATES = (TargetState.MET, TargetState.PARTLY_MET, TargetState.NOT_MET, TargetState.DROPPED)
STATE_TONES = {
    TargetState.SET: "plain",
    TargetState.ON_TRACK: "good",
    TargetState.AT_RISK: "watch",
    TargetState.MET: "good",
    TargetState.PARTLY_MET: "watch",
    TargetState.NOT_MET: "concern",
    TargetState.DROPPED: "plain",
}


class Outcome(models.TextChoices):
    """What a review found, one tap each."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly"
    NOT_MET = "not_met", "Not met"
    CHANGED = "changed", "Changed"
    DROPPED = "dropped", "Dropped"


class Progressing(models.TextChoices):
    """What can be said of an open target between reviews."""

    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"


REVIEW_OUTCOMES = [*Outcome.choices, *Progressing.choices]


class Figure(models.TextChoices):
    """What a target can be measured by, where Waymark has the figure."""

    ATTENDANCE = "attendance", "Attendance, in per cent"
    GRADE = "grade", "Grade in a subject"
    COUNT = "count", "A number of times"


class NoteKind(models.TextChoices):
    """What a quick note is about."""

    GENERAL = "general", "General"
    PRAISE = "praise", "Praise"
    WORRY = "worry", "Worry"
    ATTENDANCE = "attendance", "Attendance"
    WORK = "work", "Work"
    HOME = "home", "Home"


TEXT_LIMIT = 20_000
LINE_LIMIT = 1_000
NOT_SEEN_WEEKS = 6
REVIEW_SOON_DAYS = 7

# Audit verbs.
LOGGED_MEETING = "logged_meeting"
AMENDED_MEETING = "amended_meeting"
SET_TARGET = "set_target"
CHANGED_TARGET = "changed_target"
REVIEWED_TARGET = "reviewed_target"
WROTE_NOTE = "wrote_note"
DISCARDED_DRAFT = "discarded_draft"
LETTER_TEMPLATE_SAVED = "letter_template_saved"
LETTERS_DRAFTED = "letters_drafted"
LETTERS_SENT = "letters_sent"
LETTER_CONFIRMED = "letter_confirmed"
LETTER_READ = "letter_read"
STAGE_SAVED = "process_stage_saved"
CASE_OPENED = "case_opened"
CASE_STEP = "case_step"
CASE_CLOSED = "case_closed"
HANDED_OVER = "caseload_handed_over"
HANDOVER_TAKEN_BACK = "handover_taken_back"
HANDOVER_PRINTED = "handover_printed"


class LetterState(models.TextChoices):
    """A letter goes nowhere until somebody sends it."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Thrown away"


class SentHow(models.TextChoices):
    """How a letter went out."""

    EMAIL = "email", "By email"
    PAPER = "paper", "Printed"


class StepKind(models.TextChoices):
    """What happened in a case."""

    OPENED = "opened", "Opened"
    MOVED_UP = "moved_up", "Moved up a stage"
    STEPPED_DOWN = "stepped_down", "Stepped down"
    APPROVED = "approved", "Approved"
    LETTER = "letter", "Letter"
    MEETING = "meeting", "Meeting"
    REVIEWED = "reviewed", "Reviewed"
    NOTE = "note", "Note"
    CLOSED = "closed", "Closed"


class BookingState(models.TextChoices):
    """What became of a booked time."""

    BOOKED = "booked", "Booked"
    HELD = "held", "Held"
    NO_SHOW = "no_show", "Did not come"
    MOVED = "moved", "Moved to another time"
    CANCELLED = "cancelled", "Cancelled"


TAKING_ROOM = (BookingState.BOOKED, BookingState.HELD)
OPENED_TIMES = "opened_times"
WITHDREW_TIME = "withdrew_time"
BOOKED_TIME = "booked_time"
CHANGED_BOOKING = "changed_booking"
ASKED_STUDENT = "asked_student"
TOOK_BACK_LINK = "took_back_link"
STUDENT_WROTE = "student_wrote"
SENT_AGREED = "sent_agreed"
MADE_FEED = "made_feed"
SEALED_NOTE = "sealed_note"
CHANGED_MEETING_TYPE = "changed_meeting_type"
PASSED_ON_WORDS = "Passed on."
SEALED_WORDS = "Sealed."
