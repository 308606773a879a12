"""What changes: one-to-ones, drafts, targets, notes."""

from interventions.actions.drafts import discard_draft, save_draft
from interventions.actions.meetings import AlreadyLogged, MeetingChanged, MeetingSaid, amend_meeting, log_meeting
from interventions.actions.notes import NoteSaid, quick_note
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
    "MeetingChanged",
    "MeetingSaid",
    "NoteSaid",
    "ReviewSaid",
    "TargetChanged",
    "TargetClosed",
    "TargetSaid",
    "amend_meeting",
    "change_target",
    "discard_draft",
    "log_meeting",
    "quick_note",
    "review_target",
    "save_draft",
    "set_target",
    "tick_step",
]
