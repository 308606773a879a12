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
EVACUATION_COPY_MADE = "attendance.evacuation_copy_made"
EVACUATION_COPY_TAKEN = "attendance.evacuation_copy_taken"
SUMMARY_REBUILT = "attendance.summary_rebuilt"
PLANNED_ABSENCE_SET = "attendance.planned_absence_set"
PLANNED_ABSENCE_WITHDRAWN = "attendance.planned_absence_withdrawn"
CLOSURE_CODES_SET = "attendance.closure_codes_set"
LESSON_CODE_SET = "attendance.lesson_code_set"
SITE_SETTINGS_CHANGED = "attendance.site_settings_changed"

MARKS_RECEIVED = "attendance.marks_received"
MARKS_GIVEN_UP = "attendance.marks_given_up"
FIRST_DAY_CALL = "attendance.first_day_call"
REASONS_SET = "attendance.reasons_set"
REGISTERS_REMINDED = "attendance.registers_reminded"

ALERT_RULE_SET = "attendance.alert_rule_set"
ALERT_RULE_PREVIEWED = "attendance.alert_rule_previewed"
ALERT_RULE_SWITCHED_ON = "attendance.alert_rule_switched_on"
ALERT_RULE_SWITCHED_OFF = "attendance.alert_rule_switched_off"
ALERTS_RAISED = "attendance.alerts_raised"
ALERTS_ESCALATED = "attendance.alerts_escalated"
ALERT_CLEARED = "attendance.alert_cleared"
ALERT_NO_LONGER_SO = "attendance.alert_no_longer_so"
ALERT_OPENED_AGAIN = "attendance.alert_opened_again"
THRESHOLD_DECIDED = "attendance.threshold_decided"
THRESHOLD_DECISION_UNDONE = "attendance.threshold_decision_undone"
HELD_OUT = "attendance.held_out"
HOLD_ENDED = "attendance.hold_ended"


class Decision(models.TextChoices):
    """What can be decided at the national threshold; nothing follows by itself (facts 1.7, 1.10)."""

    SUPPORT = "support", "Support first, no penalty notice now"
    IMPROVE = "improve", "Notice to Improve"
    PENALTY = "penalty", "Ask the local authority for a penalty notice"
    OTHER = "other", "Other formal action"
    NONE = "none", "No penalty notice: not right in this case"


class PlannedKind(models.TextChoices):
    """Why somebody is going to be away or elsewhere."""

    APPOINTMENT = "appointment", "Medical or dental appointment"
    INTERVIEW = "interview", "Interview"
    VISIT = "visit", "Visit or trip"
    WORK = "work", "Work experience"
    STUDY_LEAVE = "study_leave", "Study leave"
    EXCLUSION = "exclusion", "Suspension or exclusion"
    PART_TIME = "part_time", "Part-time timetable"
    LEAVE = "leave", "Leave of absence"
    OTHER = "other", "Another reason"


class DayPart(models.TextChoices):
    """Which part of each day is meant; a lesson belongs to the afternoon when it begins at the site's PM or later."""

    DAY = "day", "All day"
    AM = "am", "Mornings"
    PM = "pm", "Afternoons"


class AlertKind(models.TextChoices):
    """What a rule watches for."""

    BELOW = "below", "Attendance below a percentage"
    DROP = "drop", "Attendance down by points"
    CONSECUTIVE = "consecutive", "Absent days in a row"
    UNAUTHORISED = "unauthorised", "National threshold of unauthorised absence"
    LATE = "late", "Often late"
    PATTERN = "pattern", "A pattern of absence"


class AlertState(models.TextChoices):
    """How far an alert has got."""

    OPEN = "open", "Open"
    CLEARED = "cleared", "Acted on"
    LAPSED = "lapsed", "No longer so"


class Headline(models.TextChoices):
    """What a college shows as attendance (facts 2.1): both definitions are in use."""

    ATTENDED = "attended", "Attendance: lessons attended of those possible"
    AUTHORISED = "authorised", "Authorised attendance: attended or with authorised absence, of those possible"


# What left as a document or a file.
CERTIFICATE_MADE = "attendance.certificate_made"
LIST_EXPORTED = "attendance.list_exported"
