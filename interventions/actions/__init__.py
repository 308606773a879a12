"""What changes: one-to-ones, drafts, targets, notes."""

from interventions.actions.beforehand import Beforehand, ask_student, send_agreed, take_back, write_beforehand
from interventions.actions.bookings import (
    BookingEnded,
    StudentBusy,
    TimesClash,
    TimesSaid,
    TimeTaken,
    book_time,
    end_booking,
    move_booking,
    open_times,
    withdraw_time,
)
from interventions.actions.drafts import discard_draft, save_draft
from interventions.actions.meetings import AlreadyLogged, MeetingChanged, MeetingSaid, amend_meeting, log_meeting
from interventions.actions.notes import NoteSaid, quick_note, quick_note_for_many
from interventions.actions.passing_on import pass_on_form, pass_on_student_words, seal_note
from interventions.actions.targets import (
    ReviewSaid,
    TargetChanged,
    TargetClosed,
    TargetSaid,
    change_target,
    review_target,
    set_target,
    tick_step,
)

__all__ = [
    "AlreadyLogged",
    "Beforehand",
    "BookingEnded",
    "MeetingChanged",
    "MeetingSaid",
    "NoteSaid",
    "ReviewSaid",
    "StudentBusy",
    "TargetChanged",
    "TargetClosed",
    "TargetSaid",
    "TimeTaken",
    "TimesClash",
    "TimesSaid",
    "amend_meeting",
    "ask_student",
    "book_time",
    "change_target",
    "discard_draft",
    "end_booking",
    "log_meeting",
    "move_booking",
    "open_times",
    "pass_on_form",
    "pass_on_student_words",
    "quick_note",
    "quick_note_for_many",
    "review_target",
    "save_draft",
    "seal_note",
    "send_agreed",
    "set_target",
    "take_back",
    "tick_step",
    "withdraw_time",
    "write_beforehand",
]
